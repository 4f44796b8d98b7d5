/** Which of the map's own layers are shown: those of parts that are switched on and that have something to show. A layer
 * without anything costs as much as a full one: the map masks every tile of its source over the whole picture. */

import type { Map as MapLibre } from "maplibre-gl";
import { PART_LAYERS, SOURCES, type SourceName } from "./layers";
import type { Part } from "./urlstate";

const MASKED: readonly string[] = ["fill", "line"];
const PART_OF = new Map(Object.entries(PART_LAYERS).flatMap(([part, ids]) => ids.map((id) => [id, part as Part])));

/** Show a layer or not; the map is told, and draws, only when that is new. */
export function setShown(map: MapLibre, id: string, shown: boolean): void {
  const wanted = shown ? "visible" : "none";
  if ((map.getLayoutProperty(id, "visibility") ?? "visible") !== wanted) map.setLayoutProperty(id, "visibility", wanted);
}

/** `off`: parts that are switched off; `empty`: sources with nothing in them. Only lines and areas are masked. */
export function showLayers(map: MapLibre, off: readonly Part[], empty: (source: SourceName) => boolean): void {
  for (const layer of map.getStyle().layers) {
    const source = "source" in layer ? SOURCES.find((name) => name === layer.source) : undefined;
    if (source === undefined) continue;
    const part = PART_OF.get(layer.id);
    setShown(map, layer.id, !(part !== undefined && off.includes(part)) && !(MASKED.includes(layer.type) && empty(source)));
  }
}
