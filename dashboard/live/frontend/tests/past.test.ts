import assert from "node:assert/strict";
import { test } from "node:test";
import { CHUNK_MS, type Chunk, chunkOf, Chunks, chunkStart, momentAt, type PastAnswer, wanted } from "../src/past";
import { PastAlarms } from "../src/pastalarms";
import { PlayClock } from "../src/playclock";
import type { Alarm, Box, Unit } from "../src/protocol";
import { PastPicture } from "../src/pastpicture";
import { TimeMachine } from "../src/timemachine";
import type { View } from "../src/view";
import type { Track } from "../src/tracks";
import { fixesOf, split } from "../src/trails";
import { dateOf, dayStart, startOf } from "../src/zonetime";

const START = chunkStart(1_790_000_000_000);
const unit = (id: string, at: number | null, lat: number | null): Unit => ({
  s: "lu", id, kind: "car", call: `ว ${id}`, lat, lon: lat, at, spd: 1, hdg: 1, acc: 1, st: null, heard: at ?? 0,
});
const track = (key: string, fixes: [number, number][]): [string, Track] => [key, {
  key, at: Float64Array.from(fixes, ([at]) => START + at), lat: Float64Array.from(fixes, ([, lat]) => lat),
  lon: Float64Array.from(fixes, ([, lat]) => lat), speed: Float32Array.from(fixes, () => NaN), heading: Float32Array.from(fixes, () => 90),
}];
const alarm = (id: string, state: string, v: number): Alarm => ({ s: "lu", id, state, v } as Alarm);
const box = (online: boolean | null): Box => ({ s: "lu", id: "b1", online } as Box);
const chunk = (more: Partial<PastAnswer>, tracks: [string, Track][]): Chunk => chunkOf(
  START,
  { at: START, until: START + CHUNK_MS, kept: 0, first: 0, units: [], boxes: [], alarms: [], alarm_changes: [], box_changes: [], status_changes: [], ...more },
  { start: START, end: START + CHUNK_MS, cut: false, units: new Map(tracks) },
);
const lat = (one: Chunk, moment: number, key = "lu/1"): number | null | undefined => momentAt(one, START + moment, new Map()).units.get(key)?.lat;

test("a mark is on its way between two fixes, and its age is that of the older", () => {
  const one = chunk({ units: [unit("1", START - 5000, 10)] }, [track("lu/1", [[5000, 20], [15_000, 30]])]);
  assert.equal(lat(one, 0), 15); // half way from the fix before the chunk
  assert.equal(lat(one, 5000), 20);
  assert.equal(lat(one, 10_000), 25);
  assert.equal(lat(one, 15_000), 30);
  assert.equal(lat(one, 500_000), 30); // never beyond the last
  assert.equal(momentAt(one, START + 10_000, new Map()).units.get("lu/1")?.at, START + 5000);
});

test("over a gap of more than a minute no way is made up: the mark waits on its last fix", () => {
  const one = chunk({}, [track("lu/1", [[0, 10], [60_001, 20], [120_001, 30]])]);
  assert.equal(lat(one, 60_000), 10);
  assert.equal(lat(one, 60_001), 20);
  assert.equal(lat(one, 90_001), 25);
});

test("before its first fix a unit is nowhere; its name is that of now, its status of then unknown", () => {
  const one = chunk({}, [track("lu/2", [[9000, 10]])]);
  assert.equal(lat(one, 8999, "lu/2"), undefined);
  const known = new Map([["lu/2", { ...unit("2", 1, 1), st: "busy" }]]);
  const then = momentAt(one, START + 9000, known).units.get("lu/2")!;
  assert.deepEqual([then.call, then.st, then.spd, then.hdg], ["ว 2", null, null, 90]);
  assert.equal(momentAt(one, START + 9000, new Map()).units.get("lu/2")?.call, "2");
});

