import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSelection, Selection, selectionKey } from "../src/selection";

test("who listens is told of each change once, and no more after leaving", () => {
  const selection = new Selection();
  const heard: (string | null)[] = [];
  const leave = selection.on((key) => heard.push(key));
  selection.set(selectionKey("unit", "demo/201"));
  selection.set("unit/demo/201");
  selection.set(null);
  leave();
  selection.set("box/demo/1");
  assert.deepEqual(heard, ["unit/demo/201", null]);
  assert.equal(selection.key, "box/demo/1");
});

test("a key names its kind and what the state knows it by", () => {
  assert.deepEqual(parseSelection("alarm/_unknown/a/b"), { kind: "alarm", key: "_unknown/a/b" });
  for (const bad of ["", "unit", "unit/", "unit/demo", "unit//1", "road/demo/1"]) assert.equal(parseSelection(bad), null);
});
