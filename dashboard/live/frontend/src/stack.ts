/** Marks that stand on one another: who is meant by a click, and where each goes when they are spread. Pure. */

/** Marks whose middles are nearer to the click than this (px) may be meant. */
export const HIT_PX = 16;
/** Above this a spread would cover the map: they are told as a list instead. */
export const MOST_SPREAD = 30;

/** Where a mark is drawn: its place and its offset, px; NaN when it is not. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

/** The marks under a click, nearest first. */
export function under<T extends Spot>(marks: Iterable<T>, x: number, y: number, reach = HIT_PX): T[] {
  const found: [number, T][] = [];
  for (const mark of marks) {
    const distance = Math.hypot(mark.x + mark.dx - x, mark.y + mark.dy - y);
    if (distance <= reach) found.push([distance, mark]);
  }
  return found.sort((a, b) => a[0] - b[0]).map(([, mark]) => mark);
}

/** Those that stand with the first one: nearer to it than half a mark, so that they cover each other. */
export function stackOf<T extends Spot>(marks: Iterable<T>, first: T): T[] {
  return under(marks, first.x + first.dx, first.y + first.dy, HIT_PX * 0.75);
}

const AROUND_PX = 46;

/** Offsets in px for `count` marks: a circle for few, a spiral for many, none nearer than a mark's width to another. */
export function spread(count: number): [number, number][] {
  if (count <= 8) {
    const radius = Math.max(AROUND_PX, (count * AROUND_PX) / (2 * Math.PI));
    return Array.from({ length: count }, (_, i) => {
      const angle = (2 * Math.PI * i) / count - Math.PI / 2;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    });
  }
  const offsets: [number, number][] = [];
  let angle = 0;
  for (let i = 0; i < count; i += 1) {
    const radius = AROUND_PX * (1.1 + angle / (2 * Math.PI));
    offsets.push([radius * Math.cos(angle), radius * Math.sin(angle)]);
    angle += AROUND_PX / radius;
  }
  return offsets;
}
