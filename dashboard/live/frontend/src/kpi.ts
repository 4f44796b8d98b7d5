/** The figures of the wall and how far each is to be trusted. Pure: the time is an argument. */

import { ageText, dateAndTime, DEFAULT_FEED, feedStale, freshness, runningClock } from "./age";
import { fill } from "./dom";
import { ageWords, boxState, type Words } from "./marks";
import type { State } from "./state";

/** What `/live/figures` tells: counted from the store for all viewers together. Times epoch ms. */
export interface Counted {
  /** When the store was read. */
  at: number;
  within_s: number;
  raised: number;
  answered: number;
  /** Null: no incident was ever entered, which is not the same as none today. */
  incidents: number | null;
  newest: number | null;
}

export const FIGURES = ["live", "stale", "lost", "boxes", "alarms", "oldest", "answered", "incidents"] as const;
export type FigureName = (typeof FIGURES)[number];

export interface Figure {
  /** What is read from across the room; a dash when it is not known. */
  value: string;
  name: string;
  /** How new, in words. */
  health: string;
  /** `poor`: not to be relied on. `some`: there is something to see. */
  state: "poor" | "some" | "none";
}

export interface Tongue {
  words: Words;
  language: string;
  zone: string;
}

/** Counts older than this are poor, ms: the page asks twice a minute. */
const COUNTED_OLD_MS = 120_000;

const DASH = "–";

function shortDate(at: number, { language, zone }: Tongue): string {
  return new Intl.DateTimeFormat(language === "th" ? "th-TH" : "en-GB", { timeZone: zone, day: "numeric", month: "short" }).format(at);
}

/** When the alarm was raised that has waited longest for an answer; null when none waits. */
export function waitingSince(state: State): number | null {
  let least: number | null = null;
  for (const alarm of state.alarms.values()) {
    if (alarm.state === "raised" && (least === null || alarm.raised < least)) least = alarm.raised;
  }
  return least;
}

export function figures(state: State, counted: Counted | null, now: number, tongue: Tongue): Record<FigureName, Figure> {
  const { words } = tongue;
  const say = (key: string, values: Record<string, string | number> = {}): string => fill(words[`live.kpi_${key}`] ?? key, values);
  const told = state.frames > 0;
  const poor = !told || feedStale(state.feed, now);
  const age = (at: number): string => (at > 0 ? say("newest", { age: ageText(now - at, ageWords(words)) }) : say("never"));
  const asOf = (at: number): string => (at > 0 ? say("as_of", { time: dateAndTime(at, tongue.language, tongue.zone).time.slice(0, 5) }) : say("never"));
  const figure = (name: string, value: string, some: boolean, health: string, bad: boolean): Figure =>
    ({ value: told || name === "answered" || name === "incidents" ? value : DASH, name: words[`live.figure_${name}`] ?? name, health, state: bad ? "poor" : some ? "some" : "none" });

  const feed = state.feed ?? DEFAULT_FEED;
  const units = { live: 0, stale: 0, lost: 0 };
  let fix = 0;
  for (const unit of state.units.values()) {
    units[freshness(unit, now, feed)] += 1;
    fix = Math.max(fix, unit.at ?? 0);
  }
  let ready = 0;
  let heard = 0;
  for (const box of state.boxes.values()) {
    if (boxState(box) === "ok") ready += 1;
    heard = Math.max(heard, box.heard);
  }
  const since = waitingSince(state);
  const beat = poor ? asOf(state.feed?.beat ?? 0) : age(state.feed?.beat ?? 0);
  const nobody = state.units.size === 0;
  const fixes = poor ? asOf(fix) : age(fix);
  const countedPoor = counted === null || now - counted.at > COUNTED_OLD_MS;
  const read = counted === null ? say("never") : asOf(counted.at);
  const within = counted?.within_s ?? 15;
  const newest = counted?.newest == null ? say("never") : say("incident", { date: shortDate(counted.newest, tongue) });
  const result: Record<FigureName, Figure> = {
    live: figure("live", nobody ? DASH : `${units.live}/${state.units.size}`, units.live > 0, fixes, poor || nobody),
    stale: figure("stale", nobody ? DASH : String(units.stale), units.stale > 0, "", poor || nobody),
    lost: figure("lost", nobody ? DASH : String(units.lost), units.lost > 0, "", poor || nobody),
    boxes: figure("boxes", state.boxes.size === 0 ? DASH : `${ready}/${state.boxes.size}`, ready < state.boxes.size, poor ? asOf(heard) : age(heard), poor || state.boxes.size === 0),
    alarms: figure("alarms", String(state.alarms.size), state.alarms.size > 0, beat, poor),
    oldest: figure("oldest", since === null ? say("nobody") : runningClock(now - since), since !== null, "", poor),
    answered: figure("answered", counted === null ? DASH : counted.raised === 0 ? say("nobody") : `${counted.answered}/${counted.raised}`, (counted?.answered ?? 0) < (counted?.raised ?? 0), read, countedPoor),
    incidents: figure("incidents", counted?.incidents == null ? DASH : String(counted.incidents), false, counted === null ? read : newest, countedPoor || counted.incidents === null),
  };
  result.answered.name = fill(result.answered.name, { s: within });
  return result;
}
