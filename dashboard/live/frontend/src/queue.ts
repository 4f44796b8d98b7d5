/** The desk's queue: who must be answered first, and what may be told together. Pure; order and groups are those
 * of `models/alarms/queue.py`, against which it is tested. */

import type { Alarm } from "./protocol";
import { EQUIPMENT, type Key, keyOf, rank } from "./state";

/** So many alarms of one station within this time are a flood. */
export const FLOOD = 10;
export const FLOOD_MS = 10 * 60_000;

/** Why alarms stand together: too many at once, or put aside for a while. */
export type Why = "flood" | "shelved";

export interface Group {
  kind: "group";
  /** `STATION/PRIORITY/WHY`. */
  key: string;
  why: Why;
  technical: boolean;
  alarms: Alarm[];
}

export interface Single {
  kind: "alarm";
  key: Key;
  alarm: Alarm;
}

/** A row of the queue. */
export type Entry = Single | Group;

const answered = (alarm: Alarm): number => (alarm.state === "raised" ? 0 : 1);
const unverified = (alarm: Alarm): number => (alarm.marks.includes("unverified") ? 1 : 0);

/** A person before a report before equipment; of each what nobody has first, then the verified, then who waits longest. */
export const urgency = (a: Alarm, b: Alarm): number =>
  rank(a) - rank(b) || answered(a) - answered(b) || unverified(a) - unverified(b) || a.raised - b.raised || (a.id < b.id ? -1 : 1);

/** The alarms that came in a flood. It goes by when they were raised: a group does not fall apart because it ages. */
function flooding(alarms: readonly Alarm[]): Set<Alarm> {
  const stations = new Map<string, Alarm[]>();
  for (const alarm of alarms) {
    const some = stations.get(alarm.s);
    if (some === undefined) stations.set(alarm.s, [alarm]);
    else some.push(alarm);
  }
  const found = new Set<Alarm>();
  for (const some of stations.values()) {
    some.sort((a, b) => a.raised - b.raised);
    let first = 0;
    let done = 0; // a long flood is gone through once
    some.forEach((alarm, last) => {
      while (alarm.raised - some[first]!.raised >= FLOOD_MS) first += 1;
      if (last - first + 1 < FLOOD) return;
      for (const one of some.slice(Math.max(first, done), last + 1)) found.add(one);
      done = last + 1;
    });
  }
  return found;
}

function why(alarm: Alarm, flood: ReadonlySet<Alarm>, now: number): Why | null {
  if (rank(alarm) === 1) return null; // nobody is ever looked for in a group
  if (alarm.prio === EQUIPMENT && alarm.shelved !== null && alarm.shelved > now) return "shelved";
  return flood.has(alarm) ? "flood" : null;
}

const single = (alarm: Alarm): Single => ({ kind: "alarm", key: keyOf(alarm.s, alarm.id), alarm });

/** Of one priority the single alarms first, then what came in a flood, then what is put aside. A group that is opened
 * is followed by its alarms. */
export function queueOf(alarms: Iterable<Alarm>, now: number, opened: ReadonlySet<string>): Entry[] {
  const all = [...alarms].sort(urgency);
  const flood = flooding(all);
  const groups = new Map<string, Group>();
  const rows: Entry[] = [];
  for (const alarm of all) {
    const reason = why(alarm, flood, now);
    if (reason === null) {
      rows.push(single(alarm));
      continue;
    }
    const key = `${alarm.s}/${alarm.prio}/${reason}`;
    const group = groups.get(key) ?? { kind: "group", key, why: reason, technical: alarm.prio === EQUIPMENT, alarms: [] };
    if (group.alarms.push(alarm) === 1) {
      groups.set(key, group);
      rows.push(group);
    }
  }
  const head = (row: Entry): Alarm => (row.kind === "alarm" ? row.alarm : row.alarms[0]!);
  const place = (row: Entry): number => (row.kind === "alarm" ? 0 : row.why === "flood" ? 1 : 2);
  rows.sort((a, b) => rank(head(a)) - rank(head(b)) || place(a) - place(b) || urgency(head(a), head(b)));
  return rows.flatMap((row) => (row.kind === "group" && opened.has(row.key) ? [row, ...row.alarms.map(single)] : [row]));
}

/** The alarms that keys walk over, in order: also people's in a group that is not opened. Trouble of equipment that is
 * told together, and what is put aside, is passed over. */
function walked(entries: readonly Entry[]): Alarm[] {
  const found = entries.flatMap((entry) => (entry.kind === "alarm" ? [entry.alarm] : entry.technical ? [] : entry.alarms));
  return [...new Set(found)]; // an opened group is followed by its alarms
}

const keyOfAlarm = (alarm: Alarm): Key => keyOf(alarm.s, alarm.id);

/** The alarms nobody has, in the order they are to be answered. */
export const waiting = (entries: readonly Entry[]): Alarm[] => walked(entries).filter((alarm) => alarm.state === "raised");

/** The alarm to be answered next: the first that nobody has. */
export function firstUnanswered(entries: readonly Entry[]): Key | null {
  const [first] = waiting(entries);
  return first === undefined ? null : keyOfAlarm(first);
}

/** Key of the group an alarm stands in; null when it stands for itself. */
export function groupOf(entries: readonly Entry[], key: Key): string | null {
  return entries.find((entry) => entry.kind === "group" && entry.alarms.some((alarm) => keyOfAlarm(alarm) === key))?.key ?? null;
}

/** The alarm `by` rows on from `from`; the first when `from` is in no row. Heads of groups are passed over. */
export function neighbour(entries: readonly Entry[], from: Key | null, by: 1 | -1): Key | null {
  const keys = walked(entries).map(keyOfAlarm);
  const at = from === null ? -1 : keys.indexOf(from);
  if (at < 0) return keys[0] ?? null;
  return keys[Math.min(keys.length - 1, Math.max(0, at + by))] ?? null;
}
