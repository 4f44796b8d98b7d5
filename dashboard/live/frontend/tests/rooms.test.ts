import assert from "node:assert/strict";
import { test } from "node:test";
import { roomOf } from "../src/rooms";

test("a room's picture covers its area, and hardly more", () => {
  for (const [wide, high] of [[300, 58], [58, 58], [20, 26], [118, 59]] as const) {
    const { x, y, icon, size } = roomOf([10, 20, 10 + wide, 20 + high]);
    assert.deepEqual([x, y], [10 + wide / 2, 20 + high / 2]);
    const shown = (Number(icon.slice(5)) * size * 4) / 2;
    assert.ok(shown >= wide && shown < wide + high / 2, `${shown} for ${wide}`);
    assert.equal(size * 4, high);
  }
});

test("what is wider than any picture takes the widest", () => assert.equal(roomOf([0, 0, 5000, 26]).icon, "room-24"));
