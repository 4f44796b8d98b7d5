/** The part of the world a map of cases shows: a middle on Web Mercator's square and a zoom of tiles of 256. Pure. */

import { latOf, lonOf, mercatorX, mercatorY } from "./mercator";

export interface Shown {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** West, south, east, north in degrees. */
export type Box = readonly [number, number, number, number];

export const TILE = 256;
export const LEAST_ZOOM = 3;
export const MOST_ZOOM = 20;

/** Pixels of the world's side. */
export const side = (zoom: number): number => TILE * 2 ** zoom;

const within = (zoom: number): number => Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom));

/** Where a place is drawn, in pixels from the upper left corner of a canvas. */
export function project(view: Shown, width: number, height: number, lon: number, lat: number): [number, number] {
  const scale = side(view.zoom);
  return [(mercatorX(lon) - view.x) * scale + width / 2, (mercatorY(lat) - view.y) * scale + height / 2];
}

/** The place at a pixel: [lon, lat]. */
export function unproject(view: Shown, width: number, height: number, x: number, y: number): [number, number] {
  const scale = side(view.zoom);
  return [lonOf(view.x + (x - width / 2) / scale), latOf(view.y + (y - height / 2) / scale)];
}

export function boxOf(view: Shown, width: number, height: number): Box {
  const [west, north] = unproject(view, width, height, 0, 0);
  const [east, south] = unproject(view, width, height, width, height);
  return [west, south, east, north];
}

export function moved(view: Shown, dx: number, dy: number): Shown {
  const scale = side(view.zoom);
  const y = Math.min(1, Math.max(0, view.y - dy / scale));
  return { x: Math.min(1, Math.max(0, view.x - dx / scale)), y, zoom: view.zoom };
}

/** Nearer or farther by so many steps of zoom, so that what is at the pixel stays there. */
export function zoomed(view: Shown, by: number, width: number, height: number, x = width / 2, y = height / 2): Shown {
  const zoom = within(view.zoom + by);
  const before = side(view.zoom), after = side(zoom);
  const dx = x - width / 2, dy = y - height / 2;
  return { x: view.x + dx / before - dx / after, y: view.y + dy / before - dy / after, zoom };
}

/** A view that holds all of these places with some room, not nearer than `nearest`. */
export function fitted(places: readonly (readonly [number, number])[], width: number, height: number, nearest = 16): Shown | null {
  if (places.length === 0) return null;
  let west = 1, east = 0, north = 1, south = 0;
  for (const [lon, lat] of places) {
    const x = mercatorX(lon), y = mercatorY(lat);
    west = Math.min(west, x);
    east = Math.max(east, x);
    north = Math.min(north, y);
    south = Math.max(south, y);
  }
  const across = Math.max((east - west) / Math.max(width, 1), (south - north) / Math.max(height, 1));
  const zoom = across > 0 ? Math.log2(0.88 / (across * TILE)) : nearest;
  return { x: (west + east) / 2, y: (north + south) / 2, zoom: within(Math.min(nearest, zoom)) };
}

/** Of cells (lon, lat, n) those that hold nearly all the cases: a few that lie far off do not make the map small. */
export function mostOf(cells: readonly (readonly number[])[], part = 0.995): [number, number][] {
  const total = cells.reduce((sum, cell) => sum + (cell[2] ?? 0), 0);
  let left = total * part;
  const kept: [number, number][] = [];
  for (const cell of [...cells].sort((a, b) => (b[2] ?? 0) - (a[2] ?? 0))) {
    if (left <= 0) break;
    kept.push([cell[0] ?? 0, cell[1] ?? 0]);
    left -= cell[2] ?? 0;
  }
  return kept;
}

/** Step of a scale of five for a count, by its logarithm: 0 for none. */
export function stepOf(n: number, most: number): number {
  if (n <= 0) return 0;
  return most <= 1 ? 5 : Math.max(1, Math.ceil((5 * Math.log(n + 1)) / Math.log(most + 1)));
}

/** Black or white, whichever can be read better on a colour (#rrggbb), by the contrast of WCAG. */
export function inkOn(colour: string): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? "#ffffff" : "#000000";
}

/** Where the focus goes from one of `count` items by an arrow; `row`: items a row, `down`: they stand in columns. */
export function neighbour(at: number, key: string, count: number, row: number, down: boolean): number {
  const [along, across] = down ? [row, 1] : [1, row];
  const step = { ArrowRight: along, ArrowLeft: -along, ArrowDown: across, ArrowUp: -across, Home: -at, End: count - 1 - at }[key] ?? 0;
  const to = at + step;
  return to < 0 || to >= count ? at : to;
}
