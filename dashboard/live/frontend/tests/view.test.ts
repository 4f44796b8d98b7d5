/** The engine of a page: the siren first, and one part that fails leaves the others untouched. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Part } from "../src/part";
import type { Frame } from "../src/protocol";
import { emptyState } from "../src/state";
import { alarm, frame } from "./frames";

test("the siren is told of an alarm before anything is drawn, and whatever fails in a part", async () => {
  Object.assign(globalThis, { matchMedia: () => ({ matches: false }), document: { createElement: () => ({}) }, location: { search: "" } });
  const { View } = await import("../src/view");
  const log: string[] = [];
  const part = (name: string): Part => ({ take: () => log.push(`take ${name}`), second: () => log.push(`second ${name}`) });
  const broken: Part = {
    take: () => {
      throw new Error("broken panel");
    },
  };
  const view = Object.create(View.prototype) as InstanceType<typeof View>;
  Object.assign(view, {
    state: emptyState(), clock: { observe: () => undefined, now: () => 0 }, root: { dataset: {} }, pulses: 1, connected: true,
    siren: { want: (loudness: number) => log.push(`siren ${loudness}`), state: "on" }, parts: [part("a"), broken, part("b")],
  });
  const realError = console.error;
  let logged = 0;
  console.error = () => void (logged += 1);
  (view as unknown as { take(told: Frame): void }).take(frame({ t: "snapshot", alarms: [alarm("x", 1)] }));
  console.error = realError;
  assert.deepEqual(log, ["siren 1", "take a", "take b", "second a", "second b"]);
  assert.equal(logged, 1);
});
