/** A place in words: near which box, red box or street. Pure; distances in metres. */

import type { Box, Ground } from "./protocol";

/** A name farther than this says nothing, m. */
const NEAR_M = 400;
/** Metres of a degree of latitude (WGS 84, mean). */
const DEGREE_M = 111_195;

export interface Named {
  name: string;
  /** [lon, lat] corners; a point has one. */
  line: [number, number][];
}

export interface Nearest {
  name: string;
  metres: number;
}

/** Everything with a name that a unit can be near to. */
export function namedPlaces(ground: Ground | null, boxes: Iterable<Box>, language: string): Named[] {
  const found: Named[] = [];
  for (const box of boxes) {
    const name = language === "th" ? box.th || box.en : box.en || box.th;
    if (name && box.lat !== null && box.lon !== null) found.push({ name, line: [[box.lon, box.lat]] });
  }
  for (const feature of [...(ground?.checkpoints.features ?? []), ...(ground?.streets.features ?? [])]) {
    const { th, en, name } = (feature.properties ?? {}) as Record<string, unknown>;
    const text = String((language === "th" ? th || en : en || th) || name || "");
    if (text === "") continue;
    if (feature.geometry.type === "Point") found.push({ name: text, line: [feature.geometry.coordinates as [number, number]] });
    else if (feature.geometry.type === "LineString") found.push({ name: text, line: feature.geometry.coordinates as [number, number][] });
  }
  return found;
}

/** The nearest of them; null when none is near. */
export function nearest(lat: number, lon: number, places: readonly Named[]): Nearest | null {
  const wide = DEGREE_M * Math.cos((lat * Math.PI) / 180);
  let best: Nearest | null = null;
  for (const { name, line } of places) {
    for (let i = 0; i < line.length; i += 1) {
      const [ax, ay] = flat(line[Math.max(0, i - 1)]!, lat, lon, wide);
      const [bx, by] = flat(line[i]!, lat, lon, wide);
      const length = (bx - ax) ** 2 + (by - ay) ** 2;
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, -(ax * (bx - ax) + ay * (by - ay)) / length));
      const metres = Math.hypot(ax + along * (bx - ax), ay + along * (by - ay));
      if (metres <= NEAR_M && (best === null || metres < best.metres)) best = { name, metres };
    }
  }
  return best;
}

const flat = ([x, y]: [number, number], lat: number, lon: number, wide: number): [number, number] =>
  [(x - lon) * wide, (y - lat) * DEGREE_M];
