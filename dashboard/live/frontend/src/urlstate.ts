/** The view in the address: a copied link opens the same view. Pure; what makes no sense is left out. */

import type { Freshness } from "./age";
import { UNIT_KINDS, type UnitKind } from "./filter";
import { FRESH } from "./look";
import { parseSelection } from "./selection";
import { type Theme, THEMES } from "./tints";

/** Parts of the map that can be switched off. */
export const PARTS = [
  "units", "labels", "trails", "boxes", "zones", "ring", "beats", "hotspots", "streets", "cameras", "checkpoints",
] as const;
export type Part = (typeof PARTS)[number];

export const TRAIL_MINUTES = [0, 5, 15, 30, 60] as const;
export type TrailMinutes = (typeof TRAIL_MINUTES)[number];

export interface ViewState {
  /** Degrees WGS 84 and zoom of the middle; null: the page chooses. */
  camera: { lat: number; lon: number; zoom: number } | null;
  off: Part[];
  /** Words a unit's name or id must contain. */
  filter: string;
  /** Only units with a fix of this age class; null: all. */
  fresh: Freshness | null;
  /** Only units of this kind; null: all. */
  kind: UnitKind | null;
  /** `STATION/ID` of the unit that is followed. */
  follow: string | null;
  trail: TrailMinutes;
  /** Trails of all units, not only of the selected and the followed one. */
  trailAll: boolean;
  /** Replayed moment, epoch ms; null: now. */
  at: number | null;
  /** Colours of day or night; null: as this browser likes. */
  theme: Theme | null;
  /** How many times as fast as the clock the past is played. */
  speed: Speed;
}

export const SPEEDS = [1, 10, 60, 300, 600] as const;
export type Speed = (typeof SPEEDS)[number];

export const emptyView = (): ViewState => ({
  camera: null, off: [], filter: "", fresh: null, kind: null, follow: null, trail: 0, trailAll: false, at: null, theme: null, speed: 60,
});

const NAMES = ["map", "off", "find", "state", "kind", "follow", "trail", "at", "theme", "speed"] as const;
const MAX_TEXT = 80;
const MAX_LAT = 85;
/** 2000-01-01 to 2200-01-01: a moment outside is none of ours. */
const TIMES = [946_684_800_000, 7_258_118_400_000] as const;

function number(text: string | undefined, low: number, high: number): number | null {
  if (text === undefined || !/^-?\d{1,16}(\.\d{1,12})?$/.test(text)) return null;
  const value = Number(text);
  return value >= low && value <= high ? value : null;
}

function camera(text: string): ViewState["camera"] {
  const parts = text.split(",");
  if (parts.length !== 3) return null;
  const lat = number(parts[0], -MAX_LAT, MAX_LAT);
  const lon = number(parts[1], -180, 180);
  const zoom = number(parts[2], 0, 20);
  return lat === null || lon === null || zoom === null ? null : { lat, lon, zoom };
}

const clean = (text: string): string => text.replace(/[\u0000-\u001f\u007f\u200b-\u200f\u2028-\u202e]/g, "").trim().slice(0, MAX_TEXT);

/** Read the view out of a query (`location.search`). Never throws. */
export function parseView(search: string): ViewState {
  const query = new URLSearchParams(search);
  const get = (name: (typeof NAMES)[number]): string => query.get(name) ?? "";
  const view = emptyView();
  view.camera = camera(get("map"));
  const off = new Set(get("off").slice(0, 400).split(","));
  view.off = PARTS.filter((part) => off.has(part));
  view.filter = clean(get("find"));
  view.fresh = FRESH.find((one) => one === get("state")) ?? null;
  view.kind = UNIT_KINDS.find((one) => one === get("kind")) ?? null;
  const follow = clean(get("follow"));
  view.follow = follow === get("follow") && parseSelection(`unit/${follow}`) !== null ? follow : null;
  const trail = /^(\d{1,2})(a?)$/.exec(get("trail"));
  view.trail = TRAIL_MINUTES.find((minutes) => String(minutes) === trail?.[1]) ?? 0;
  view.trailAll = view.trail > 0 && trail?.[2] === "a";
  view.at = number(get("at"), ...TIMES);
  view.theme = THEMES.find((one) => one === get("theme")) ?? null;
  view.speed = SPEEDS.find((speed) => String(speed) === get("speed")) ?? 60;
  return view;
}

/** The query with the view in it; other names in `search` stay as they are. Empty when there is nothing to say. */
export function formatView(view: ViewState, search: string): string {
  const query = new URLSearchParams(search);
  for (const name of NAMES) query.delete(name);
  const { camera: at } = view;
  if (at !== null) query.set("map", [at.lat.toFixed(5), at.lon.toFixed(5), at.zoom.toFixed(2)].map(short).join(","));
  if (view.off.length > 0) query.set("off", view.off.join(","));
  if (view.filter !== "") query.set("find", view.filter);
  if (view.fresh !== null) query.set("state", view.fresh);
  if (view.kind !== null) query.set("kind", view.kind);
  if (view.follow !== null) query.set("follow", view.follow);
  if (view.trail > 0) query.set("trail", `${view.trail}${view.trailAll ? "a" : ""}`);
  if (view.at !== null) query.set("at", String(Math.round(view.at)));
  if (view.theme !== null) query.set("theme", view.theme);
  if (view.at !== null && view.speed !== 60) query.set("speed", String(view.speed));
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
  return text === "" ? "" : `?${text}`;
}

const short = (text: string): string => text.replace(/\.?0+$/, "");
