/** The ground as it can be drawn: one bad outline would take all of its kind off the map, and one of a million corners
 * would hold the page up. What cannot be drawn is left out, what is finer than a screen is thinned; both are counted.
 * Pure. */

import type { Ground, Hotspots, Station } from "./protocol";

/** Corners of one line or ring; the server sends at most a tenth. */
export const MOST_CORNERS = 20_000;

/** How deep the places of a geometry lie in its lists. */
const DEPTH: Record<string, number> = { Point: 0, MultiPoint: 1, LineString: 1, MultiLineString: 2, Polygon: 2, MultiPolygon: 3 };
/** Least places of a line, or of a ring with its first place again. */
const LEAST: Record<string, number> = { LineString: 2, MultiLineString: 2, Polygon: 4, MultiPolygon: 4 };
const SHEETS = ["zones", "streets", "cameras", "checkpoints", "ring"] as const;

export interface Usable<T> {
  sheet: T;
  /** Features left out, and outlines thinned. */
  left: number;
  thinned: number;
}

type Place = [number, number];

const isPlace = (value: unknown): value is Place =>
  Array.isArray(value) && value.length >= 2 && Number.isFinite(value[0]) && Number.isFinite(value[1]) && Math.abs(value[0] as number) <= 180 && Math.abs(value[1] as number) <= 90;

function thin(places: unknown[]): unknown[] {
  const each = Math.ceil(places.length / MOST_CORNERS);
  return places.filter((_, i) => i % each === 0 || i === places.length - 1);
}

/** The places of a geometry, thinned; null when they are not what the geometry is made of. */
function placesOf(value: unknown, depth: number, least: number, count: () => void): unknown {
  if (depth === 0) return isPlace(value) ? value : null;
  if (!Array.isArray(value) || value.length < (depth === 1 ? least : 1)) return null;
  const many = depth === 1 && value.length > MOST_CORNERS;
  if (many) count();
  const parts = (many ? thin(value) : value).map((part) => placesOf(part, depth - 1, least, count));
  return parts.includes(null) ? null : parts;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** What can be drawn of a collection; null when it is none. */
function collected(sheet: unknown): Usable<GeoJSON.FeatureCollection> | null {
  if (!isObject(sheet) || !Array.isArray(sheet["features"])) return null;
  let left = 0;
  let thinned = 0;
  const features = sheet["features"].flatMap((feature: unknown): GeoJSON.Feature[] => {
    const geometry = isObject(feature) && isObject(feature["geometry"]) ? feature["geometry"] : {};
    const type = String(geometry["type"]);
    const depth = DEPTH[type];
    let finer = 0;
    const coordinates = depth === undefined ? null : placesOf(geometry["coordinates"], depth, LEAST[type] ?? 1, () => { finer += 1; });
    if (coordinates === null) {
      left += 1;
      return [];
    }
    thinned += finer;
    const { properties } = feature as GeoJSON.Feature;
    return [{ ...(feature as GeoJSON.Feature), properties: isObject(properties) ? properties : {}, geometry: { type, coordinates } as GeoJSON.Geometry }];
  });
  return { sheet: { type: "FeatureCollection", features }, left, thinned };
}

/** The sheet of the ground out of what the server answered; null when it is none. */
export function usable(answer: unknown): Usable<Ground> | null {
  if (!isObject(answer) || typeof answer["version"] !== "string" || !Array.isArray(answer["stations"])) return null;
  const made: Usable<Ground> = { sheet: { ...answer, stations: answer["stations"].filter(isObject) as unknown as Station[] } as unknown as Ground, left: 0, thinned: 0 };
  for (const name of SHEETS) {
    if (answer[name] === undefined && name === "ring") continue;
    const found = collected(answer[name]);
    if (found === null) return null;
    made.sheet[name] = found.sheet;
    made.left += found.left;
    made.thinned += found.thinned;
  }
  return made;
}

/** The same of the hotspots. */
export function usableHotspots(answer: unknown): Usable<Hotspots> | null {
  if (!isObject(answer) || typeof answer["version"] !== "string") return null;
  const found = collected(answer["hotspots"]);
  return found && { ...found, sheet: { version: answer["version"], hotspots: found.sheet } };
}
