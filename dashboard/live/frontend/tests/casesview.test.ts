import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, fitted, inkOn, mostOf, moved, neighbour, project, stepOf, unproject, zoomed } from "../src/casesview";

const VIEW = { x: 0.8, y: 0.45, zoom: 14 };
const near = (a: number, b: number, by = 1e-6) => assert.ok(Math.abs(a - b) <= by, `${a} ${b}`);

test("a place is drawn where the pixel says it is", () => {
  const [lon, lat] = unproject(VIEW, 800, 500, 120, 333);
  const [x, y] = project(VIEW, 800, 500, lon, lat);
  near(x, 120, 1e-4);
  near(y, 333, 1e-4);
});

test("zooming keeps what is under the pointer, moving takes it along", () => {
  const before = unproject(VIEW, 800, 500, 700, 40);
  const after = unproject(zoomed(VIEW, 2, 800, 500, 700, 40), 800, 500, 700, 40);
  near(before[0], after[0], 1e-9);
  near(before[1], after[1], 1e-9);
  const [x, y] = project(moved(VIEW, 30, -20), 800, 500, ...before);
  near(x, 730, 1e-4);
  near(y, 20, 1e-4);
});

test("a fitted view holds every place, and a few far off do not make it small", () => {
  const places: [number, number][] = [[104.7, 16.5], [104.75, 16.58], [104.72, 16.55]];
  const view = fitted(places, 800, 500);
  assert.ok(view);
  const [west, south, east, north] = boxOf(view, 800, 500);
  for (const [lon, lat] of places) assert.ok(lon > west && lon < east && lat > south && lat < north);
  assert.equal(fitted([], 800, 500), null);
  const cells = [[104.7, 16.5, 600], [104.8, 16.5, 399], [0, 0, 1]];
  assert.deepEqual(mostOf(cells), [[104.7, 16.5], [104.8, 16.5]]);
});

test("the scale has five steps, none for nothing and the last for the most", () => {
  assert.deepEqual([0, 1, 1000].map((n) => stepOf(n, 1000)), [0, 1, 5]);
  assert.equal(stepOf(1, 1), 5);
});

test("arrows go along rows and columns and stop at the ends", () => {
  assert.equal(neighbour(0, "ArrowRight", 10, 5, false), 1);
  assert.equal(neighbour(2, "ArrowDown", 10, 5, false), 7);
  assert.equal(neighbour(7, "ArrowDown", 10, 5, false), 7);
  assert.equal(neighbour(3, "ArrowRight", 20, 7, true), 10);
  assert.equal(neighbour(3, "End", 20, 7, true), 19);
  assert.equal(neighbour(3, "x", 20, 7, true), 3);
});

test("a number on a cell can be read, whatever its colour", () => {
  assert.deepEqual(["#0b2c52", "#23405a", "#2f78b5", "#f2f4f6", "#b9dcf5", "#9cc5e6"].map(inkOn),
    ["#ffffff", "#ffffff", "#ffffff", "#000000", "#000000", "#000000"]);
});
