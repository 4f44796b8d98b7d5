/** Which open alarms move on the map: what is new, and of a flood only the newest few. Pure. */

import type { Alarm } from "./protocol";

/** How long an alarm is new: after its press, and after each escalation. */
export const NEW_MS = 60_000;
/** Rings that move at once, at most: hundreds take the page's time away from the hand that answers. */
export const MOST_MOVING = 12;

/** An alarm on the map, and when it became new by the page's own clock, ms. */
export interface Fresh {
  alarm: Alarm;
  newAt: number;
}

/** Those that move now. */
export function pulsing<T extends Fresh>(pins: Iterable<T>, now: number): Set<T> {
  const fresh = [...pins].filter(({ alarm, newAt }) => alarm.state === "raised" && now - newAt < NEW_MS);
  if (fresh.length > MOST_MOVING) fresh.sort((a, b) => b.newAt - a.newAt || b.alarm.raised - a.alarm.raised);
  return new Set(fresh.slice(0, MOST_MOVING));
}
