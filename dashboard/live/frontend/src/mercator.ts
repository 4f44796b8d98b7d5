/** Web Mercator: the whole world as a square of side 1, y down. Pure. */

/** Farther from the equator there is no map. */
export const MAX_LAT = 85.051128;

/** Whether a place can be shown on a map at all: numbers, on the globe, and not at a pole. */
export function drawable(lat: number | null, lon: number | null): boolean {
  return lat !== null && lon !== null && Number.isFinite(lat) && Number.isFinite(lon) && Math.abs(lat) <= MAX_LAT && Math.abs(lon) <= 180;
}

export const mercatorX = (lon: number): number => (lon + 180) / 360;

export const mercatorY = (lat: number): number => (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;

export const lonOf = (x: number): number => x * 360 - 180;

export const latOf = (y: number): number => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

/** Metres on the ground of one unit of the square, at a height of it. */
export const metresAt = (y: number): number => 40_075_016.686 * Math.cos((latOf(y) * Math.PI) / 180);
