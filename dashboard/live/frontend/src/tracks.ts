/** Tracks of units over a window, from the bytes of `dashboard/live/tracks.py`, and asking the server for them. Pure but for `askTracks`. */

import type { Key } from "./state";

/** One unit's drawable fixes, ascending in time. The columns are of one length. */
export interface Track {
  key: Key;
  /** Epoch milliseconds. */
  at: Float64Array;
  /** Degrees WGS 84. */
  lat: Float64Array;
  lon: Float64Array;
  /** km/h; NaN = not said. */
  speed: Float32Array;
  /** Degrees from north; NaN = not said. */
  heading: Float32Array;
}

export interface Tracks {
  /** What is told is whole for `start <= at < end`, epoch ms. */
  start: number;
  end: number;
  /** True when `end` is earlier than asked for: ask again from there. */
  cut: boolean;
  units: Map<Key, Track>;
}

const MAGIC = 0x545a5353; // "SSZT"
const VERSION = 1;
const HEAD = 28;
const RECORD = 16;
const NOT_SAID = 65535;

function track(view: DataView, key: Key, offset: number, count: number, start: number): Track {
  const at = new Float64Array(count);
  const lat = new Float64Array(count);
  const lon = new Float64Array(count);
  const speed = new Float32Array(count);
  const heading = new Float32Array(count);
  for (let index = 0, place = offset; index < count; index += 1, place += RECORD) {
    at[index] = start + view.getUint32(place, true);
    lat[index] = view.getInt32(place + 4, true) / 1e6;
    lon[index] = view.getInt32(place + 8, true) / 1e6;
    const [kmh, degrees] = [view.getUint16(place + 12, true), view.getUint16(place + 14, true)];
    speed[index] = kmh === NOT_SAID ? NaN : kmh / 10;
    heading[index] = degrees === NOT_SAID ? NaN : degrees / 10;
  }
  return { key, at, lat, lon, speed, heading };
}

/** The tracks in the bytes; null when they are none, or not whole. */
export function decodeTracks(bytes: ArrayBuffer): Tracks | null {
  const view = new DataView(bytes);
  if (view.byteLength < HEAD || view.getUint32(0, true) !== MAGIC || view.getUint8(4) !== VERSION) return null;
  const start = view.getFloat64(12, true);
  const result: Tracks = { start, end: view.getFloat64(20, true), cut: (view.getUint8(5) & 1) === 1, units: new Map() };
  const text = new TextDecoder();
  let offset = HEAD;
  for (let left = view.getUint32(8, true); left > 0; left -= 1) {
    if (offset + 2 > view.byteLength) return null;
    const length = view.getUint16(offset, true);
    if (offset + 6 + length > view.byteLength) return null;
    const key = text.decode(new Uint8Array(bytes, offset + 2, length));
    const count = view.getUint32(offset + 2 + length, true);
    offset += 6 + length;
    if (offset + count * RECORD > view.byteLength) return null;
    result.units.set(key, track(view, key, offset, count, start));
    offset += count * RECORD;
  }
  return offset === view.byteLength ? result : null;
}

/** Index of the newest fix with `at <= moment`; -1 when there is none. */
export function indexAt(at: Float64Array, moment: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle]! <= moment) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Parts that follow each other, as one. */
export function joined(parts: readonly Tracks[]): Tracks {
  const [first, last] = [parts[0]!, parts[parts.length - 1]!];
  if (parts.length === 1) return first;
  const doubles = (arrays: Float64Array[]): Float64Array => Float64Array.from(arrays.flatMap((one) => [...one]));
  const floats = (arrays: Float32Array[]): Float32Array => Float32Array.from(arrays.flatMap((one) => [...one]));
  const units = new Map<Key, Track>();
  for (const key of new Set(parts.flatMap((part) => [...part.units.keys()]))) {
    const all = parts.map((part) => part.units.get(key)).filter((one) => one !== undefined);
    units.set(key, {
      key, at: doubles(all.map((one) => one.at)), lat: doubles(all.map((one) => one.lat)), lon: doubles(all.map((one) => one.lon)),
      speed: floats(all.map((one) => one.speed)), heading: floats(all.map((one) => one.heading)),
    });
  }
  return { start: first.start, end: last.end, cut: last.cut, units };
}

export class TracksError extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

export interface TracksAsked {
  from: number;
  to: number;
  /** `STATION/ID`: one unit's alone; needs a purpose. */
  unit?: Key;
  /** Id of a stated purpose (`purpose.ts`): needed for what is older than 60 minutes. */
  purpose?: string;
  signal?: AbortSignal;
}

/** Ask the server for tracks: at most an hour at a time. Rejects with `TracksError` in the server's words. */
export async function askTracks(base: string, asked: TracksAsked): Promise<Tracks> {
  const query = new URLSearchParams({ from: String(Math.floor(asked.from)), to: String(Math.ceil(asked.to)) });
  if (asked.unit !== undefined) query.set("unit", asked.unit);
  const response = await fetch(`${base}live/tracks?${query}`, {
    credentials: "same-origin",
    headers: asked.purpose === undefined ? {} : { "X-Purpose": asked.purpose },
    ...(asked.signal === undefined ? {} : { signal: asked.signal }),
  });
  if (!response.ok) throw new TracksError(response.status, await response.text());
  const tracks = decodeTracks(await response.arrayBuffer());
  if (tracks === null) throw new TracksError(0, "these are no tracks");
  return tracks;
}
