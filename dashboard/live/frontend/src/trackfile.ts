/** The way to the page that hands a unit's track out as a file. */

import type { Settings } from "./part";

/** Moments are said to five minutes: the address stays while the clock runs. */
const STEP_MS = 300_000;

/** Address for the track of a unit (none: it is chosen there) up to a moment, epoch ms; empty where it is not permitted. */
export function trackFile({ base, tracks }: Pick<Settings, "base" | "tracks">, moment: number, unit = ""): string {
  if (!tracks) return "";
  const at = String(Math.ceil(moment / STEP_MS) * STEP_MS);
  return `${base}${tracks}?${new URLSearchParams(unit === "" ? { at } : { unit, at })}`;
}
