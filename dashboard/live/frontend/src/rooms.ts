/** Names of the ground give way to the words of units and alarms: these take their room in the map's own placement of
 * names, as pictures that are not drawn. Whose words stand where is told at most once a second. */

import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import type { Area } from "./declutter";

const SOURCE = "rooms";
const EACH_MS = 1_000;
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
  private told = "";

  /** `areas`: what is taken now, px of the map. */
  constructor(private readonly areas: (map: MapLibre) => Area[]) {}

  show(map: MapLibre | null): void {
    this.map = map;
    this.told = "";
    if (map === null) return;
    for (let halves = 1; halves <= WIDEST; halves += 1) {
      const width = (halves * HIGH) / 2;
      if (!map.hasImage(`room-${halves}`)) map.addImage(`room-${halves}`, { width, height: HIGH, data: new Uint8Array(width * HIGH * 4) });
    }
    this.changed();
  }

  /** Words were put elsewhere. */
  changed(): void {
    this.timer ??= setTimeout(() => this.tell(), Math.max(SETTLE_MS, this.toldAt + EACH_MS - performance.now()));
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.map = null;
  }

  private tell(): void {
    const { map } = this;
    this.timer = null;
    this.toldAt = performance.now();
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
