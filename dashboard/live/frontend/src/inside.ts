/** Who is inside a drawn area now. Pure. */

/** Corners as [lon, lat]; the last is joined to the first. */
export type Outline = readonly (readonly [number, number])[];

export interface Placed {
  lat: number | null;
  lon: number | null;
}

/** Even-odd rule: also right for an outline that crosses itself. Less than three corners hold nothing. */
export function inside(outline: Outline, lat: number | null, lon: number | null): boolean {
  if (lat === null || lon === null || outline.length < 3) return false;
  let within = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i, i += 1) {
    const [ax, ay] = outline[i]!;
    const [bx, by] = outline[j]!;
    if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) within = !within;
  }
  return within;
}

/** The keys of all inside, in the order of `all`. */
export function keysInside<T extends Placed>(outline: Outline, all: Map<string, T>): string[] {
  const found: string[] = [];
  for (const [key, one] of all) if (inside(outline, one.lat, one.lon)) found.push(key);
  return found;
}
