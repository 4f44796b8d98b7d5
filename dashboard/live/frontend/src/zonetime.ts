/** Days and times of day in a time zone. Pure. */

const DAY_MS = 86_400_000;

/** How far the zone is ahead of UTC at a moment, ms. */
export function offsetAt(moment: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hour12: false, year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(moment);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const local = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour") % 24, of("minute"), of("second"));
  return local - Math.floor(moment / 1000) * 1000;
}

/** Start of the zone's day that a moment lies in, epoch ms. */
export function dayStart(moment: number, zone: string): number {
  const offset = offsetAt(moment, zone);
  return Math.floor((moment + offset) / DAY_MS) * DAY_MS - offset;
}

/** Year (C.E.), month 1-12, day 1-31 of a moment in the zone. */
export function dateOf(moment: number, zone: string): { year: number; month: number; day: number } {
  const local = new Date(moment + offsetAt(moment, zone));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
}

/** Start of a day in the zone; a day the month does not have becomes its last. */
export function startOf(year: number, month: number, day: number, zone: string): number {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const utc = Date.UTC(year, month - 1, Math.min(day, last));
  return utc - offsetAt(utc, zone);
}
