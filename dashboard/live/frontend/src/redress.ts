/** A map takes on the colours of day or night in place: its camera, its data and its marks stay. */

import type { Map as MapLibre } from "maplibre-gl";
import { icons } from "./icons";
import { liveStyle } from "./layers";
import type { Theme } from "./tints";

export function redress(map: MapLibre, theme: Theme): void {
  for (const [name, image] of Object.entries(icons(theme))) {
    if (map.hasImage(name)) map.updateImage(name, image);
    else map.addImage(name, image);
  }
  for (const layer of liveStyle(theme).layers) {
    for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name as Parameters<MapLibre["setPaintProperty"]>[1], value);
  }
}
