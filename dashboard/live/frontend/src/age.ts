/** Ages: what is fresh, what is not, and the short words for it. Pure: the time is an argument. */

import type { Feed, Unit } from "./protocol";

export type Freshness = "live" | "stale" | "lost";

/** Thresholds used until the feed has told its own. */
export const DEFAULT_FEED: Feed = {
  beat: 0, stale_s: 15, live_s: 30, lost_s: 300, broker: "ok", storage: "ok", demo: false, replay: false,
};

export function freshness(unit: Unit, now: number, feed: Feed): Freshness {
  if (unit.lat === null || unit.lon === null || unit.at === null) return "lost";
  const age = now - unit.at;
  if (age < feed.live_s * 1000) return "live";
  return age < feed.lost_s * 1000 ? "stale" : "lost";
}

/** The word must be on the screen when the threshold passes, not a tick of the page later. */
const LEAD_MS = 500;

/** True when the newest heartbeat that went all the way is too old: what is on the screen is not to be trusted. */
export function feedStale(feed: Feed | null, now: number): boolean {
  return feed === null || feed.beat === 0 || now - feed.beat >= feed.stale_s * 1000 - LEAD_MS;
}

export interface AgeWords {
  s: string;
  m: string;
  h: string;
  d: string;
}

/** An age as one number and a word. */
export function ageText(ms: number, words: AgeWords): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} ${words.s}`;
  if (s < 3600) return `${Math.floor(s / 60)} ${words.m}`;
  if (s < 172800) return `${Math.floor(s / 3600)} ${words.h}`;
  return `${Math.floor(s / 86400)} ${words.d}`;
}

/** A running clock: m:ss, from an hour on h:mm:ss. */
export function runningClock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  const minutes = Math.floor(s / 60) % 60;
  const hours = Math.floor(s / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/** Date and time as the reader writes them: Buddhist era in Thai, 24 h. */
export function dateAndTime(ms: number, language: string, zone: string): { date: string; time: string } {
  const locale = language === "th" ? "th-TH-u-ca-buddhist-nu-latn" : "en-GB";
  const day = new Intl.DateTimeFormat(locale, { timeZone: zone, weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const hour = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  const date = day.formatToParts(ms).filter((part) => part.type !== "era").map((part) => part.value).join("");
  return { date: date.replace(/\s+/g, " ").trim(), time: hour.format(ms) };
}
