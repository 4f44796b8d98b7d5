/** No key is shown that the server would refuse, and none is missing: both go by the alarm's life. The cases are written
 * from its table by `python -m tests.permitted_cases`, and a test there holds them to it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import kept from "./permitted-cases.json";
import type { StepName } from "../src/answer";
import { permits } from "../src/permitted";
import type { Alarm } from "../src/protocol";

test("the page permits the steps that the alarm's life permits, in every state and of every family", () => {
  assert.ok(kept.cases.length > 100);
  for (const { alarm: values, permits: wanted } of kept.cases) {
    const alarm = Object.fromEntries(kept.told.map((name, at) => [name, values[at]])) as unknown as Alarm;
    const found = kept.steps.filter((step) => permits(alarm, step as StepName, kept.now));
    assert.deepEqual(found, wanted, JSON.stringify(alarm));
  }
});
