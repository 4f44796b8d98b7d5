import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_FEED } from "../src/age";
import { alarmMarks, boundsOf, boxFeature, boxState, detailWord, placeName, unitWord } from "../src/marks";
import type { Alarm, Box, Unit } from "../src/protocol";
import { wantedLoudness } from "../src/sound";
import { alarm } from "./frames";

const unit = (more: Partial<Unit> = {}): Unit => ({
  s: "demo", id: "u1", kind: "car", call: "201", lat: 16, lon: 104, at: 1000, spd: 20, hdg: 90, acc: 1, st: "busy", heard: 1000, ...more,
});
const words = { "live.status_busy": "ติดภารกิจ", "live.unit_lost": "ขาดสัญญาณ GPS", "mark.not_stored": "ยังไม่บันทึก", "mark.late": "มาช้า" };

test("a unit is told by the status it reported while it is live, else by its age", () => {
  assert.equal(unitWord(unit(), 2000, DEFAULT_FEED, words), "ติดภารกิจ");
  assert.equal(unitWord(unit(), 400_000, DEFAULT_FEED, words), "ขาดสัญญาณ GPS");
});

test("a box: silent goes before faulty, and never heard is not the same as well", () => {
  const box: Box = { s: "", id: "", lat: 1, lon: 1, th: "", en: "", online: true, heard: 1, bat: 80, mains: true, fault: "" };
  assert.deepEqual(
    [box, { ...box, fault: "mic" }, { ...box, mains: false }, { ...box, bat: 5 }, { ...box, online: false, fault: "mic" },
      { ...box, online: null, heard: 0 }].map(boxState),
    ["ok", "fault", "fault", "fault", "offline", "unknown"],
  );
  assert.equal(boxFeature("k", box, "th", { "live.box_ok": "ปกติ" })?.properties?.["note"], "ปกติ");
  for (const lat of [null, NaN, 90]) assert.equal(boxFeature("k", { ...box, lat }, "th", {}), null);
});

test("marks of an alarm are words, the one that is not stored first", () => {
  const alarm = { marks: ["late", "bogus"], stored: false, level: 0, state: "raised" } as unknown as Alarm;
  assert.deepEqual(alarmMarks(alarm, words), ["ยังไม่บันทึก", "มาช้า"]);
});

test("a level nobody answered and a drill are said first, in words, and only while it waits", () => {
  const told = { ...words, "live.escalated": "ระดับ {n}", "mark.drill": "ฝึกซ้อม", "mark.notice_failed": "แจ้งไม่ได้" };
  const alarm = { marks: ["drill", "notice_failed"], stored: true, level: 2, state: "raised" } as unknown as Alarm;
  assert.deepEqual(alarmMarks(alarm, told), ["ฝึกซ้อม", "ระดับ 2", "แจ้งไม่ได้"]);
  assert.deepEqual(alarmMarks({ ...alarm, state: "closed" }, told), ["ฝึกซ้อม", "แจ้งไม่ได้"]);
});

test("the siren goes by the highest level among the unanswered", () => {
  assert.deepEqual([[], [0], [0, 1], [2, 0], [7]].map(wantedLoudness), [0, 1, 2, 3, 3]);
});

test("bounds of any geometry", () => {
  const ring = { type: "Polygon", coordinates: [[[1, 2], [5, 2], [5, 8]]] } as GeoJSON.Polygon;
  assert.deepEqual(boundsOf([{ type: "Feature", properties: {}, geometry: ring }]), [1, 2, 5, 8]);
  assert.equal(boundsOf([]), null);
});

test("a feed stands nowhere: it is called by its name, and our own fault ours", () => {
  const words = { "live.own_fault": "ours", "mark.no_place": "no place" };
  const feed = { ok: "feed", kind: "feed_stopped", prio: 3, place: "", lat: null, lon: null };
  assert.equal(placeName(alarm("a", 1, { ...feed, s: "demo", origin: "traccar" }), words), "traccar");
  assert.equal(placeName(alarm("a", 1, { ...feed, s: "_system", origin: "system" }), words), "ours");
  assert.equal(placeName(alarm("a", 1, { place: "", lat: null }), words), "no place");
});

test("what trouble says of itself is told in the reader's words where they are known", () => {
  const words = { "live.detail_silent": "เงียบหาย", "equip.fault_lamp": "ไฟเสีย" };
  const told = ["", "silent", "Lamp", "12 %"].map((detail) => detailWord(alarm("a", 1, { detail }), words));
  assert.deepEqual(told, ["", " · เงียบหาย", " · ไฟเสีย", " · 12 %"]);
});
