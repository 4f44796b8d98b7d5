import assert from "node:assert/strict";
import { test } from "node:test";
import { Silence } from "../src/silence";

test("a burst of news in one frame is no silence", () => {
  const silence = new Silence();
  for (let i = 0; i < 200; i += 1) assert.equal(silence.passed(5_000 + i), false);
});

test("ten seconds asked and not drawn is silence, and a drawn frame begins anew", () => {
  const silence = new Silence();
  const after = (start: number): number => [...Array(30).keys()].findIndex((second) => silence.passed(start + second * 1000));
  assert.equal(after(0), 10);
  silence.drawn();
  assert.equal(after(60_000), 10);
});

test("a map at rest is asked before it is called broken", () => {
  const silence = new Silence();
  const asked = [...Array(10).keys()].filter((second) => {
    const broken = silence.passed(second * 1000);
    return silence.long && !broken;
  });
  assert.deepEqual(asked, [4, 5, 6, 7, 8, 9]);
});
