/** What the page feeds to the map as GeoJSON, remembered, so that a map that lost its GPU context gets it again. */

import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import type { SourceName } from "./layers";
import { boxFeature, type Words } from "./marks";
import type { Box } from "./protocol";
import type { Key } from "./state";

export const collection = (features: GeoJSON.Feature[]): GeoJSON.FeatureCollection => ({ type: "FeatureCollection", features });

export class Sheets {
  private map: MapLibre | null = null;
  private readonly data = new Map<SourceName, GeoJSON.FeatureCollection>();
  private readonly boxes = new Map<Key, GeoJSON.Feature>();

  /** `filled`: told when a source that was empty is not, or the other way round. */
  constructor(private readonly filled: () => void) {}

  /** Show all on this map; null: there is none for now. */
  show(map: MapLibre | null): void {
    this.map = map;
    for (const name of this.data.keys()) this.push(name);
  }

  set(name: SourceName, data: GeoJSON.FeatureCollection): void {
    const was = this.empty(name);
    this.data.set(name, data);
    this.push(name);
    if (this.empty(name) !== was) this.filled();
  }

  empty(name: SourceName): boolean {
    return (this.data.get(name)?.features.length ?? 0) === 0;
  }

  get(name: SourceName): GeoJSON.FeatureCollection | null {
    return this.data.get(name) ?? null;
  }

  private push(name: SourceName): void {
    const data = this.data.get(name);
    if (data !== undefined) void this.map?.getSource<GeoJSONSource>(name)?.setData(data);
  }

  /** Take these boxes as they are now; the map is told only when what it shows is different. */
  takeBoxes(keys: Iterable<Key>, all: Map<Key, Box>, language: string, words: Words): void {
    let different = false;
    for (const key of keys) {
      const box = all.get(key);
      const wanted = box === undefined ? null : boxFeature(key, box, language, words);
      const known = this.boxes.get(key) ?? null;
      if (JSON.stringify(known) === JSON.stringify(wanted)) continue;
      if (wanted === null) this.boxes.delete(key);
      else this.boxes.set(key, wanted);
      different = true;
    }
    if (different) this.set("boxes", collection([...this.boxes.values()]));
  }
}
