import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_CORNERS, usable } from "../src/shapes";

const square = [[100, 13], [101, 13], [101, 14], [100, 14], [100, 13]];
const zone = (geometry: unknown, properties: unknown = { s: "a" }): unknown => ({ type: "Feature", properties, geometry });
const sheet = (...features: unknown[]): Record<string, unknown> => ({ type: "FeatureCollection", features });
const answer = (more: Record<string, unknown>): Record<string, unknown> => ({
  version: "1", stations: [], zones: sheet(), streets: sheet(), cameras: sheet(), checkpoints: sheet(), ...more,
});

test("what can be drawn is kept as it is, one that crosses itself and one at the pole too", () => {
  const eight = [[100, 13], [101, 14], [101, 13], [100, 14], [100, 13]];
  const zones = sheet(zone({ type: "Polygon", coordinates: [square] }), zone({ type: "Polygon", coordinates: [eight] }), zone({ type: "Polygon", coordinates: [[[0, 80], [9, 90], [9, 80], [0, 80]]] }));
  const found = usable(answer({ zones, cameras: sheet(zone({ type: "Point", coordinates: [100, 13, 5] })) }));
  assert.deepEqual(found?.sheet.zones, zones);
  assert.deepEqual([found?.left, found?.thinned], [0, 0]);
});

test("a bad shape is left out by itself and counted", () => {
  const bad = [
    null, 5, {}, zone(null), zone({ type: "Polygon" }), zone({ type: "Polygon", coordinates: [] }), zone({ type: "Polygon", coordinates: [[[1, 2], [1, 2]]] }),
    zone({ type: "Polygon", coordinates: square }), zone({ type: "Polygon", coordinates: [[...square, [null, 3]]] }), zone({ type: "Polygon", coordinates: [[...square, ["1", 3]]] }),
    zone({ type: "Point", coordinates: [181, 0] }), zone({ type: "Point", coordinates: [0, 90.1] }), zone({ type: "Star", coordinates: [square] }), zone({ type: "LineString", coordinates: [[1, 2]] }),
  ];
  const found = usable(answer({ zones: sheet(...bad, zone({ type: "Polygon", coordinates: [square] }, null)) }));
  assert.equal(found?.left, bad.length);
  assert.deepEqual(found?.sheet.zones.features.map((one) => one.properties), [{}]);
});

test("an outline of a million corners is thinned and stays closed", () => {
  const ring = Array.from({ length: 1_000_000 }, (_, i) => [100 + Math.cos(i / 159_155) / 10, 13 + Math.sin(i / 159_155) / 10]);
  ring.push(ring[0]!);
  const found = usable(answer({ zones: sheet(zone({ type: "MultiPolygon", coordinates: [[ring], [square]] })) }));
  const drawn = (found?.sheet.zones.features[0]?.geometry as GeoJSON.MultiPolygon).coordinates;
  assert.ok(drawn[0]![0]!.length <= MOST_CORNERS + 1);
  assert.deepEqual(drawn[0]![0]!.at(-1), drawn[0]![0]![0]);
  assert.deepEqual(drawn[1], [square]);
  assert.deepEqual([found?.left, found?.thinned], [0, 1]);
});

test("what is no sheet is told from one", () => {
  for (const none of [null, [], "<html>", { version: 1 }, answer({ zones: null }), answer({ streets: { features: 3 } }), answer({ ring: "x" }), { version: "1", stations: [] }]) assert.equal(usable(none), null);
});
