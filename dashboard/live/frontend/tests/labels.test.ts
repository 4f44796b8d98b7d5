import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_FEED } from "../src/age";
import type { Area } from "../src/declutter";
import { Fleet } from "../src/fleet";
import { Labels } from "../src/labels";
import type { Unit } from "../src/protocol";
import type { Measure } from "../src/writing";

const NOW = 1_000_000;
const tongue = { words: { "live.sec": "วิ", "live.status_busy": "ติดภารกิจ" }, feed: DEFAULT_FEED, now: NOW };
const measure = { width: (text: string) => text.length * 8 } as unknown as Measure;

/** Units at places on the screen. */
function fleetAt(...places: [number, number][]): Fleet {
  const fleet = new Fleet();
  const units = new Map(places.map((_, i): [string, Unit] => [`demo/${i}`, {
    s: "demo", id: `${i}`, kind: "car", call: `สายตรวจ ${i}`, lat: 16, lon: 104, at: NOW - 12_000, spd: 1, hdg: 1, acc: 1, st: "busy", heard: NOW,
  }]));
  fleet.take(units.keys(), units, { mono: 0, server: NOW, feed: DEFAULT_FEED, still: false });
  for (const [i, [x, y]] of places.entries()) Object.assign(fleet.marks.get(`demo/${i}`)!, { x, y });
  return fleet;
}

function written(labels: Labels): string[] {
  const lines: string[] = [];
  labels.write((text) => lines.push(text));
  return lines;
}

test("a label is the call sign, the state's word and the age of the fix", () => {
  const labels = new Labels(measure);
  labels.place(fleetAt([100, 100]), new Set(), [], tongue);
  assert.deepEqual(written(labels), ["สายตรวจ 0", "ติดภารกิจ · ", "12 วิ"]);
  labels.retell({ ...tongue, now: NOW + 1000 });
  assert.equal(written(labels)[2], "13 วิ");
});

test("without room for all of it the age is told alone; the selected one is told whole", () => {
  const walls: Area[] = [[-500, -500, 500, 40], [-500, 160, 500, 500], [-500, 40, 40, 160], [180, 40, 500, 160]];
  const labels = new Labels(measure);
  labels.place(fleetAt([100, 100]), new Set(), walls, tongue);
  assert.deepEqual(written(labels), ["12 วิ"]);
  labels.place(fleetAt([100, 100]), new Set(["demo/0"]), walls, tongue);
  assert.equal(written(labels).length, 3);
});

test("of those on one place one is named, with how many more there are", () => {
  const labels = new Labels(measure);
  labels.place(fleetAt([100, 100], [101, 100], [99, 101], [600, 100]), new Set(), [], tongue);
  assert.deepEqual(written(labels).filter((text) => text.startsWith("สายตรวจ")).sort(), ["สายตรวจ 2 +2", "สายตรวจ 3"]);
  assert.equal(labels.places, 2);
});

test("what is off the screen has no label, and thousands of places have none but the selected one's", () => {
  const labels = new Labels(measure);
  labels.place(fleetAt([NaN, NaN]), new Set(["demo/0"]), [], tongue);
  assert.deepEqual(written(labels), []);
  const crowd = Array.from({ length: 2000 }, (_, i): [number, number] => [(i % 50) * 30, Math.floor(i / 50) * 30]);
  labels.place(fleetAt(...crowd), new Set(["demo/7"]), [], tongue);
  assert.equal(written(labels)[0], "สายตรวจ 7");
  assert.equal(written(labels).length, 3);
});

test("what a label takes of the screen is the room it was given, with its mark", () => {
  const labels = new Labels(measure);
  const fleet = fleetAt([100, 100], [400, 100]);
  labels.place(fleet, new Set(), [[300, 0, 1000, 80], [300, 120, 1000, 200]], tongue);
  const wide = Math.max("สายตรวจ 0".length, "ติดภารกิจ · 12 วิ".length) * 8;
  const areas = labels.areas();
  assert.deepEqual(areas[0], [86, 100 - 29, 100 + 25 + wide, 100 + 29]);
  assert.equal(areas[1]![3] - areas[1]![1], 28, "the age alone takes less");
  fleet.marks.get("demo/0")!.hidden = true;
  assert.equal(labels.areas().length, 1);
});
