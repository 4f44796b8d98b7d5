import assert from "node:assert/strict";
import { test } from "node:test";
import { trackFile } from "../src/trackfile";

test("the way to a track's file keeps its address for five minutes, and is nowhere when it is not permitted", () => {
  const settings = { base: "/ssz/", tracks: "track" };
  assert.equal(trackFile(settings, 1_700_000_100_001, "lumphini/c 1"), "/ssz/track?unit=lumphini%2Fc+1&at=1700000400000");
  assert.equal(trackFile(settings, 1_700_000_399_999, "lumphini/c 1"), trackFile(settings, 1_700_000_100_001, "lumphini/c 1"));
  assert.equal(trackFile(settings, 1_700_000_100_001), "/ssz/track?at=1700000400000");
  assert.equal(trackFile({ base: "/", tracks: "" }, 1_700_000_100_001, "a/b"), "");
});
