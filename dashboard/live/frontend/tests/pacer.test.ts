import assert from "node:assert/strict";
import { test } from "node:test";
import { Pacer, rest, SLOW_MS } from "../src/pacer";

/** A clock turned by hand, and a machine that takes `cost` ms to carry a frame out. */
function machine(cost: number) {
  let now = 0;
  let timer: { at: number; work: () => void } | null = null;
  const drawn: number[] = [];
  const world = { pause: Infinity, drawn, most: 0, cost };
  const onTheWay: number[] = [];
  const pacer = new Pacer({
    draw: () => {
      drawn.push(now);
      onTheWay.push(now + world.cost);
      world.most = Math.max(world.most, onTheWay.filter((at) => at > now).length);
      const out = now + world.cost;
      pacer.drawn(() => now >= out);
    },
    pause: () => world.pause,
    now: () => now,
    later: (work, ms) => {
      const mine = { at: now + ms, work };
      timer = mine;
      return () => { if (timer === mine) timer = null; };
    },
  });
  const until = (end: number): void => {
    while (timer !== null && timer.at <= end) {
      const { at, work } = timer;
      timer = null;
      now = at;
      work();
    }
    now = end;
  };
  return { pacer, world, until };
}

test("nothing that moves, nothing new: nothing is drawn", () => {
  const { pacer, world, until } = machine(5);
  pacer.soon();
  until(10_000);
  assert.deepEqual(world.drawn, [0]);
});

test("on a quick machine motion has all the frames it asks for", () => {
  const { pacer, world, until } = machine(4);
  world.pause = 20;
  pacer.soon();
  until(1_000);
  assert.ok(world.drawn.length >= 48, `${world.drawn.length}`);
});

test("frames never line up: news comes out one frame after the one on its way", () => {
  const { pacer, world, until } = machine(150);
  world.pause = 5;
  pacer.soon();
  for (let at = 37; at < 20_000; at += 61) {
    until(at);
    pacer.soon();
  }
  assert.equal(world.most, 1);
  const gaps = world.drawn.slice(1).map((at, i) => at - world.drawn[i]!);
  assert.ok(Math.max(...gaps) <= 150 + 61 + 5, `${Math.max(...gaps)}`);
});

test("where drawing is slow, motion leaves half of the time free", () => {
  const { pacer, world, until } = machine(150);
  world.pause = 5;
  pacer.soon();
  until(30_000);
  assert.ok(world.drawn.length <= 30_000 / 300 + 1 && world.drawn.length >= 30_000 / 320, `${world.drawn.length}`);
  assert.equal(rest(SLOW_MS), 0);
});

test("what begins to move is drawn soon, but not before what is due", () => {
  const { pacer, world, until } = machine(5);
  pacer.soon();
  until(100);
  pacer.within(250);
  until(200);
  pacer.within(250);
  until(349);
  assert.deepEqual(world.drawn, [0]);
  until(351);
  assert.deepEqual(world.drawn, [0, 350]);
});

test("a fence that never comes back stops no map", () => {
  const { pacer, world, until } = machine(Infinity);
  pacer.soon();
  until(100);
  pacer.soon();
  until(5_000);
  assert.ok(world.drawn.length === 2, `${world.drawn.length}`);
});

test("after the end nothing is drawn", () => {
  const { pacer, world, until } = machine(5);
  world.pause = 20;
  pacer.soon();
  until(30);
  const count = world.drawn.length;
  pacer.stop();
  until(1_000);
  assert.equal(world.drawn.length, count);
});
