/** What travels over `/live` and `/live/ground`. Times are epoch milliseconds UTC; places WGS 84 degrees. */

export interface Unit {
  s: string;
  id: string;
  kind: string;
  call: string;
  lat: number | null;
  lon: number | null;
  /** Time of the fix; null while there is none that may be drawn. */
  at: number | null;
  spd: number | null;
  hdg: number | null;
  acc: number | null;
  st: string | null;
  heard: number;
}

export interface Box {
  s: string;
  id: string;
  lat: number | null;
  lon: number | null;
  th: string;
  en: string;
  online: boolean | null;
  heard: number;
  bat: number | null;
  mains: boolean | null;
  fault: string;
}

export interface Alarm {
  s: string;
  id: string;
  ok: "box" | "unit" | "report" | "feed" | "server";
  origin: string;
  kind: string;
  /** 1: a person called for help; 2: a citizen's emergency report; 3: trouble of equipment. */
  prio: number;
  /** What trouble of equipment says of itself. */
  detail: string;
  state: string;
  v: number;
  raised: number;
  pressed: number;
  last: number;
  presses: number;
  marks: string[];
  place: string;
  lat: number | null;
  lon: number | null;
  level: number;
  by: string;
  unit: string;
  outcome: string;
  /** Trouble of equipment put aside until then, and by whom. */
  shelved: number | null;
  shelver: string;
  stored: boolean;
}

export interface Feed {
  /** Newest heartbeat that went through broker and store; 0 when none was heard. */
  beat: number;
  stale_s: number;
  live_s: number;
  lost_s: number;
  broker: "ok" | "down" | "demo";
  storage: "ok" | "slow" | "low" | "full" | "readonly";
  demo: boolean;
  replay: boolean;
}

export interface Frame {
  t: "snapshot" | "delta";
  boot: string;
  seq: number;
  now: number;
  units: Unit[];
  boxes: Box[];
  alarms: Alarm[];
  gone: [string, string, string][];
  feed: Feed | null;
  /** Versions of what does not move, for this viewer; hotspots empty: none are shown here. */
  ground: string | null;
  hotspots: string;
}

export interface Station {
  code: string;
  th: string;
  en: string;
  lat: number | null;
  lon: number | null;
}

export interface Ground {
  version: string;
  stations: Station[];
  zones: GeoJSON.FeatureCollection;
  streets: GeoJSON.FeatureCollection;
  cameras: GeoJSON.FeatureCollection;
  checkpoints: GeoJSON.FeatureCollection;
  /** The ring round each zone; not told by an older server. */
  ring?: GeoJSON.FeatureCollection;
}

export interface Hotspots {
  version: string;
  hotspots: GeoJSON.FeatureCollection;
}