test("a unit's status is what it had last said, on its old place and on its new ones", () => {
  const one = chunk({
    units: [{ ...unit("1", START - 5000, 10), st: "available" }],
    status_changes: [[START + 3000, "lu", "1", "busy"], [START + 20_000, "lu", "1", "available"], [START + 3000, "lu", "2", "busy"]],
  }, [track("lu/1", [[5000, 20]]), track("lu/2", [[0, 20]])]);
  const st = (moment: number, key: string): unknown => momentAt(one, START + moment, new Map()).units.get(key)?.st;
  assert.deepEqual([0, 2999, 3000, 5000, 19_999, 20_000].map((at) => st(at, "lu/1")), ["available", "available", "busy", "busy", "busy", "available"]);
  assert.deepEqual([0, 3000].map((at) => st(at, "lu/2")), [null, "busy"]);
});

test("alarms and boxes are as the newest change up to the moment left them, also when going back", () => {
  const one = chunk({
    boxes: [box(null)], box_changes: [[START + 100, box(true)], [START + 300, box(false)]],
    alarms: [alarm("old", "raised", 1)],
    alarm_changes: [[START + 100, alarm("new", "raised", 1)], [START + 200, alarm("old", "closed", 2)], [START + 300, alarm("new", "acknowledged", 2)]],
  }, []);
  const at = (moment: number): unknown[] => {
    const then = momentAt(one, START + moment, new Map());
    return [then.boxes.get("lu/b1")?.online, [...then.alarms.values()].map((each) => `${each.id} ${each.state}`)];
  };
  assert.deepEqual(at(300), [false, ["new acknowledged"]]);
  assert.deepEqual(at(0), [null, ["old raised"]]);
  assert.deepEqual(at(100), [true, ["old raised", "new raised"]]);
  assert.deepEqual(at(200), [true, ["new raised"]]);
});

test("the chunk of a moment first, then what six seconds of playing need; nothing that has not come", () => {
  assert.deepEqual(wanted(START + 5, 0, Infinity), [START]);
  assert.deepEqual(wanted(START + 5, 1, Infinity), [START, START + CHUNK_MS]);
  assert.equal(wanted(START, 600, Infinity).length, 7);
  assert.deepEqual(wanted(START + 5, 600, START + CHUNK_MS), [START, START + CHUNK_MS]);
  assert.deepEqual(wanted(START + 5, 1, Infinity, CHUNK_MS), [START, START + CHUNK_MS, START - CHUNK_MS]); // trails last
  assert.deepEqual(wanted(START + 5, 0, Infinity, 5), [START]);
});

test("what led up to a moment ends where a chunk is not here: no gap is made up", () => {
  const chunks = new Chunks();
  for (const index of [-3, -1, 0]) chunks.put({ ...chunk({}, []), start: START + index * CHUNK_MS, end: START + (index + 1) * CHUNK_MS });
  const upTo = (since: number): number[] => chunks.upTo(START + 5, START + since).map((one) => (one.start - START) / CHUNK_MS);
  assert.deepEqual(upTo(0), [0]);
  assert.deepEqual(upTo(-1), [-1, 0]);
  assert.deepEqual(upTo(-3 * CHUNK_MS), [-1, 0]);
  assert.deepEqual(chunks.upTo(START + CHUNK_MS, START), []);
});

test("a played clock goes at its speed from where it was set, and stands while it does not play", () => {
  const clock = new PlayClock();
  clock.set(1000, 0);
  assert.equal(clock.at(500), 1000);
  clock.play(true, 500);
  assert.equal(clock.at(510), 1600);
  clock.pace(1, 510);
  assert.equal(clock.at(520), 1610);
  clock.play(false, 520);
  assert.equal(clock.at(900), 1610);
});

