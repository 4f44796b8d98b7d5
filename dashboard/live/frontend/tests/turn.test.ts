/** What is large begins when what is urgent is on the screen. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Turn } from "../src/turn";

/** Frames by hand: `draw` runs those that wait, as a browser does once each 16 ms. */
function frames(): { draw(): void } {
  let waiting: (() => void)[] = [];
  Object.assign(globalThis, { requestAnimationFrame: (work: () => void) => waiting.push(work) });
  return {
    draw: () => {
      const now = waiting;
      waiting = [];
      for (const work of now) work();
    },
  };
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

test("a turn comes with the third frame after it was given, however often it is given", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const screen = frames();
  const turn = new Turn(60_000);
  const log: string[] = [];
  void turn.come.then(() => log.push("come"));
  turn.now();
  turn.now();
  for (let i = 0; i < 3; i += 1) {
    await Promise.resolve().then(() => undefined).then(() => undefined);
    context.mock.timers.tick(0);
    assert.deepEqual(log, []);
    screen.draw();
  }
  context.mock.timers.tick(0);
  context.mock.timers.reset();
  await settled();
  assert.deepEqual(log, ["come"]);
});

test("it comes by itself when nobody gives it, and on a page that draws no frames", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  frames();
  let come = false;
  void new Turn(3_000).come.then(() => { come = true; });
  context.mock.timers.tick(2_999);
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
  context.mock.timers.tick(0);
  assert.equal(come, false);
  context.mock.timers.tick(1);
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
  context.mock.timers.tick(300);
  context.mock.timers.reset();
  await settled();
  assert.equal(come, true);
});
