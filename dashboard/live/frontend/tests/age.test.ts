import assert from "node:assert/strict";
import { test } from "node:test";
import { ageText, dateAndTime, DEFAULT_FEED, feedStale, freshness, runningClock } from "../src/age";
import { ServerClock } from "../src/clock";
import type { Unit } from "../src/protocol";

const words = { s: "วิ", m: "นาที", h: "ชม.", d: "วัน" };
const unit = (at: number | null): Unit => ({
  s: "", id: "", kind: "", call: "", lat: at === null ? null : 1, lon: 1, at, spd: null, hdg: null, acc: null, st: null, heard: 0,
});

test("live, stale and lost by the age of the fix", () => {
  const now = 1_000_000;
  assert.equal(freshness(unit(now - 29_999), now, DEFAULT_FEED), "live");
  assert.equal(freshness(unit(now - 30_000), now, DEFAULT_FEED), "stale");
  assert.equal(freshness(unit(now - 300_000), now, DEFAULT_FEED), "lost");
  assert.equal(freshness(unit(null), now, DEFAULT_FEED), "lost");
});

test("the feed is stale when its heartbeat is older than the threshold, or was never heard", () => {
  const feed = { ...DEFAULT_FEED, beat: 50_000 };
  assert.equal(feedStale(feed, 64_499), false);
  assert.equal(feedStale(feed, 64_500), true);
  assert.equal(feedStale({ ...feed, beat: 0 }, 1), true);
  assert.equal(feedStale(null, 1), true);
});

test("ages and clocks in words", () => {
  assert.deepEqual(
    [-5, 9_000, 44_000, 61_000, 7_300_000, 200_000_000].map((ms) => ageText(ms, words)),
    ["0 วิ", "9 วิ", "44 วิ", "1 นาที", "2 ชม.", "2 วัน"],
  );
  assert.deepEqual([0, 83_000, 3_723_000].map(runningClock), ["0:00", "1:23", "1:02:03"]);
});

test("Thai dates are in the Buddhist era, the time is the station's", () => {
  const { date, time } = dateAndTime(Date.UTC(2026, 10, 20, 18, 5, 9), "th", "Asia/Bangkok");
  assert.match(date, /21 พ\.ย\. 2569/);
  assert.equal(time, "01:05:09");
  assert.match(dateAndTime(0, "en", "Asia/Bangkok").date, /1 Jan 1970/);
});

test("the server's time goes on without the server, is not set back by a late frame, and counts a sleep", () => {
  let mono = 0;
  let wall = 5_000;
  const clock = new ServerClock({ mono: () => mono, wall: () => wall });
  const pass = (ms: number): void => {
    mono += ms;
    wall += ms;
  };
  clock.observe(1_000_000);
  pass(1_000);
  clock.observe(1_000_400); // 600 ms late
  assert.equal(clock.now(), 1_001_000);
  pass(20_000);
  assert.equal(clock.now(), 1_021_000);
  wall += 60_000; // the machine slept: only the wall clock went on
  assert.equal(clock.now(), 1_081_000);
});

test("a server's clock set back or forward is followed at once", () => {
  let mono = 1_000;
  const clock = new ServerClock({ mono: () => mono, wall: () => 0 });
  clock.observe(10_000_000);
  mono += 1_000;
  clock.observe(10_000_600); // late by 0.4 s: the nearest one counts
  assert.equal(clock.now(), 10_001_000);
  mono += 1_000;
  clock.observe(10_002_000 - 3_600_000);
  assert.equal(clock.now(), 10_002_000 - 3_600_000);
  mono += 1_000;
  clock.observe(10_003_000 + 3_600_000);
  assert.equal(clock.now(), 10_003_000 + 3_600_000);
});
