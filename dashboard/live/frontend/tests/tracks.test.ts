import assert from "node:assert/strict";
import { test } from "node:test";
import sample from "./tracks-sample.json";
import { decodeTracks, indexAt, joined } from "../src/tracks";

const bytes = (): Uint8Array<ArrayBuffer> => new Uint8Array(sample.hex.match(/../g)!.map((pair) => parseInt(pair, 16)));
const START = 1_700_000_000_000;

test("bytes of the server decode to its fixes", () => {
  const tracks = decodeTracks(bytes().buffer)!;
  assert.deepEqual([tracks.start, tracks.end, tracks.cut], [START, START + 600_000, true]);
  assert.deepEqual([...tracks.units.keys()], ["lumphini/สายตรวจ-1", "hat_yai/c2"]);
  const one = tracks.units.get("lumphini/สายตรวจ-1")!;
  assert.deepEqual([...one.at], [START, START + 599_999]);
  assert.deepEqual([...one.lat], [13.730001, -13.7]);
  assert.deepEqual([...one.lon], [100.540002, -100.5]);
  assert.ok(Math.abs(one.speed[0]! - 42.6) < 0.11 && Math.abs(one.heading[0]! - 359.9) < 0.01);
  assert.ok(Number.isNaN(one.speed[1]) && Number.isNaN(one.heading[1]));
  assert.equal(tracks.units.get("hat_yai/c2")!.speed[0], 0);
});

test("bytes cut anywhere, or with more behind them, are no tracks", () => {
  const whole = bytes();
  for (let length = 0; length < whole.length; length += 1) assert.equal(decodeTracks(whole.slice(0, length).buffer), null);
  assert.equal(decodeTracks(new Uint8Array([...whole, 0]).buffer), null);
});

test("another kind or version is no tracks; a count that lies does not hang", () => {
  const [kind, version, units, fixes] = [bytes(), bytes(), bytes(), bytes()];
  kind[0] = 0;
  version[4] = 9;
  new DataView(units.buffer).setUint32(8, 0xffffffff, true);
  new DataView(fixes.buffer).setUint32(28 + 2 + new TextEncoder().encode("lumphini/สายตรวจ-1").length, 0xffffffff, true);
  for (const bad of [kind, version, units, fixes]) assert.equal(decodeTracks(bad.buffer), null);
});

test("the newest fix at a moment", () => {
  const at = new Float64Array([10, 20, 30]);
  assert.deepEqual([9, 10, 19, 20, 99].map((moment) => indexAt(at, moment)), [-1, 0, 0, 1, 2]);
  assert.equal(indexAt(new Float64Array(0), 5), -1);
});

test("parts that follow each other are one track", () => {
  const [one, other] = [decodeTracks(bytes().buffer)!, decodeTracks(bytes().buffer)!];
  other.units.delete("hat_yai/c2");
  const whole = joined([one, { ...other, end: START + 900_000, cut: false }]);
  assert.deepEqual([whole.start, whole.end, whole.cut], [START, START + 900_000, false]);
  assert.deepEqual([...whole.units].map(([key, track]) => [key, track.at.length, track.speed.length]), [["lumphini/สายตรวจ-1", 4, 4], ["hat_yai/c2", 1, 1]]);
  assert.equal(joined([one]), one);
});
