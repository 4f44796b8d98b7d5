/** The order and the counts of a list of units: by the age class of the fix, then by name as Thai readers sort. Pure. */

import { DEFAULT_FEED, freshness, type Freshness } from "./age";
import { meant, type Wanted } from "./filter";
import type { Box } from "./protocol";
import type { Key, State } from "./state";

const RANK: Record<Freshness, number> = { live: 0, stale: 1, lost: 2 };

/** Thai sorts a leading vowel after its consonant, and numbers in a name by their value. */
const THAI = new Intl.Collator("th", { numeric: true, sensitivity: "base" });

export const byName = (a: string, b: string): number => THAI.compare(a, b);

export interface Ordered {
  keys: Key[];
  /** Of the units that words and kind let through. */
  counts: Record<Freshness | "all", number>;
}

export function unitOrder(state: State, wanted: Wanted, now: number): Ordered {
  const feed = state.feed ?? DEFAULT_FEED;
  const counts = { all: 0, live: 0, stale: 0, lost: 0 };
  const found: [Key, number, string][] = [];
  for (const [key, unit] of state.units) {
    const fresh = freshness(unit, now, feed);
    if (!meant(unit, fresh, { ...wanted, fresh: null })) continue;
    counts[fresh] += 1;
    counts.all += 1;
    if (wanted.fresh === null || wanted.fresh === fresh) found.push([key, RANK[fresh], unit.call || unit.id]);
  }
  found.sort((a, b) => a[1] - b[1] || byName(a[2], b[2]) || (a[0] < b[0] ? -1 : 1));
  return { keys: found.map(([key]) => key), counts };
}

export const boxName = (box: Box, language: string): string =>
  (language === "th" ? box.th || box.en : box.en || box.th) || box.id;

/** Boxes that are not ready first, then by name. */
export function boxOrder(state: State, language: string, ready: (box: Box) => boolean, holds: (names: string[]) => boolean): Key[] {
  const found: [Key, number, string][] = [];
  for (const [key, box] of state.boxes) {
    const name = boxName(box, language);
    if (holds([name, box.id])) found.push([key, ready(box) ? 1 : 0, name]);
  }
  found.sort((a, b) => a[1] - b[1] || byName(a[2], b[2]) || (a[0] < b[0] ? -1 : 1));
  return found.map(([key]) => key);
}
