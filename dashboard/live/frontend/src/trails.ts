/** Where units came from: their fixes of the last minutes as lines; a gap in them is told apart, as an estimate. Pure. */

import { GAP_MS } from "./motion";
import type { Key } from "./state";
import { indexAt, type Tracks } from "./tracks";

export interface Fix {
  lon: number;
  lat: number;
  at: number;
}

/** Fixes kept of one unit: more than a screen can show of an hour. */
export const MOST_FIXES = 240;

/** Add a fix, in order of time. Between fixes nearer than `spacing` ms the newest stands for all, but no gap is made so. */
export function append(kept: Fix[], fix: Fix, spacing: number): void {
  const last = kept.at(-1);
  if (last !== undefined && fix.at <= last.at) return;
  const before = kept.at(-2);
  if (last !== undefined && before !== undefined && last.at - before.at < spacing && fix.at - before.at <= GAP_MS) kept.pop();
  kept.push(fix);
}

/** Runs of fixes without a gap, and the gaps between them, of what is newer than `since` and older than `until`. */
export function split(kept: readonly Fix[], since: number, until: number): { runs: Fix[][]; gaps: [Fix, Fix][] } {
  const runs: Fix[][] = [];
  const gaps: [Fix, Fix][] = [];
  let run: Fix[] = [];
  for (const fix of kept) {
    if (fix.at < since || fix.at > until) continue;
    const last = run.at(-1);
    if (last !== undefined && fix.at - last.at > GAP_MS) {
      runs.push(run);
      gaps.push([last, fix]);
      run = [];
    }
    run.push(fix);
  }
  if (run.length > 0) runs.push(run);
  return { runs: runs.filter((one) => one.length > 1), gaps };
}

const line = (fixes: readonly Fix[]): GeoJSON.Position[] => fixes.map(({ lon, lat }) => [lon, lat]);

/** The features of one unit's trail; `word` is written along a gap. */
export function trailFeatures(key: Key, kept: readonly Fix[], since: number, until: number, word: string): GeoJSON.Feature[] {
  const { runs, gaps } = split(kept, since, until);
  const features: GeoJSON.Feature[] = gaps.flatMap(([a, b]) => [
    { type: "Feature", properties: { key, gap: true }, geometry: { type: "LineString", coordinates: line([a, b]) } },
    { type: "Feature", properties: { key, gap: true, note: word }, geometry: { type: "Point", coordinates: [(a.lon + b.lon) / 2, (a.lat + b.lat) / 2] } },
  ]);
  if (runs.length > 0) features.unshift({ type: "Feature", properties: { key, gap: false }, geometry: { type: "MultiLineString", coordinates: runs.map(line) } });
  return features;
}

/** A unit's fixes with `since <= at <= until` out of tracks that follow each other, thinned as those of now are. */
export function fixesOf(pieces: readonly Tracks[], key: Key, since: number, until: number, spacing: number): Fix[] {
  const kept: Fix[] = [];
  for (const piece of pieces) {
    const track = piece.units.get(key);
    if (track === undefined) continue;
    const last = indexAt(track.at, until);
    for (let i = indexAt(track.at, since - 1) + 1; i <= last; i += 1) append(kept, { at: track.at[i]!, lon: track.lon[i]!, lat: track.lat[i]! }, spacing);
  }
  return kept;
}

/** Fixes of all units over the minutes asked for. */
export class Trails {
  private readonly kept = new Map<Key, Fix[]>();
  private spacing = 0;

  /** Keep this much, ms; 0: nothing. What was kept finer or coarser is given up. */
  span(ms: number): void {
    const spacing = ms / MOST_FIXES;
    if (spacing !== this.spacing) this.kept.clear();
    this.spacing = spacing;
  }

  add(key: Key, fix: Fix): void {
    const kept = this.kept.get(key);
    if (kept === undefined) this.kept.set(key, [fix]);
    else append(kept, fix, this.spacing);
  }

  /** Older fixes from the server, put before what is known. */
  history(key: Key, fixes: Iterable<Fix>): void {
    const all = [...fixes, ...this.kept.get(key) ?? []].sort((a, b) => a.at - b.at);
    const kept: Fix[] = [];
    for (const fix of all) append(kept, fix, this.spacing);
    this.kept.set(key, kept);
  }

  forget(since: number): void {
    for (const [key, kept] of this.kept) {
      const from = kept.findIndex((fix) => fix.at >= since);
      if (from < 0) this.kept.delete(key);
      else if (from > 0) kept.splice(0, from);
    }
  }

  of(key: Key): readonly Fix[] {
    return this.kept.get(key) ?? [];
  }

  get keys(): Iterable<Key> {
    return this.kept.keys();
  }
}