test("the trail of a past moment: only its minutes, once where two pieces overlap, a minute's gap kept as one", () => {
  const pieces = [chunk({}, [track("lu/1", [[0, 10], [30_000, 11], [60_000, 12]])]), chunk({}, [track("lu/1", [[60_000, 12], [130_000, 13], [140_000, 14]])])].map(({ tracks }) => tracks);
  const of = (since: number, until: number): number[] => fixesOf(pieces, "lu/1", START + since, START + until, 0).map(({ at }) => at - START);
  assert.deepEqual(of(0, 135_000), [0, 30_000, 60_000, 130_000]);
  assert.deepEqual(of(1, 130_000), [30_000, 60_000, 130_000]);
  const kept = fixesOf(pieces, "lu/1", START, START + 140_000, 0);
  assert.deepEqual(split(kept, START, START + 140_000).gaps.map(([a, b]) => [a.at - START, b.at - START]), [[60_000, 130_000]]);
  assert.deepEqual(fixesOf(pieces, "lu/2", START, START + 1, 0), []);
});

test("chunks used longest ago go first; one told before it was over holds nothing beyond its end", () => {
  const chunks = new Chunks(2);
  for (const index of [0, 1]) chunks.put({ ...chunk({}, []), start: START + index * CHUNK_MS, end: START + (index + 1) * CHUNK_MS });
  chunks.at(START);
  chunks.put({ ...chunk({}, []), start: START + 2 * CHUNK_MS, end: START + 2 * CHUNK_MS + 1000 });
  assert.deepEqual([0, 1, 2].map((index) => chunks.at(START + index * CHUNK_MS) !== undefined), [true, false, true]);
  assert.equal(chunks.at(START + 2 * CHUNK_MS + 1000), undefined);
});

test("days begin at the zone's midnight; a day no month has is its last", () => {
  const noon = Date.UTC(2026, 10, 21, 5); // 12:00 in Bangkok
  assert.equal(dayStart(noon, "Asia/Bangkok"), Date.UTC(2026, 10, 20, 17));
  assert.equal(dayStart(Date.UTC(2026, 10, 20, 17), "Asia/Bangkok"), Date.UTC(2026, 10, 20, 17));
  assert.deepEqual(dateOf(Date.UTC(2026, 11, 31, 18), "Asia/Bangkok"), { year: 2027, month: 1, day: 1 });
  assert.equal(startOf(2026, 2, 31, "Asia/Bangkok"), Date.UTC(2026, 1, 27, 17));
});

test("pins are drawn again each second of the past, also behind the form", () => {
  let drawn = 0;
  const view = { past: {} as object | null, state: { alarms: new Map() }, map: { drawAlarms: () => (drawn += 1) }, settings: { words: {} } };
  const machine = Object.assign(Object.create(TimeMachine.prototype), { view, open: true, form: { open: true }, picture: new PastPicture(view as unknown as View) }) as TimeMachine;
  machine.second();
  assert.equal(drawn, 1);
  view.past = null;
  machine.second();
  assert.equal(drawn, 1);
});

test("rows of the past that stand in their order are not put in again under the hand", () => {
  let moved = 0;
  const element = (): object => ({ textContent: "", dataset: {}, contains: () => false });
  const row = { ...element(), firstElementChild: element(), lastElementChild: element() };
  const list = { children: [] as object[], append: (node: object) => { moved += 1; list.children.push(node); }, insertBefore: () => (moved += 1) };
  const view = { past: { now: START, alarms: new Map([["lu/x", { ...alarm("x", "raised", 1), place: "p", prio: 1, marks: [], raised: START }]]) }, settings: { words: {}, language: "th", timezone: "Asia/Bangkok" } };
  const past = Object.assign(Object.create(PastAlarms.prototype), { place: {}, view, title: element(), list, none: element(), rows: new Map([["lu/x", row]]) }) as PastAlarms;
  Object.assign(globalThis, { document: { activeElement: null } });
  past.turned();
  past.turned();
  delete (globalThis as { document?: unknown }).document;
  assert.equal(moved, 1);
});
