/** How a mark goes from fix to fix: straight, steadily, and never beyond the last one. Pure: the time is an argument. */

import { metresAt } from "./mercator";

/** Fixes farther apart in time say nothing of the way between them: the mark jumps. */
export const GAP_MS = 60_000;
/** A mark is never farther behind its fix than this, however rarely fixes come. */
export const GLIDE_MS = 5_000;
/** A glide takes this much longer than the gap between fixes: frames come some 150 ms apart, and the mark must not halt before
 * the next fix. */
export const TICK_MS = 250;
/** Faster than this (m/s) nobody drives: the fix corrects a wrong place, and no way is made up to it. */
export const FASTEST_M_S = 90;

/** From (fx, fy) at `start` to the fix (tx, ty) at `end`; places in Mercator units, start and end on the page's clock. */
export interface Glide {
  readonly fx: number;
  readonly fy: number;
  readonly tx: number;
  readonly ty: number;
  readonly start: number;
  readonly end: number;
  /** Time of the fix, epoch ms. */
  readonly at: number;
}

export const placed = (x: number, y: number, at: number): Glide => ({ fx: x, fy: y, tx: x, ty: y, start: 0, end: 0, at });

/** The share of the way that is done, 0 to 1; never falls while time goes on. */
export function progress(glide: Glide, now: number): number {
  if (now >= glide.end) return 1;
  return now <= glide.start ? 0 : (now - glide.start) / (glide.end - glide.start);
}

export function xOf(glide: Glide, now: number): number {
  const share = progress(glide, now);
  return share === 1 ? glide.tx : glide.fx + (glide.tx - glide.fx) * share;
}

export function yOf(glide: Glide, now: number): number {
  const share = progress(glide, now);
  return share === 1 ? glide.ty : glide.fy + (glide.ty - glide.fy) * share;
}

/** How long the way to a fix `gap` ms after the last one, `metres` away, is glided; 0 = the mark is put there at once. */
export function glideMs(gap: number, metres: number): number {
  if (gap <= 0 || gap > GAP_MS || metres > (FASTEST_M_S * gap) / 1000) return 0;
  return Math.min(gap + TICK_MS, GLIDE_MS);
}

/** The glide after one more fix. A late fix changes nothing; `still` = the reader wants no motion. */
export function onward(known: Glide, x: number, y: number, at: number, now: number, still: boolean): Glide {
  if (at < known.at) return known;
  if (x === known.tx && y === known.ty) return at === known.at ? known : { ...known, at };
  const metres = Math.hypot(x - known.tx, y - known.ty) * metresAt(y);
  const ms = still ? 0 : glideMs(at - known.at, metres);
  if (ms === 0) return placed(x, y, at);
  return { fx: xOf(known, now), fy: yOf(known, now), tx: x, ty: y, start: now, end: now + ms, at };
}

/** Speed in Mercator units a millisecond; 0 once the fix is reached. */
export function speed(glide: Glide, now: number): number {
  return now >= glide.end ? 0 : Math.hypot(glide.tx - glide.fx, glide.ty - glide.fy) / (glide.end - glide.start);
}

/** What moves is drawn this often at least, ms. */
export const SLOWEST_MS = 250;

/** After how many ms to draw again so that nothing moves more than half a pixel meanwhile. */
export function pace(pixelsPerMs: number): number {
  return pixelsPerMs <= 0 ? Infinity : Math.min(Math.max(0.5 / pixelsPerMs, 1), SLOWEST_MS);
}
