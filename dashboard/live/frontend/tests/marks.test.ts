import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_FEED } from "../src/age";
import { alarmMarks, boundsOf, boxState, difference, isEmpty, unitFeature } from "../src/marks";
import type { Alarm, Box, Unit } from "../src/protocol";

const unit = (more: Partial<Unit> = {}): Unit => ({
  s: "demo", id: "u1", kind: "car", call: "201", lat: 16, lon: 104, at: 1000, spd: 20, hdg: 90, acc: 1, st: "busy", heard: 1000, ...more,
});
const words = { "live.status_busy": "ติดภารกิจ", "live.unit_lost": "ขาดสัญญาณ GPS", "mark.not_stored": "ยังไม่บันทึก", "mark.late": "มาช้า" };
const point = (lon: number, note: string): GeoJSON.Feature => ({
  type: "Feature", id: "k", geometry: { type: "Point", coordinates: [lon, 1] }, properties: { id: "k", note },
});

test("a unit's state is told by shape and by word, its heading only while it is live and moves", () => {
  const live = unitFeature("demo/u1", unit(), 2000, DEFAULT_FEED, words)?.properties;
  assert.deepEqual([live?.["icon"], live?.["heading"], live?.["note"]], ["unit-busy-live", 90, "ติดภารกิจ · 1 s"]);
  assert.equal(unitFeature("demo/u1", unit({ spd: 0 }), 2000, DEFAULT_FEED, words)?.properties?.["heading"], -1);
  const lost = unitFeature("demo/u1", unit(), 400_000, DEFAULT_FEED, words)?.properties;
  assert.deepEqual([lost?.["icon"], lost?.["heading"], lost?.["note"]], ["unit-busy-lost", -1, "ขาดสัญญาณ GPS · 6 min"]);
  assert.equal(unitFeature("demo/u1", unit({ lat: null }), 1, DEFAULT_FEED, words), null);
});

test("only what differs is told to the map: a mark is moved, never made anew", () => {
  const drawn = new Map<string, GeoJSON.Feature>();
  assert.equal(difference(drawn, new Map([["k", point(1, "a")]])).add.length, 1);
  assert.ok(isEmpty(difference(drawn, new Map([["k", point(1, "a")]]))));
  const moved = difference(drawn, new Map([["k", point(2, "a")]]));
  assert.deepEqual([moved.add.length, moved.update], [0, [{ id: "k", newGeometry: { type: "Point", coordinates: [2, 1] } }]]);
  const told = difference(drawn, new Map([["k", point(2, "b")]]));
  assert.deepEqual(told.update, [{ id: "k", addOrUpdateProperties: [{ key: "note", value: "b" }] }]);
  assert.deepEqual(difference(drawn, new Map([["k", null]])).remove, ["k"]);
  assert.ok(isEmpty(difference(drawn, new Map([["k", null]]))));
});

test("a box: silent goes before faulty, and never heard is not the same as well", () => {
  const box: Box = { s: "", id: "", lat: 1, lon: 1, th: "", en: "", online: true, heard: 1, bat: 80, mains: true, fault: "" };
  assert.deepEqual(
    [box, { ...box, fault: "mic" }, { ...box, mains: false }, { ...box, bat: 5 }, { ...box, online: false, fault: "mic" },
      { ...box, online: null, heard: 0 }].map(boxState),
    ["ok", "fault", "fault", "fault", "offline", "unknown"],
  );
});

test("marks of an alarm are words, the one that is not stored first", () => {
  const alarm = { marks: ["late", "bogus"], stored: false, level: 0, state: "raised" } as unknown as Alarm;
  assert.deepEqual(alarmMarks(alarm, words), ["ยังไม่บันทึก", "มาช้า"]);
});

test("bounds of any geometry", () => {
  const ring = { type: "Polygon", coordinates: [[[1, 2], [5, 2], [5, 8]]] } as GeoJSON.Polygon;
  assert.deepEqual(boundsOf([{ type: "Feature", properties: {}, geometry: ring }]), [1, 2, 5, 8]);
  assert.equal(boundsOf([]), null);
});
