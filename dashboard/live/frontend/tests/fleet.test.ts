import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_FEED } from "../src/age";
import { EVERYTHING } from "../src/filter";
import { Fleet, type Times } from "../src/fleet";
import { xOf } from "../src/motion";
import type { Unit } from "../src/protocol";

const unit = (id: string, more: Partial<Unit> = {}): Unit => ({
  s: "demo", id, kind: "car", call: `สายตรวจ ${id}`, lat: 16, lon: 104, at: 1000, spd: 20, hdg: 90, acc: 1, st: "busy", heard: 1000, ...more,
});
const times = (mono: number, still = false): Times => ({ mono, server: 1_000_000, feed: DEFAULT_FEED, still });
const all = (...units: Unit[]): Map<string, Unit> => new Map(units.map((one) => [`demo/${one.id}`, one]));

test("a unit that moves glides, one that comes is put at its place, one that goes is taken off", () => {
  const fleet = new Fleet();
  fleet.take(["demo/1"], all(unit("1")), times(0));
  const mark = fleet.marks.get("demo/1")!;
  assert.equal(xOf(mark.glide, 0), mark.glide.tx);
  fleet.take(["demo/1"], all(unit("1", { lon: 104.0001, at: 2000 })), times(100));
  assert.equal(fleet.marks.get("demo/1"), mark);
  assert.ok(mark.glide.end > 100);
  fleet.take(["demo/1"], all(unit("1", { lon: 104.0002, at: 3000 })), times(200, true));
  assert.equal(xOf(mark.glide, 200), mark.glide.tx);
  fleet.take(["demo/1"], all(), times(300));
  assert.equal(fleet.marks.size, 0);
  assert.deepEqual(fleet.order, []);
});

test("a unit at the pole, beyond the map or nowhere is not drawn, and told apart; it comes back by itself", () => {
  const fleet = new Fleet();
  const bad = { p: [90, 0], n: [NaN, 1], i: [1, Infinity], s: [-85.2, 1], e: [1, 181] } as Record<string, [number, number]>;
  const units = all(...Object.entries(bad).map(([id, [lat, lon]]) => unit(id, { lat, lon })), unit("nofix", { lat: null, lon: null, at: null }));
  fleet.take(units.keys(), units, times(0));
  assert.equal(fleet.marks.size, 0);
  assert.deepEqual([...fleet.nowhere], ["demo/p", "demo/n", "demo/i", "demo/s", "demo/e"]);
  fleet.take(["demo/p"], all(unit("p")), times(0));
  assert.ok(fleet.marks.has("demo/p") && !fleet.nowhere.has("demo/p"));
});

test("lost ones are drawn below live ones; the filter leaves out who is not meant", () => {
  const fleet = new Fleet();
  const units = all(unit("1", { at: 1_000_000 }), unit("2", { at: 1000 }), unit("3", { at: 900_000 }));
  fleet.take(units.keys(), units, times(0));
  assert.deepEqual(fleet.order.map((mark) => `${mark.unit.id} ${mark.fresh}`), ["2 lost", "3 stale", "1 live"]);
  fleet.age(1_040_000, DEFAULT_FEED);
  assert.deepEqual(fleet.order.map((mark) => `${mark.unit.id} ${mark.fresh}`), ["2 lost", "1 stale", "3 stale"]);
  fleet.take(["demo/2"], all(unit("2", { at: 999_000 })), times(0));
  assert.equal(fleet.order[2]?.unit.id, "2");
  fleet.filter({ ...EVERYTHING, filter: "ตรวจ 3" });
  assert.deepEqual(fleet.order.map((mark) => mark.unit.id), ["3"]);
  fleet.take(["demo/33"], all(unit("33")), times(0));
  assert.equal(fleet.order.length, 2);
  fleet.filter(EVERYTHING);
  assert.equal(fleet.order.length, 4);
});

test("a mark that glides on is no news; one that comes, goes, is put elsewhere or means something else is", () => {
  const fleet = new Fleet();
  const take = (mono: number, ...units: Unit[]): boolean => fleet.take(["demo/1"], all(...units), times(mono));
  assert.equal(take(0, unit("1")), true);
  assert.equal(take(100, unit("1", { lon: 104.0001, at: 2000 })), false);
  assert.equal(take(200, unit("1", { lon: 104.0002, at: 3000 })), false);
  assert.equal(take(300, unit("1", { lon: 104.0002, at: 4000, st: "available" })), true);
  assert.equal(take(400, unit("1", { lon: 104.5, at: 200_000, st: "available" })), true);
  assert.equal(take(500), true);
  assert.equal(take(600), false);
});
