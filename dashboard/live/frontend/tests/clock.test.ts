import assert from "node:assert/strict";
import test from "node:test";
import { ServerClock } from "../src/clock";

class Hands {
  steady = 1_000;
  hour = 5_000_000;
  mono = (): number => this.steady;
  wall = (): number => this.hour;
  pass(ms: number): void {
    this.steady += ms;
    this.hour += ms;
  }
}

/** The server is ahead of this machine by this much. */
const AHEAD = 7_000_000;

function running(hands: Hands): ServerClock {
  const clock = new ServerClock(hands);
  for (let second = 0; second < 30; second += 1) {
    hands.pass(1000);
    clock.observe(hands.hour + AHEAD);
  }
  return clock;
}

test("a burst of frames that waited while the page stood still does not set the clock back", () => {
  const hands = new Hands();
  const clock = running(hands);
  const slept = hands.hour;
  hands.pass(60_000);
  for (let frame = 1; frame <= 40; frame += 1) clock.observe(slept + AHEAD + frame * 1000);
  assert.equal(clock.now(), hands.hour + AHEAD);
});

test("over a sleep in which the steady clock stands still the other clock tells of the rest", () => {
  const hands = new Hands();
  const clock = running(hands);
  hands.hour += 60_000;
  assert.equal(clock.now(), hands.hour + AHEAD);
  // and what waited in the network is as old as it is
  clock.observe(hands.hour + AHEAD - 59_000);
  assert.equal(clock.now(), hands.hour + AHEAD);
});

test("the first word of a new link alone counts: this machine's clock may have been set, not slept", () => {
  const hands = new Hands();
  const clock = running(hands);
  const before = clock.now();
  hands.hour += 60_000;
  clock.renew();
  clock.observe(before);
  assert.equal(clock.now(), before);
});

test("a server whose clock was set back is followed at once, one that drifts within half a minute", () => {
  const hands = new Hands();
  const clock = running(hands);
  hands.pass(1000);
  clock.observe(hands.hour + AHEAD - 3_600_000);
  assert.equal(clock.now(), hands.hour + AHEAD - 3_600_000);
  for (let second = 0; second < 30; second += 1) {
    hands.pass(1000);
    clock.observe(hands.hour + AHEAD - 3_600_500);
  }
  assert.equal(clock.now(), hands.hour + AHEAD - 3_600_500);
});
