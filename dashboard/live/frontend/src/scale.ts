/** Sizes of the wall grow with its screen, so that the same words are read from the same place on any. Pure. */

/** The screen the wall's sizes are written for, px. */
export const DESIGN = { width: 1920, height: 1080 } as const;

/** How much larger everything is than on the screen it was written for. */
export function scaleOf(width: number, height: number): number {
  const scale = Math.min(width / DESIGN.width, height / DESIGN.height);
  return Math.round(Math.min(4, Math.max(0.6, scale)) * 1000) / 1000;
}
