/** State -> the words and features the map draws. Pure. */

import { freshness, type AgeWords } from "./age";
import { fill } from "./dom";
import type { BoxState } from "./icons";
import { drawable } from "./mercator";
import type { Alarm, Box, Feed, Unit } from "./protocol";
import type { Key } from "./state";
import { statusOf } from "./tints";

export interface Words {
  [key: string]: string;
}

export const ageWords = (words: Words): AgeWords => ({
  s: words["live.sec"] ?? "s", m: words["live.min"] ?? "min", h: words["live.hour"] ?? "h", d: words["live.day"] ?? "d",
});

/** The word for a unit's state: its age class when it is not live, else the status it reported. */
export function unitWord(unit: Unit, now: number, feed: Feed, words: Words): string {
  const fresh = freshness(unit, now, feed);
  if (fresh !== "live") return words[`live.unit_${fresh}`] ?? fresh;
  return words[`live.status_${statusOf(unit.st)}`] ?? "";
}

export function boxState(box: Box): BoxState {
  if (box.online === false) return "offline";
  if (box.fault !== "" || box.mains === false || (box.bat !== null && box.bat < 20)) return "fault";
  return box.online === null && box.heard === 0 ? "unknown" : "ok";
}

export function boxFeature(key: Key, box: Box, language: string, words: Words): GeoJSON.Feature | null {
  if (box.lat === null || box.lon === null || !drawable(box.lat, box.lon)) return null;
  const state = boxState(box);
  const name = (language === "th" ? box.th || box.en : box.en || box.th) || box.id;
  const word = words[`live.box_${state}`] ?? "";
  return {
    type: "Feature",
    id: key,
    geometry: { type: "Point", coordinates: [box.lon, box.lat] },
    properties: { id: key, icon: `box-${state}`, state, name, note: word },
  };
}

const MARKS = new Set(["unverified", "unknown_box", "unreadable", "clock_suspect", "id_reused", "late", "no_place", "grouped", "notice_failed"]);

/** What a place is called: its name; without one, that the map shows it, or that nobody knows it. */
export function placeName(alarm: Alarm, words: Words): string {
  if (alarm.ok === "feed" || alarm.ok === "server") return (alarm.s === OWN ? words["live.own_fault"] : "") || alarm.origin; // it stands nowhere
  return alarm.place || (words[alarm.lat === null ? "mark.no_place" : "live.place_on_map"] ?? alarm.origin);
}

/** The station of what goes wrong with ourselves. */
const OWN = "_system";

/** What stands before the name of a place in one line: SOS for a call for help, else the word of the alarm's kind. */
export function kindWord(alarm: Alarm, words: Words): string {
  return alarm.kind === "sos" ? "SOS" : words[`live.kind_${alarm.kind}`] ?? "SOS";
}

/** What trouble says of itself, after a dot: a word of ours where it is one, else as it was said. Empty for none. */
export function detailWord({ detail }: Alarm, words: Words): string {
  return detail === "" ? "" : ` · ${troubleWord(detail, words)}`;
}

/** What trouble said of itself, in a word of ours where it is one. */
export function troubleWord(detail: string, words: Words): string {
  return words[`live.detail_${detail}`] ?? words[`equip.fault_${detail.toLowerCase()}`] ?? detail;
}

/** What is said aloud of a new one. */
export function raisedWord(alarm: Alarm, words: Words): string {
  return (alarm.kind === "sos" ? undefined : words[`live.kind_${alarm.kind}`]) ?? words["sos.pressed"] ?? "";
}

/** Words an alarm is marked with: what must be known before somebody acts on it. */
export function alarmMarks(alarm: Alarm, words: Words): string[] {
  const marks = alarm.marks.filter((mark) => MARKS.has(mark)).map((mark) => words[`mark.${mark}`] ?? mark);
  if (!alarm.stored) marks.unshift(words["mark.not_stored"] ?? "not stored");
  if (alarm.level > 0 && alarm.state === "raised") {
    marks.unshift(fill(words["live.escalated"] ?? "escalated {n}", { n: alarm.level }));
  }
  if (alarm.marks.includes("drill")) marks.unshift(words["mark.drill"] ?? "drill");
  return marks;
}

/** [west, south, east, north] of the positions in the features; null when there is none. */
export function boundsOf(features: readonly GeoJSON.Feature[]): [number, number, number, number] | null {
  let box: [number, number, number, number] | null = null;
  const visit = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    const [lon, lat] = value as unknown[];
    if (typeof lon === "number" && typeof lat === "number") {
      box = box === null ? [lon, lat, lon, lat]
        : [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)];
    } else value.forEach(visit);
  };
  for (const feature of features) if ("coordinates" in feature.geometry) visit(feature.geometry.coordinates);
  return box;
}
