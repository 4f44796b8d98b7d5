import assert from "node:assert/strict";
import { test } from "node:test";
import { drawable, latOf, lonOf, mercatorX, mercatorY } from "../src/mercator";
import { GLIDE_MS, glideMs, onward, pace, placed, progress, speed, TICK_MS, xOf, yOf } from "../src/motion";

const STEP = 1e-7; // about 4 m

test("a glide is steady, goes one way only and ends exactly at the fix, never beyond", () => {
  const glide = onward(placed(0.5, 0.5, 1000), 0.5 + STEP, 0.5 - STEP, 2000, 100, false);
  assert.equal(glide.end - glide.start, 1000 + TICK_MS);
  let last = -Infinity;
  for (let now = 0; now < 5000; now += 7) {
    const x = xOf(glide, now);
    assert.ok(x >= last && x >= 0.5 && x <= 0.5 + STEP);
    last = x;
  }
  assert.deepEqual([xOf(glide, glide.end), yOf(glide, 1e12)], [0.5 + STEP, 0.5 - STEP]);
  const half = (glide.start + glide.end) / 2;
  assert.ok(Math.abs(progress(glide, half) - 0.5) < 1e-9);
  assert.ok(speed(glide, half) > 0);
  assert.equal(speed(glide, glide.end), 0);
});

test("a new fix on the way starts from where the mark is drawn: no jump, no step back", () => {
  const first = onward(placed(0, 0.5, 1000), STEP, 0.5, 2000, 0, false);
  const seen = xOf(first, 600);
  const second = onward(first, 2 * STEP, 0.5, 3000, 600, false);
  assert.equal(xOf(second, 600), seen);
  assert.ok(xOf(second, 700) > seen);
});

test("a late fix moves nothing back, the same fix again starts nothing", () => {
  const known = onward(placed(0, 0.5, 1000), STEP, 0.5, 2000, 0, false);
  assert.equal(onward(known, 0, 0.5, 1500, 300, false), known);
  assert.equal(onward(known, STEP, 0.5, 2000, 300, false), known);
  assert.equal(onward(known, STEP, 0.5, 3000, 300, false).at, 3000);
});

test("a gap, an impossible speed and a wish for stillness are not glided", () => {
  const from = placed(0.5, 0.5, 0);
  const jumps = [
    onward(from, 0.5 + STEP, 0.5, 60_001, 10, false), onward(from, 0.6, 0.5, 1000, 10, false), onward(from, 0.5 + STEP, 0.5, 1000, 10, true),
  ];
  for (const jump of jumps) assert.equal(xOf(jump, 10), jump.tx);
  assert.deepEqual([glideMs(60_000, 10), glideMs(60_001, 10), glideMs(1000, 91), glideMs(0, 0)], [GLIDE_MS, 0, 0, 0]);
});

test("drawn as often as half a pixel needs, not at all when nothing moves", () => {
  assert.deepEqual([pace(0), pace(0.02), pace(0.0001), pace(100)], [Infinity, 25, 250, 1]);
});

test("places go to the map and back; what no map can show is told apart", () => {
  assert.ok(Math.abs(latOf(mercatorY(16.5461)) - 16.5461) < 1e-9);
  assert.ok(Math.abs(lonOf(mercatorX(104.7265)) - 104.7265) < 1e-9);
  for (const [lat, lon] of [[90, 0], [NaN, 1], [1, Infinity], [-86, 0], [0, 181], [null, 1]] as const) assert.equal(drawable(lat, lon), false);
  assert.ok(drawable(-85, 180));
});
