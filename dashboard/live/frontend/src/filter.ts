/** Which units are meant: by words, by the age class of their fix, by kind. One filter for list and map. Pure. */

import type { Freshness } from "./age";
import type { Unit } from "./protocol";

export const UNIT_KINDS = ["car", "motorcycle", "bicycle", "foot", "boat", "partner", "replay"] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];

export interface Wanted {
  /** Words a call sign or id must contain; empty: all. */
  filter: string;
  /** Null: all. */
  fresh: Freshness | null;
  kind: UnitKind | null;
}

export const EVERYTHING: Wanted = { filter: "", fresh: null, kind: null };

export function wantedName(names: readonly string[], text: string): boolean {
  const wanted = text.toLocaleLowerCase().trim();
  return wanted === "" || names.join(" ").toLocaleLowerCase().includes(wanted);
}

export function meant(unit: Unit, fresh: Freshness, wanted: Wanted): boolean {
  if (wanted.fresh !== null && fresh !== wanted.fresh) return false;
  if (wanted.kind !== null && unit.kind !== wanted.kind) return false;
  return wantedName([unit.call, unit.id], wanted.filter);
}
