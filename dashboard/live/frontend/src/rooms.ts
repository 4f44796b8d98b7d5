/** Names of the ground give way to the words of units and alarms: these take their room in the map's own placement of
 * names, as pictures that are not drawn. Whose words stand where is told rarely while only marks move: the whole ground is drawn anew for it. */

import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import type { Area } from "./declutter";

const SOURCE = "rooms";
const EACH_MS = 1_000;
/** So many times after the ground was moved; then the words move with their marks, and it is told this rarely. */
const OFTEN = 4;
const RARELY_MS = 30_000;
/** Never right behind the frame in which they moved: the map is drawn again for it. */
const SETTLE_MS = 300;
/** Height of the pictures, px; their widths are `1..WIDEST` halves of it. */
const HIGH = 4;
const WIDEST = 24;

/** A room's picture and how much larger it is shown. Pure. */
export function roomOf([left, top, right, bottom]: Area): { x: number; y: number; icon: string; size: number } {
  const high = bottom - top;
  const halves = Math.min(WIDEST, Math.max(1, Math.ceil((2 * (right - left)) / high)));
  return { x: (left + right) / 2, y: (top + bottom) / 2, icon: `room-${halves}`, size: high / HIGH };
}

export class Rooms {
  private map: MapLibre | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private toldAt = -EACH_MS;
  private due = Infinity;
  private often = OFTEN;
  private told = "";
  private readonly heard = new WeakSet<MapLibre>();

  /** `areas`: what is taken now, px of the map. */
  constructor(private readonly areas: (map: MapLibre) => Area[]) {}

  show(map: MapLibre | null): void {
    if (map !== null && !this.heard.has(map)) {
      this.heard.add(map);
      map.on("moveend", () => this.moved());
    }
    this.map = map;
    this.told = "";
    if (map === null) return;
    for (let halves = 1; halves <= WIDEST; halves += 1) {
      const width = (halves * HIGH) / 2;
      if (!map.hasImage(`room-${halves}`)) map.addImage(`room-${halves}`, { width, height: HIGH, data: new Uint8Array(width * HIGH * 4) });
    }
    this.moved();
  }

  /** Words were put elsewhere. */
  changed(): void {
    const now = performance.now();
    const due = now + Math.max(SETTLE_MS, this.toldAt + (this.often > 0 ? EACH_MS : RARELY_MS) - now);
    if (this.due <= due) return;
    this.stop();
    this.due = due;
    this.timer = setTimeout(() => this.tell(), due - now);
  }

  /** The ground was moved: it is drawn anew in any case, and the words settle. */
  moved(): void {
    this.often = OFTEN;
    this.changed();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.due = Infinity;
  }

  private tell(): void {
    const { map } = this;
    this.stop();
    this.toldAt = performance.now();
    this.often -= 1;
    if (map === null) return;
    const features = this.areas(map).map((area): GeoJSON.Feature => {
      const { x, y, icon, size } = roomOf(area);
      const { lng, lat } = map.unproject([x, y]);
      const coordinates = [Number(lng.toFixed(6)), Number(lat.toFixed(6))];
      return { type: "Feature", properties: { icon, size }, geometry: { type: "Point", coordinates } };
    });
    const told = JSON.stringify(features);
    if (told === this.told) return;
    this.told = told;
    void map.getSource<GeoJSONSource>(SOURCE)?.setData({ type: "FeatureCollection", features });
  }
}
