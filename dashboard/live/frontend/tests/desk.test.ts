import assert from "node:assert/strict";
import { test } from "node:test";
import { type Case, lastStep, type Line, timeline } from "../src/case";
import { actOf, type Pressed } from "../src/hotkeys";
import type { Alarm } from "../src/protocol";
import { firstUnanswered, FLOOD, groupOf, neighbour, queueOf, waiting } from "../src/queue";

const NOW = 1_790_000_000_000;
const alarm = (id: string, more: Partial<Alarm> = {}): Alarm => ({
  s: "a", id, ok: "box", origin: id, kind: "sos", prio: 1, detail: "", state: "raised", v: 1, raised: NOW, pressed: NOW, last: NOW,
  presses: 1, marks: [], place: "", lat: null, lon: null, level: 0, by: "", unit: "", outcome: "", shelved: null, shelver: "",
  stored: true, ...more,
});
const trouble = (id: string, more: Partial<Alarm> = {}): Alarm => alarm(id, { kind: "battery_low", prio: 3, ...more });
const rows = (alarms: Alarm[], ...opened: string[]): string[] =>
  queueOf(alarms, NOW, new Set(opened)).map((row) => (row.kind === "alarm" ? row.alarm.id : `${row.key}:${row.alarms.length}`));

test("a person stands before a report before equipment, and what nobody has before what somebody has", () => {
  const found = rows([
    trouble("t", { raised: NOW - 90 }), alarm("taken", { state: "acknowledged", raised: NOW - 80 }), alarm("report", { kind: "report", prio: 2, raised: NOW - 70 }),
    alarm("unverified", { marks: ["unverified"], raised: NOW - 60 }), alarm("new", { raised: NOW - 10 }), alarm("old", { raised: NOW - 50 }),
    alarm("unheard_of", { prio: 9, raised: NOW - 5 }),
  ]);
  assert.deepEqual(found, ["old", "new", "unheard_of", "unverified", "taken", "report", "t"]);
});

test("a flood of trouble is one row that opens, and no call for help is ever in it", () => {
  const flood = Array.from({ length: FLOOD }, (_, i) => trouble(`t${i}`, { raised: NOW + i }));
  const help = [alarm("h1"), alarm("h2", { raised: NOW + 1 })];
  assert.deepEqual(rows([...flood, ...help]), ["h1", "h2", "a/3/flood:10"]);
  assert.equal(rows([...flood, ...help], "a/3/flood").length, 2 + 1 + FLOOD);
  const few = Array.from({ length: FLOOD - 1 }, (_, i) => trouble(`t${i}`, { raised: NOW + i }));
  assert.equal(rows(few).length, FLOOD - 1);
  const many = Array.from({ length: 200 }, (_, i) => alarm(`h${i}`));
  assert.equal(rows([...many, ...flood]).length, 201);
});

test("a flood goes by station and by ten minutes", () => {
  const slow = Array.from({ length: FLOOD }, (_, i) => trouble(`t${i}`, { raised: NOW + i * 70_000 }));
  assert.equal(rows(slow).length, FLOOD);
  const two = Array.from({ length: FLOOD }, (_, i) => trouble(`t${i}`, { s: i % 2 === 0 ? "a" : "b" }));
  assert.equal(rows(two).length, FLOOD);
});

test("what is put aside stands last, until its time is over; a person's alarm cannot be put aside", () => {
  assert.deepEqual(rows([trouble("t", { shelved: NOW + 1 }), trouble("u")]), ["u", "a/3/shelved:1"]);
  assert.deepEqual(rows([trouble("t", { shelved: NOW - 1 })]), ["t"]);
  assert.deepEqual(rows([alarm("h", { shelved: NOW + 1 })]), ["h"]);
});

test("keys walk over alarms and pass the heads of groups", () => {
  const flood = Array.from({ length: FLOOD }, (_, i) => trouble(`t${i}`));
  const entries = queueOf([alarm("h1", { state: "assigned" }), alarm("h2"), ...flood], NOW, new Set());
  assert.equal(firstUnanswered(entries), "a/h2");
  assert.equal(neighbour(entries, "a/h2", 1), "a/h1");
  assert.equal(neighbour(entries, "a/h1", 1), "a/h1");
  assert.equal(neighbour(entries, null, 1), "a/h2");
  assert.equal(neighbour(entries, "a/gone", -1), "a/h2");
  assert.equal(neighbour([], null, 1), null);
});

