import assert from "node:assert/strict";
import { test } from "node:test";
import type { Frame } from "../src/protocol";
import { emptyState, inOrder, takeFrame } from "../src/state";
import { alarm, box, frame, random, unit } from "./frames";

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

test("an alarm of a priority nobody knows is listed as a call for help", () => {
  const order = inOrder([alarm("report", 1, { prio: 2, raised: 1 }), alarm("unknown", 1, { prio: 9, raised: 3 }), alarm("help", 1, { raised: 4 })]);
  assert.deepEqual(order.map((one) => one.id), ["unknown", "help", "report"]);
});

test("what another run of the server tells as open is open, whatever was known of it", () => {
  const state = emptyState();
  takeFrame(state, frame({ alarms: [alarm("a", 4, { state: "closed" }), alarm("c", 5, { state: "acknowledged" })] }));
  takeFrame(state, frame({ t: "snapshot", boot: "after the backup was put back", alarms: [alarm("a", 3), alarm("c", 1)] }));
  assert.deepEqual([...state.alarms.values()].map((one) => [one.id, one.v]), [["a", 3], ["c", 1]]);
});

test("an alarm that is gone does not return with an overtaken frame", () => {
  const state = emptyState();
  const shown = frame({ seq: 4, alarms: [alarm("own", 0, { stored: false })] });
  takeFrame(state, shown);
  takeFrame(state, frame({ seq: 5, gone: [["alarm", "demo", "own"]] }));
  takeFrame(state, shown);
  assert.equal(state.alarms.size, 0);
});

/** Twelve units driving east for two minutes, as one run of the server tells it; a status now and then. */
function drive(boot: string, first: number): Frame[] {
  const place = (id: number, second: number): number => 100 + id + second / 1000;
  const told = (second: number): Frame["units"] => Array.from({ length: 12 }, (_, id) =>
    unit(second * 1000 + id, place(id, second), { id: `u${id}`, st: second % 7 === 0 ? "busy" : "available" }));
  return Array.from({ length: 120 }, (_, step) => {
    const second = first + step;
    return frame({ t: step === 0 ? "snapshot" : "delta", boot, seq: second, now: second * 1000 + 50, units: told(second) });
  });
}

function shuffled<T>(given: T[], next: () => number): T[] {
  const all = [...given];
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = Math.floor(next() * (at + 1));
    [all[at], all[other]] = [all[other]!, all[at]!];
  }
  return all;
}

test("shuffled, doubled, and of an older run of the server: no frame moves a mark backwards", () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const next = random(seed);
    const older = drive("older", 1);
    const newer = drive("newer", 61);
    const state = emptyState();
    takeFrame(state, newer[0]!);
    const at = new Map<string, number>();
    for (const one of shuffled([...older, ...older, ...newer, ...newer], next)) {
      takeFrame(state, one);
      for (const [key, known] of state.units) {
        assert.ok((known.at ?? 0) >= (at.get(key) ?? 0), `${key} went back`);
        at.set(key, known.at ?? 0);
      }
    }
    for (const [key, known] of state.units) {
      const newest = newer.at(-1)!.units.find((one) => `demo/${one.id}` === key)!;
      assert.deepEqual(known, newest);
    }
    assert.equal(state.units.size, 12);
  }
});

test("trouble of equipment is kept apart from alarms of persons, whatever is told of it later", () => {
  const state = emptyState();
  const trouble = alarm("t", 1, { prio: 3, kind: "battery_low" });
  takeFrame(state, frame({ t: "snapshot", alarms: [alarm("a", 1), trouble, alarm("n", 1, { prio: 9, kind: "of_newer_code" })] }));
  assert.deepEqual([[...state.alarms.keys()], [...state.troubles.keys()]], [["demo/a", "demo/n"], ["demo/t"]]);
  takeFrame(state, frame({ seq: 2, alarms: [{ ...trouble, v: 2, shelved: 99 }, { ...trouble, v: 1 }] }));
  assert.equal(state.troubles.get("demo/t")?.shelved, 99);
  takeFrame(state, frame({ seq: 3, alarms: [{ ...trouble, v: 3, state: "closed" }] }));
  takeFrame(state, frame({ seq: 4, alarms: [{ ...trouble, v: 2 }] }));
  assert.equal(state.troubles.size, 0);
});
