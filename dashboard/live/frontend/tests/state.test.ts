import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFrame, type Alarm, type Box, type Frame, type Unit } from "../src/protocol";
import { emptyState, inOrder, takeFrame } from "../src/state";

const unit = (at: number | null, lat: number | null, more: Partial<Unit> = {}): Unit => ({
  s: "demo", id: "u1", kind: "car", call: "201", lat, lon: lat, at, spd: 1, hdg: 1, acc: 1, st: null, heard: at ?? 0, ...more,
});
const box = (heard: number, online: boolean): Box => ({
  s: "demo", id: "b1", lat: 1, lon: 1, th: "", en: "", online, heard, bat: null, mains: null, fault: "",
});
const alarm = (id: string, v: number, more: Partial<Alarm> = {}): Alarm => ({
  s: "demo", id, ok: "box", origin: "b1", kind: "sos", state: "raised", v, raised: 10, pressed: 10, last: 10,
  presses: 1, marks: [], place: "", lat: null, lon: null, level: 0, by: "", unit: "", outcome: "", stored: true, ...more,
});
const frame = (more: Partial<Frame>): Frame => ({
  t: "delta", boot: "b", seq: 1, now: 1, units: [], boxes: [], alarms: [], gone: [], feed: null, ground: null, ...more,
});

test("a late or old fix never moves a mark back, also not from a snapshot after a reconnect", () => {
  const state = emptyState();
  takeFrame(state, frame({ units: [unit(2000, 16)] }));
  takeFrame(state, frame({ units: [unit(1000, 15)] }));
  takeFrame(state, frame({ t: "snapshot", boot: "c", units: [unit(1500, 15.5)] }));
  assert.equal(state.units.get("demo/u1")?.lat, 16);
  assert.equal(state.units.get("demo/u1")?.at, 2000);
});

test("a word without a place keeps the last place and takes the status", () => {
  const state = emptyState();
  takeFrame(state, frame({ units: [unit(2000, 16)] }));
  takeFrame(state, frame({ units: [unit(null, null, { heard: 3000, st: "busy" })] }));
  const known = state.units.get("demo/u1");
  assert.deepEqual([known?.lat, known?.at, known?.st, known?.heard], [16, 2000, "busy", 3000]);
});

test("a snapshot takes away what it does not name", () => {
  const state = emptyState();
  takeFrame(state, frame({ units: [unit(1, 1)], boxes: [box(1, true)], alarms: [alarm("a", 1)] }));
  const touched = takeFrame(state, frame({ t: "snapshot" }));
  assert.deepEqual([state.units.size, state.boxes.size, state.alarms.size], [0, 0, 0]);
  assert.deepEqual([[...touched.units], [...touched.boxes], touched.alarms], [["demo/u1"], ["demo/b1"], true]);
});

test("an alarm goes by its version: an older word changes nothing, a closed one stays closed", () => {
  const state = emptyState();
  takeFrame(state, frame({ alarms: [alarm("a", 3, { state: "acknowledged" })] }));
  takeFrame(state, frame({ alarms: [alarm("a", 2)] }));
  assert.equal(state.alarms.get("demo/a")?.state, "acknowledged");
  takeFrame(state, frame({ alarms: [alarm("a", 4, { state: "closed" })] }));
  takeFrame(state, frame({ t: "snapshot", alarms: [alarm("a", 3)] }));
  assert.equal(state.alarms.size, 0);
});

test("a press shown before its commit becomes the same row once stored", () => {
  const state = emptyState();
  takeFrame(state, frame({ alarms: [alarm("a", 1, { stored: false })] }));
  takeFrame(state, frame({ alarms: [alarm("a", 1)] }));
  assert.deepEqual([...state.alarms.values()].map((one) => one.stored), [true]);
});

test("the last will of a box counts though it is no sign of life; an older word does not", () => {
  const state = emptyState();
  takeFrame(state, frame({ boxes: [box(5, true)] }));
  takeFrame(state, frame({ boxes: [box(5, false)] }));
  takeFrame(state, frame({ boxes: [box(4, true)] }));
  assert.equal(state.boxes.get("demo/b1")?.online, false);
});

test("unanswered first, of these the verified first, then the oldest", () => {
  const order = inOrder([
    alarm("done", 1, { state: "acknowledged", raised: 1 }),
    alarm("unverified", 1, { marks: ["unverified"], raised: 2 }),
    alarm("new", 1, { raised: 9 }),
    alarm("old", 1, { raised: 3 }),
  ]).map((one) => one.id);
  assert.deepEqual(order, ["old", "new", "unverified", "done"]);
});

test("what is no frame is left alone", () => {
  for (const text of ["", "null", "[]", "{}", '{"t":"pong","now":1}', '{"t":"delta"}', "<html>"]) {
    assert.equal(parseFrame(text), null);
  }
  assert.deepEqual(parseFrame('{"t":"delta","now":5}')?.units, []);
});
