import assert from "node:assert/strict";
import { test } from "node:test";
import type { Frame } from "../src/protocol";
import { emptyState, takeFrame } from "../src/state";
import { FrameReader, VERSION } from "../src/wire";
import { alarm, box, bytes, FEED, frame, random, unit } from "./frames";

const NOW = 1_800_000_000_000;

const whole = (): Frame => frame({
  t: "snapshot", now: NOW, feed: FEED, ground: "g1",
  units: [
    unit(NOW - 1234, 13.7300001, { id: "u1", spd: 41.3, hdg: 359.9, acc: 4, st: "busy", heard: NOW - 1000 }),
    unit(NOW - 90_000_000, -89.9999999, { id: "u2", spd: null, hdg: null, acc: null, st: null, heard: NOW - 5 }),
    unit(null, null, { id: "u3", lon: null, spd: null, hdg: null, acc: null, st: "off_duty", heard: NOW }),
  ],
  boxes: [box(NOW, true)], alarms: [alarm("a", 1)], gone: [["alarm", "demo", "x"]],
});

const read = (data: unknown): ReturnType<FrameReader["read"]> => new FrameReader().read(data);

test("what goes in comes out", () => {
  assert.deepEqual(read(bytes(whole())), whole());
});

test("the roster is told once: records speak of its units until the next snapshot", () => {
  const reader = new FrameReader();
  reader.read(bytes(whole()));
  const moved = frame({ now: NOW, units: [unit(NOW, 14, { id: "u1" })] });
  const told = reader.read(bytes(moved, { roster: [] })) as Frame;
  assert.deepEqual(told.units, [unit(NOW, 14, { id: "u1", call: "201" })]);
  const renamed = reader.read(bytes(moved, { roster: [[0, "demo", "u1", "motorcycle", "202"]] })) as Frame;
  assert.deepEqual([renamed.units[0]?.kind, renamed.units[0]?.call], ["motorcycle", "202"]);
  reader.read(bytes(frame({ t: "snapshot", now: NOW })));
  assert.equal(reader.read(bytes(moved, { roster: [] })), "nonsense");
});

test("empty lists may be left out", () => {
  const left = bytes(frame({ now: NOW }), { boxes: undefined, alarms: undefined, gone: undefined, roster: undefined, odd: undefined });
  assert.deepEqual(read(left), frame({ now: NOW }));
});

test("a pong is no frame and no nonsense; other text is", () => {
  assert.equal(read('{"t":"pong","n":1,"now":5}'), null);
  for (const text of ["", "null", "[]", "{}", '{"t":"delta","now":5}', "<html>", "<html>\u0000"]) assert.equal(read(text), "nonsense");
  for (const other of [null, undefined, 5, new Uint8Array(40), new Blob([])]) assert.equal(read(other), "nonsense");
});

test("another version is told from nonsense", () => {
  const other = bytes(whole());
  new Uint8Array(other)[3] = VERSION + 1;
  assert.equal(read(other), "version");
});

test("cut short or too long at any byte is nonsense", () => {
  const all = new Uint8Array(bytes(whole()));
  for (let cut = 0; cut < all.length; cut += 1) assert.equal(read(all.slice(0, cut).buffer), "nonsense", `${cut}`);
  const longer = new Uint8Array(all.length + 20);
  longer.set(all);
  assert.equal(read(longer.buffer), "nonsense");
});

test("a head that is none is nonsense", () => {
  const wrong: Record<string, unknown>[] = [
    { t: "pong" }, { t: 5 }, { now: null }, { now: "5" }, { seq: null }, { boot: 7 }, { base: null }, { base: Infinity }, { now: 9e15 }, { now: -1 },
    { boxes: [null] }, { boxes: [{}] }, { boxes: {} }, { boxes: [box(1, true, { lat: 91 })] }, { boxes: [{ ...box(1, true), lon: "x" }] },
    { alarms: [{ ...alarm("a", 1), marks: "late" }] }, { alarms: [{ ...alarm("a", 1), marks: [5] }] },
    { alarms: [alarm("a", 1, { lat: 1, lon: 181 })] }, { alarms: 5 }, { gone: [["alarm", "demo"]] }, { gone: [null] },
    { roster: [[0, "demo", "u1", "car"]] }, { roster: [["0", "demo", "u1", "car", ""]] }, { roster: null },
    { odd: [[0, null, 1]] }, { odd: "x" }, { feed: {} }, { feed: { ...FEED, beat: "x" } }, { ground: 5 },
  ];
  for (const more of wrong) assert.equal(read(bytes(whole(), more)), "nonsense", JSON.stringify(more));
});

test("a record of nobody, of a place that is none, or without a time is nonsense", () => {
  assert.equal(read(bytes(whole(), { roster: [] })), "nonsense");
  assert.equal(read(bytes(whole(), { odd: [] })), "nonsense");
  assert.equal(read(bytes(frame({ now: NOW, units: [unit(NOW, 91)] }))), "nonsense");
  assert.equal(read(bytes(frame({ now: NOW, units: [unit(NOW, 1, { lon: -180.1 })] }))), "nonsense");
});

test("random bytes, and a frame with any bytes changed, throw nothing and leave a state that can be drawn", () => {
  const next = random(7);
  const good = new Uint8Array(bytes(whole()));
  const counts = { nonsense: 0, version: 0, frame: 0 };
  for (let turn = 0; turn < 20_000; turn += 1) {
    const data = turn % 2 ? good.slice() : Uint8Array.from({ length: Math.floor(next() * 90) }, () => next() * 256);
    if (turn % 2) for (let hit = 0; hit <= next() * 4; hit += 1) data[Math.floor(next() * data.length)] = next() * 256;
    const told = read(data.buffer);
    if (told === "nonsense" || told === "version") counts[told] += 1;
    else if (told !== null) {
      counts.frame += 1;
      const state = emptyState();
      takeFrame(state, told);
      for (const one of state.units.values()) {
        assert.ok(one.lat === null || Math.abs(one.lat) <= 90);
        assert.ok(one.lon === null || Math.abs(one.lon) <= 180);
        assert.ok(Number.isFinite(one.heard));
      }
    }
  }
  assert.ok(counts.nonsense > 10_000 && counts.version > 0 && counts.frame > 200, JSON.stringify(counts));
});