test("keys reach people's reports told together, each once, and not a flood of equipment", () => {
  const reports = Array.from({ length: FLOOD }, (_, i) => alarm(`r${i}`, { kind: "report", prio: 2, raised: NOW + i, state: i === 0 ? "assigned" : "raised" }));
  const flood = Array.from({ length: FLOOD }, (_, i) => trouble(`t${i}`, { s: "b" }));
  const all = [alarm("h", { state: "assigned" }), ...reports, ...flood];
  const entries = queueOf(all, NOW, new Set());
  assert.equal(firstUnanswered(entries), "a/r1");
  assert.equal(waiting(entries).length, FLOOD - 1);
  assert.equal(neighbour(entries, "a/h", 1), "a/r1");
  assert.equal(neighbour(entries, "a/r1", -1), "a/h");
  assert.equal(neighbour(entries, "a/r0", 1), "a/r0");
  assert.deepEqual([groupOf(entries, "a/r3"), groupOf(entries, "a/h")], ["a/2/flood", null]);
  const opened = queueOf(all, NOW, new Set(["a/2/flood", "b/3/flood"]));
  assert.equal(waiting(opened).length, 2 * FLOOD - 1);
});

const press = (code: string, more: Partial<Pressed> = {}): Pressed => ({ code, key: "", ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });

test("a key goes by its place, so that a Thai layout takes the same steps", () => {
  assert.deepEqual(actOf(press("KeyA", { key: "ฟ" }), null), { act: "acknowledge" });
  assert.deepEqual(actOf(press("Digit3", { key: "-" }), null), { act: "assign", nth: 3 });
  assert.deepEqual(actOf(press("Numpad2", { key: "2" }), "outcome"), { act: "choice", nth: 2 });
  assert.equal(actOf(press("Digit8"), "outcome"), null);
  assert.deepEqual(actOf(press("Digit3"), "shelve"), { act: "choice", nth: 3 });
  assert.equal(actOf(press("Digit4"), "shelve"), null);
  assert.equal(actOf(press("Digit0"), null), null);
  assert.deepEqual(actOf(press("Numpad8", { key: "ArrowUp" }), null), { act: "previous" });
  assert.deepEqual(actOf(press("Numpad2", { key: "ArrowDown" }), "outcome"), { act: "next" });
  for (const [code, key] of [["Numpad1", "End"], ["Numpad4", "ArrowLeft"], ["Numpad9", "PageUp"]] as const) assert.equal(actOf(press(code, { key }), null), null);
  assert.deepEqual(actOf(press("Slash", { key: "?" }), null), { act: "help" });
});

test("no key with a modifier is ours, and none that is held down takes a step twice", () => {
  for (const held of ["ctrlKey", "metaKey", "altKey"] as const) assert.equal(actOf(press("KeyC", { [held]: true }), null), null);
  for (const code of ["KeyA", "KeyS", "KeyC", "Digit1", "KeyT"]) assert.equal(actOf(press(code, { repeat: true }), null), null);
  assert.deepEqual(actOf(press("KeyJ", { repeat: true }), null), { act: "next" });
});

test("who has an alarm is who took the last deciding step", () => {
  const line = (v: number, step: string, by: string): Line => ({ v, step, by, at: NOW + v, from: "", old: "", new: "", detail: "", item: "" });
  assert.equal(lastStep([line(1, "raise", ""), line(2, "join", "")]), null);
  assert.equal(lastStep([line(1, "raise", ""), line(2, "acknowledge", "ก"), line(3, "note", "ข"), line(4, "tick", "ข")])?.by, "ก");
});

test("tries to tell somebody stand in the timeline where they were made", () => {
  const line = (v: number): Line => ({ v, step: "note", by: "", at: NOW + v * 10, from: "", old: "", new: "", detail: "", item: "" });
  const notice = { level: 1, channel: "LINE", attempt: 2, at: NOW + 15, outcome: "failed", error: "timeout" };
  const found = timeline({ history: [line(1), line(2)], notices: [notice] } as unknown as Case);
  assert.deepEqual(found.map((one) => [one.v, one.step, one.detail]), [[2, "note", ""], [0, "notice_failed", "LINE (2) · timeout"], [1, "note", ""]]);
});
