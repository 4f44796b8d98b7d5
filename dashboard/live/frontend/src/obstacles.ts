/** What the units' labels leave free: open alarms, boxes with the room of their names, the edges of the map, and the
 * tools that lie over it. */

import type { Map as MapLibre } from "maplibre-gl";
import type { Area } from "./declutter";
import type { Pins } from "./pins";

/** From this zoom a box wears its name. */
const NAMED_ZOOM = 15.5;
const TOOLS = ".ssz-map .ssz-tools > *, .ssz-corner > *, .ssz-foot > *, .ssz-past-door, .ssz-turn";

function boxAreas(map: MapLibre, boxes: readonly GeoJSON.Feature[]): Area[] {
  const named = map.getZoom() >= NAMED_ZOOM;
  return boxes.map(({ geometry }) => {
    const { x, y } = map.project((geometry as GeoJSON.Point).coordinates as [number, number]);
    return named ? [x - 70, y - 16, x + 70, y + 62] : [x - 28, y - 16, x + 28, y + 16];
  });
}

/** A label that begins on the map does not end beyond it. */
function edges(width: number, height: number): Area[] {
  return [[-1, 0, 0, height], [width, 0, width + 1, height], [0, -1, width, 0], [0, height, width, height + 1]];
}

/** What lies over the map and is seen, in px of the map. */
function tools(map: MapLibre): Area[] {
  const canvas = map.getCanvas();
  const seen = canvas.getBoundingClientRect();
  const zoom = canvas.clientWidth > 0 ? seen.width / canvas.clientWidth : 1;
  const found = map.getContainer().closest(".ssz")?.querySelectorAll<HTMLElement>(TOOLS) ?? [];
  return [...found].flatMap((one): Area[] => {
    const { left, top, right, bottom } = one.getBoundingClientRect();
    return right > left ? [[(left - seen.left) / zoom, (top - seen.top) / zoom, (right - seen.left) / zoom, (bottom - seen.top) / zoom]] : [];
  });
}

export function obstacles(map: MapLibre, pins: Pins, boxes: readonly GeoJSON.Feature[]): Area[] {
  const { clientWidth, clientHeight } = map.getCanvas();
  return [...pins.areas(map), ...boxAreas(map, boxes), ...edges(clientWidth, clientHeight), ...tools(map)];
}
