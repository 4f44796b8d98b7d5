import assert from "node:assert/strict";
import { test } from "node:test";
import { areaAt, declutter, type Wish } from "../src/declutter";
import { inside, keysInside, type Outline } from "../src/inside";
import { MOST_SPREAD, type Spot, spread, stackOf, under } from "../src/stack";

const wish = (x: number, y: number, more: Partial<Wish> = {}): Wish => ({ x, y, w: 100, h: 40, side: null, must: false, ...more });

test("labels never cover each other nor an obstacle; who comes first is served first", () => {
  const wishes = [wish(200, 200), wish(210, 205), wish(190, 195), wish(205, 200), wish(200, 205), wish(201, 201)];
  const obstacle = [222, 150, 330, 250] as const;
  const sides = declutter(wishes, [obstacle], 10);
  const areas = sides.flatMap((side, i) => (side === null ? [] : [areaAt(wishes[i]!, side)]));
  for (const [i, a] of areas.entries()) {
    for (const b of [...areas.slice(i + 1), obstacle]) assert.ok(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]);
  }
  assert.notEqual(sides[0], null);
  assert.ok(sides.includes(null), "there is not room for six");
});

test("a label stays on its side while that is free; the selected one is always shown; no more than asked for", () => {
  assert.deepEqual(declutter([wish(0, 0, { side: "below" })], [], 1), ["below"]);
  const wall = [-1000, -1000, 1000, 1000] as const;
  assert.deepEqual(declutter([wish(0, 0), wish(0, 0, { must: true })], [wall], 0), [null, "right"]);
  assert.equal(declutter(Array.from({ length: 50 }, (_, i) => wish(i * 300, 0)), [], 7).filter((side) => side !== null).length, 7);
});

test("a click finds the nearest marks; those that cover each other are a stack, neighbours are not", () => {
  const at = (x: number, dx = 0): Spot => ({ x, y: 100, dx, dy: 0 });
  const [a, b, far, nowhere, spread] = [at(100), at(101), at(114), at(NaN), at(101, 80)];
  assert.deepEqual(under([far, a, nowhere, b, spread], 103, 100), [b, a, far]);
  assert.deepEqual(under([spread], 181, 100), [spread]);
  assert.deepEqual(stackOf([far, a, b, nowhere, spread], b), [b, a]);
});

test("spread marks do not cover each other", () => {
  for (const count of [2, 5, 8, 9, 17, MOST_SPREAD]) {
    const at = spread(count);
    assert.equal(at.length, count);
    for (const [i, a] of at.entries()) {
      for (const b of at.slice(i + 1)) assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1]) > 32, `${count}`);
    }
  }
});

test("inside an area: hollow shapes, crossing outlines, nothing without a place", () => {
  const u: Outline = [[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3]];
  assert.deepEqual([inside(u, 2, 0.5), inside(u, 2, 1.5), inside(u, 2, 2.5), inside(u, 5, 1)], [true, false, true, false]);
  const eight: Outline = [[0, 0], [2, 2], [2, 0], [0, 2]];
  assert.deepEqual([inside(eight, 1, 0.5), inside(eight, 1, 1.5), inside(eight, 1.9, 1)], [true, true, false]);
  assert.equal(inside([[0, 0], [1, 1]], 0.5, 0.5), false);
  assert.equal(inside(u, null, 1), false);
  const all = new Map([["a", { lat: 2, lon: 0.5 }], ["b", { lat: 2, lon: 1.5 }], ["c", { lat: null, lon: null }]]);
  assert.deepEqual(keysInside(u, all), ["a"]);
});
