/** No burn-in: everything on a wall shifts by a few px over minutes, too slowly to be seen, and never out of sight. */

import type { Moment, Part } from "./part";

/** How far from the middle, px at 1080 lines. The page keeps as much free along its edges. */
export const REACH = 6;

/** Periods of the two directions, ms: they have no common beat within a day, so every place in the square is visited. */
const ACROSS_MS = 7 * 60_000;
const DOWN_MS = 677_000;

/** Whole px, because between two px text would be blurred. Triangles: no place is held longer than another. */
export function driftAt(now: number): { x: number; y: number } {
  const swing = (period: number): number => {
    const phase = (((now / period) % 1) + 1) % 1;
    return Math.round((Math.abs(phase * 4 - 2) - 1) * REACH);
  };
  return { x: swing(ACROSS_MS), y: swing(DOWN_MS) };
}

export class Drift implements Part {
  constructor(private readonly frame: HTMLElement) {}

  second(moment: Moment): void {
    const { x, y } = driftAt(moment.now);
    const wanted = `translate(${x}px, ${y}px)`;
    if (this.frame.style.transform !== wanted) this.frame.style.transform = wanted;
  }
}
