/** Sizes of the wall and the desk grow with the screen, so that the same words are read from the same place on any. Pure. */

import type { Mode } from "./part";

/** The screen the sizes are written for, px. */
export const DESIGN = { width: 1920, height: 1080 } as const;

/** How much larger everything is than on the screen it was written for. */
export function scaleOf(width: number, height: number): number {
  const scale = Math.min(width / DESIGN.width, height / DESIGN.height);
  return Math.round(Math.min(4, Math.max(0.6, scale)) * 1000) / 1000;
}

/** The same of a page. A desk never shrinks: on a small screen its panels move under each other. */
export function scaleFor(mode: Mode, width: number, height: number): number {
  if (mode === "live") return 1;
  return mode === "wall" ? scaleOf(width, height) : Math.max(1, scaleOf(width, height));
}
