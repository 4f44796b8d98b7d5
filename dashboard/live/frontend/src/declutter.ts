/** Which labels find a free place, and on which side of their mark. Greedy, stable from one time to the next. Pure. */

export type Side = "right" | "left" | "below" | "above";
export const SIDES: readonly Side[] = ["right", "left", "below", "above"];

/** A label that wants a place: the mark's middle, the label's size, in pixels. */
export interface Wish {
  x: number;
  y: number;
  w: number;
  h: number;
  /** The side it had: tried first. */
  side: Side | null;
  /** Shown whatever it covers. */
  must: boolean;
}

/** Left, top, right, bottom. */
export type Area = readonly [number, number, number, number];

/** Distance from the middle of a mark to its label. */
export const REACH = 25;

export function areaAt({ x, y, w, h }: Wish, side: Side): Area {
  if (side === "right") return [x + REACH, y - h / 2, x + REACH + w, y + h / 2];
  if (side === "left") return [x - REACH - w, y - h / 2, x - REACH, y + h / 2];
  if (side === "below") return [x - w / 2, y + REACH, x + w / 2, y + REACH + h];
  return [x - w / 2, y - REACH - h, x + w / 2, y - REACH];
}

const CELL = 96;

class Taken {
  private readonly cells = new Map<number, Area[]>();

  private *near([left, top, right, bottom]: Area): Generator<number> {
    for (let cx = Math.floor(left / CELL); cx <= Math.floor(right / CELL); cx += 1) {
      for (let cy = Math.floor(top / CELL); cy <= Math.floor(bottom / CELL); cy += 1) yield cx * 65_536 + cy;
    }
  }

  add(area: Area): void {
    for (const cell of this.near(area)) {
      const known = this.cells.get(cell);
      if (known === undefined) this.cells.set(cell, [area]);
      else known.push(area);
    }
  }

  free(area: Area): boolean {
    for (const cell of this.near(area)) {
      for (const other of this.cells.get(cell) ?? []) {
        if (area[0] < other[2] && area[2] > other[0] && area[1] < other[3] && area[3] > other[1]) return false;
      }
    }
    return true;
  }
}

/** The side of each wish, null for those without room; wishes come most important first. `most` bounds how many. */
export function declutter(wishes: readonly Wish[], obstacles: Iterable<Area>, most: number): (Side | null)[] {
  const taken = new Taken();
  for (const area of obstacles) taken.add(area);
  let shown = 0;
  return wishes.map((wish) => {
    if (shown >= most && !wish.must) return null;
    const first = wish.side;
    const tried = first === null ? SIDES : [first, ...SIDES.filter((side) => side !== first)];
    const side = tried.find((one) => taken.free(areaAt(wish, one))) ?? (wish.must ? tried[0]! : null);
    if (side === null) return null;
    taken.add(areaAt(wish, side));
    shown += 1;
    return side;
  });
}
