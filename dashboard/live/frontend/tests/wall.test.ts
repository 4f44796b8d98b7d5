import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_FEED } from "../src/age";
import { driftAt, REACH } from "../src/drift";
import { type Counted, figures } from "../src/kpi";
import type { Alarm, Box, Station, Unit } from "../src/protocol";
import { rotateSeconds, stationAt } from "../src/rotation";
import { scaleFor, scaleOf } from "../src/scale";
import { emptyState, type State } from "../src/state";

const NOW = 1_790_000_000_000;
const TONGUE = { words: { "live.kpi_nobody": "none", "live.kpi_never": "never" }, language: "th", zone: "Asia/Bangkok" };
const COUNTED: Counted = { at: NOW, within_s: 15, raised: 4, answered: 3, incidents: 0, newest: NOW };

const unit = (id: string, age: number): Unit => ({
  s: "a", id, kind: "car", call: id, lat: 16, lon: 104, at: NOW - age, spd: 0, hdg: null, acc: null, st: null, heard: NOW - age,
});
const box = (id: string, online: boolean): Box => ({
  s: "a", id, lat: null, lon: null, th: id, en: id, online, heard: NOW, bat: null, mains: null, fault: "",
});
const alarm = (id: string, state: string, age: number, s = "a"): Alarm => ({
  s, id, ok: "box", origin: id, kind: "sos", state, v: 1, raised: NOW - age, pressed: 0, last: 0, presses: 1, marks: [], place: "",
  lat: null, lon: null, level: 0, by: "", unit: "", outcome: "", stored: true,
});
const station = (code: string): Station => ({ code, th: code, en: code, lat: null, lon: null });

function told(beat: number): State {
  const state = emptyState();
  state.frames = 1;
  state.feed = { ...DEFAULT_FEED, beat };
  for (const one of [unit("1", 1_000), unit("2", 60_000), unit("3", 900_000)]) state.units.set(one.id, one);
  for (const one of [box("b1", true), box("b2", false)]) state.boxes.set(one.id, one);
  for (const one of [alarm("x", "raised", 65_000), alarm("y", "raised", 5_000), alarm("z", "assigned", 900_000)]) state.alarms.set(one.id, one);
  return state;
}

test("figures count what is there", () => {
  const found = figures(told(NOW), COUNTED, NOW, TONGUE);
  assert.deepEqual(Object.values(found).map((one) => one.value), ["1/3", "1", "1", "1/2", "3", "1:05", "3/4", "0"]);
  assert.ok(Object.values(found).every((one) => one.state !== "poor"));
});

test("zero, a dead feed and nothing known never look the same", () => {
  const quiet = told(NOW);
  quiet.alarms.clear();
  const zero = figures(quiet, COUNTED, NOW, TONGUE);
  assert.deepEqual([zero.alarms.value, zero.alarms.state, zero.oldest.value], ["0", "none", "none"]);
  const dead = figures({ ...quiet, feed: { ...DEFAULT_FEED, beat: NOW - 16_000 } }, COUNTED, NOW, TONGUE);
  for (const name of ["live", "stale", "lost", "boxes", "alarms", "oldest"] as const) assert.equal(dead[name].state, "poor", name);
  const never = figures(emptyState(), null, NOW, TONGUE);
  assert.ok(Object.values(never).every((one) => one.state === "poor" && ["–", "never"].includes(one.value)), JSON.stringify(never));
  const nobody = figures({ ...quiet, units: new Map(), boxes: new Map() }, { ...COUNTED, incidents: null, newest: null }, NOW, TONGUE);
  assert.deepEqual([nobody.live.value, nobody.boxes.value, nobody.incidents.value], ["–", "–", "–"]);
  const old = figures(quiet, { ...COUNTED, at: NOW - 180_000 }, NOW, TONGUE);
  assert.deepEqual([old.answered.state, old.incidents.state, old.alarms.state], ["poor", "poor", "none"]);
  assert.equal(zero.incidents.value, "0");
});

test("the drift stays within its reach, is whole, slow, and holds no place for long", () => {
  const seen = new Map<string, number>();
  let before = driftAt(0);
  for (let at = 0; at < 24 * 3_600_000; at += 1_000) {
    const now = driftAt(at);
    assert.ok(Number.isInteger(now.x) && Number.isInteger(now.y) && Math.abs(now.x) <= REACH && Math.abs(now.y) <= REACH);
    assert.ok(Math.abs(now.x - before.x) <= 1 && Math.abs(now.y - before.y) <= 1);
    before = now;
    seen.set(`${now.x} ${now.y}`, (seen.get(`${now.x} ${now.y}`) ?? 0) + 1);
  }
  assert.equal(seen.size, (2 * REACH + 1) ** 2);
  assert.ok(Math.max(...seen.values()) / 86_400 < 0.02);
});

test("the address chooses the seconds of a rotation before the kiosk link, within bounds", () => {
  assert.equal(rotateSeconds("", 0), 0);
  assert.equal(rotateSeconds("", 30), 30);
  assert.equal(rotateSeconds("?rotate=60", 30), 60);
  assert.equal(rotateSeconds("?rotate=0", 30), 0);
  assert.equal(rotateSeconds("?rotate=1", 0), 5);
  for (const bad of ["?rotate=x", "?rotate=-5", "?rotate=1e9", "?rotate="]) assert.equal(rotateSeconds(bad, 20), 20);
});

test("stations follow each other by the clock, and an unanswered SOS holds its own", () => {
  const stations = [station("a"), station("b"), station("c")];
  const turns = Array.from({ length: 7 }, (_, i) => stationAt(stations, [], 10, i * 10_000)?.code);
  assert.deepEqual(turns, ["a", "b", "c", "a", "b", "c", "a"]);
  const open = [alarm("x", "assigned", 900_000, "a"), alarm("y", "raised", 5_000, "b"), alarm("z", "raised", 9_000, "c")];
  for (let at = 0; at < 60_000; at += 5_000) assert.deepEqual(stationAt(stations, open, 10, at), { code: "c", held: true });
  assert.deepEqual(stationAt(stations, [alarm("u", "raised", 1, "_unknown")], 10, 0), { code: "a", held: false });
  assert.equal(stationAt([], [], 10, 0), null);
});

test("sizes grow with the screen and do not vanish on a small one", () => {
  assert.deepEqual([[1920, 1080], [3840, 2160], [1920, 2160], [640, 360], [99_999, 99_999]].map(([w, h]) => scaleOf(w!, h!)), [1, 2, 1, 0.6, 4]);
});

test("a desk grows with a large screen and never shrinks; the map to work with stays as it is", () => {
  const screens: [number, number][] = [[3840, 2160], [2560, 1440], [1920, 1080], [1280, 800], [640, 360]];
  assert.deepEqual(screens.map(([w, h]) => scaleFor("desk", w, h)), [2, 1.333, 1, 1, 1]);
  assert.deepEqual(screens.map(([w, h]) => scaleFor("live", w, h)), [1, 1, 1, 1, 1]);
  assert.deepEqual(screens.map(([w, h]) => scaleFor("wall", w, h)), screens.map(([w, h]) => scaleOf(w, h)));
});
