/** State -> what the map draws: GeoJSON features and the difference to what it has. Pure. */

import { ageText, freshness, type AgeWords } from "./age";
import { statusOf, unitIcon, type BoxState } from "./look";
import type { Alarm, Box, Feed, Unit } from "./protocol";
import type { Key } from "./state";

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

export function unitFeature(key: Key, unit: Unit, now: number, feed: Feed, words: Words): GeoJSON.Feature | null {
  if (unit.lat === null || unit.lon === null || unit.at === null) return null;
  const fresh = freshness(unit, now, feed);
  const age = ageText(now - unit.at, ageWords(words));
  return {
    type: "Feature",
    id: key,
    geometry: { type: "Point", coordinates: [unit.lon, unit.lat] },
    properties: {
      id: key,
      icon: unitIcon(statusOf(unit.st), fresh),
      fresh,
      call: unit.call || unit.id,
      note: `${unitWord(unit, now, feed, words)} · ${age}`,
      heading: fresh === "live" && unit.hdg !== null && (unit.spd ?? 1) > 0 ? unit.hdg : -1,
    },
  };
}

export function boxState(box: Box): BoxState {
  if (box.online === false) return "offline";
  if (box.fault !== "" || box.mains === false || (box.bat !== null && box.bat < 20)) return "fault";
  return box.online === null && box.heard === 0 ? "unknown" : "ok";
}

export function boxFeature(key: Key, box: Box, language: string, words: Words): GeoJSON.Feature | null {
  if (box.lat === null || box.lon === null) return null;
  const state = boxState(box);
  const name = (language === "th" ? box.th || box.en : box.en || box.th) || box.id;
  const word = state === "ok" ? "" : words[`live.box_${state}`] ?? "";
  return {
    type: "Feature",
    id: key,
    geometry: { type: "Point", coordinates: [box.lon, box.lat] },
    properties: { id: key, icon: `box-${state}`, name, note: word },
  };
}

export interface Difference {
  add: GeoJSON.Feature[];
  remove: string[];
  update: { id: string; newGeometry?: GeoJSON.Geometry; addOrUpdateProperties?: { key: string; value: unknown }[] }[];
}

function changedProperties(known: GeoJSON.Feature, wanted: GeoJSON.Feature): { key: string; value: unknown }[] {
  return Object.entries(wanted.properties ?? {})
    .filter(([name, value]) => known.properties?.[name] !== value)
    .map(([key, value]) => ({ key, value }));
}

/** What to tell a GeoJSON source so that it draws the wanted features; `drawn` is brought up to date. */
export function difference(drawn: Map<Key, GeoJSON.Feature>, wanted: Map<Key, GeoJSON.Feature | null>): Difference {
  const diff: Difference = { add: [], remove: [], update: [] };
  for (const [key, feature] of wanted) {
    const known = drawn.get(key);
    if (feature === null) {
      if (drawn.delete(key)) diff.remove.push(key);
    } else if (known === undefined) {
      diff.add.push(feature);
      drawn.set(key, feature);
    } else {
      const properties = changedProperties(known, feature);
      const moved = JSON.stringify(known.geometry) !== JSON.stringify(feature.geometry);
      if (!moved && properties.length === 0) continue;
      diff.update.push({
        id: key,
        ...(moved ? { newGeometry: feature.geometry } : {}),
        ...(properties.length > 0 ? { addOrUpdateProperties: properties } : {}),
      });
      drawn.set(key, feature);
    }
  }
  return diff;
}

export const isEmpty = (diff: Difference): boolean =>
  diff.add.length === 0 && diff.remove.length === 0 && diff.update.length === 0;

const MARKS = new Set(["unverified", "unknown_box", "unreadable", "clock_suspect", "id_reused", "late", "no_place", "grouped"]);

/** Words an alarm is marked with: what must be known before somebody acts on it. */
export function alarmMarks(alarm: Alarm, words: Words): string[] {
  const marks = alarm.marks.filter((mark) => MARKS.has(mark)).map((mark) => words[`mark.${mark}`] ?? mark);
  if (!alarm.stored) marks.unshift(words["mark.not_stored"] ?? "not stored");
  if (alarm.level > 0 && alarm.state === "raised") marks.unshift(words["live.escalated"] ?? "escalated");
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
