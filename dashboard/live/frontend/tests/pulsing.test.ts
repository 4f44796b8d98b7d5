import assert from "node:assert/strict";
import { test } from "node:test";
import { type Fresh, MOST_MOVING, NEW_MS, pulsing } from "../src/pulsing";
import { alarm } from "./frames";

const pin = (id: string, newAt: number, state = "raised", raised = 0): Fresh => ({ alarm: alarm(id, 1, { state, raised }), newAt });
const ids = (pins: Iterable<Fresh>): string[] => [...pins].map((one) => one.alarm.id).sort();

test("what nobody has answered moves for its first minute", () => {
  const pins = [pin("new", 1_000), pin("answered", 1_000, "acknowledged"), pin("older", 0)];
  assert.deepEqual(ids(pulsing(pins, NEW_MS)), ["new"]);
});

test("of a flood only the newest move, by the press where they came to the page together", () => {
  const flood = Array.from({ length: 700 }, (_, nth) => pin(`f${nth}`, 0, "raised", nth));
  const moving = pulsing([...flood, pin("escalated", 5, "raised", -1)], 1_000);
  assert.equal(moving.size, MOST_MOVING);
  assert.deepEqual(ids(moving), ["escalated", ...Array.from({ length: MOST_MOVING - 1 }, (_, nth) => `f${699 - nth}`)].sort());
});
