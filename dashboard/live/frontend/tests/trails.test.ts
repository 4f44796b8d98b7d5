import assert from "node:assert/strict";
import { test } from "node:test";
import { type Fix, MOST_FIXES, split, trailFeatures, Trails } from "../src/trails";

const fix = (s: number): Fix => ({ lon: 104 + s / 1e5, lat: 16, at: s * 1000 });
const times = (fixes: readonly Fix[]): number[] => fixes.map((one) => one.at / 1000);

test("a gap over a minute cuts the line and is told as an estimate, with its word", () => {
  const kept = [0, 30, 90, 151, 160, 300].map(fix);
  const { runs, gaps } = split(kept, 0, Infinity);
  assert.deepEqual(runs.map(times), [[0, 30, 90], [151, 160]]);
  assert.deepEqual(gaps.map(times), [[90, 151], [160, 300]]);
  const features = trailFeatures("demo/1", kept, 0, Infinity, "ประมาณการ");
  assert.deepEqual(features.map((one) => [one.geometry.type, one.properties?.["gap"], one.properties?.["note"]]), [
    ["MultiLineString", false, undefined], ["LineString", true, undefined], ["Point", true, "ประมาณการ"], ["LineString", true, undefined], ["Point", true, "ประมาณการ"],
  ]);
  assert.deepEqual(trailFeatures("demo/1", [fix(1)], 0, Infinity, ""), []);
});

test("only the minutes asked for, and nothing the mark has not reached yet", () => {
  assert.deepEqual(split([0, 10, 20, 30].map(fix), 5_000, 20_000).runs.map(times), [[10, 20]]);
});

test("an hour of fixes each second is bounded, and thinning makes no gap", () => {
  const trails = new Trails();
  trails.span(3_600_000);
  for (let s = 0; s <= 3600; s += 1) trails.add("k", fix(s));
  const kept = trails.of("k");
  assert.ok(kept.length <= MOST_FIXES + 2, `${kept.length}`);
  assert.equal(kept.at(-1)?.at, 3_600_000);
  assert.deepEqual(split(kept, 0, Infinity).gaps, []);
  const slow = new Trails();
  slow.span(3_600_000);
  for (const s of [0, 10, 65, 125, 130]) slow.add("k", fix(s));
  assert.deepEqual(split(slow.of("k"), 0, Infinity).gaps, []);
});

test("history goes before what is known, the same fix once, late ones in their place; old ones are forgotten", () => {
  const trails = new Trails();
  trails.span(60_000);
  trails.add("k", fix(40));
  trails.add("k", fix(30));
  trails.history("k", [10, 20, 40].map(fix));
  assert.deepEqual(times(trails.of("k")), [10, 20, 40]);
  trails.forget(15_000);
  assert.deepEqual(times(trails.of("k")), [20, 40]);
  trails.forget(50_000);
  assert.deepEqual([...trails.keys], []);
});
