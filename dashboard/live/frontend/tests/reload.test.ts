import assert from "node:assert/strict";
import { test } from "node:test";
import { reloadOnce, understood, type Memory } from "../src/reload";

function tab(): Memory {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

test("a page is loaded again once for a version, and again after it was understood", () => {
  const memory = tab();
  let loaded = 0;
  const reload = (): void => { loaded += 1; };
  assert.equal(reloadOnce("2", memory, reload), true);
  assert.equal(reloadOnce("2", memory, reload), false);
  assert.equal(reloadOnce("3", memory, reload), true);
  understood(memory);
  assert.equal(reloadOnce("3", memory, reload), true);
  assert.equal(loaded, 3);
});

test("a browser that may keep nothing is never made to blink", () => {
  assert.equal(reloadOnce("2", null, () => assert.fail()), false);
});
