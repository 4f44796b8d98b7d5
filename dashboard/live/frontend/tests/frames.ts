/** Frames for tests: objects of the feed, and the bytes that carry them. */

import type { Alarm, Box, Feed, Frame, Unit } from "../src/protocol";

export const unit = (at: number | null, lat: number | null, more: Partial<Unit> = {}): Unit => ({
  s: "demo", id: "u1", kind: "car", call: "201", lat, lon: lat, at, spd: 1, hdg: 1, acc: 1, st: null, heard: at ?? 0, ...more,
});

export const box = (heard: number, online: boolean, more: Partial<Box> = {}): Box => ({
  s: "demo", id: "b1", lat: 1, lon: 1, th: "", en: "", online, heard, bat: null, mains: null, fault: "", ...more,
});

export const alarm = (id: string, v: number, more: Partial<Alarm> = {}): Alarm => ({
  s: "demo", id, ok: "box", origin: "b1", kind: "sos", prio: 1, detail: "", state: "raised", v, raised: 10, pressed: 10, last: 10,
  presses: 1, marks: [], place: "", lat: null, lon: null, level: 0, by: "", unit: "", outcome: "", shelved: null, shelver: "",
  stored: true, ...more,
});

export const frame = (more: Partial<Frame>): Frame => ({
  t: "delta", boot: "b", seq: 1, now: 1, units: [], boxes: [], alarms: [], gone: [], feed: null, ground: null, hotspots: "", ...more,
});

export const FEED: Feed = {
  beat: 1, stale_s: 15, live_s: 30, lost_s: 300, broker: "ok", storage: "ok", demo: false, replay: false,
};

const STATUS = [null, "available", "enroute", "on_scene", "busy", "off_duty"];

/** A message of version 1: the head with what is given in place of its own, and a record for each unit. */
export function bytes(told: Frame, more: Record<string, unknown> = {}): ArrayBuffer {
  const base = told.now + 600_000;
  const odd: unknown[] = [];
  const roster = told.units.map((one, index) => [index, one.s, one.id, one.kind, one.call]);
  const records = new DataView(new ArrayBuffer(told.units.length * 20));
  told.units.forEach((one, index) => {
    const at = one.at ?? -1;
    const fits = at >= 0 && base - at < 0xffffff && base >= at && one.heard - at < 0xffff && one.heard >= at;
    if (!fits) odd.push([index, one.at, one.heard, one.spd, one.hdg, one.acc, one.st]);
    const offset = index * 20;
    records.setUint32(offset, ((index << 12) | (one.hdg === null ? 0xfff : Math.round(one.hdg * 10))) >>> 0, true);
    records.setInt32(offset + 4, one.lat === null ? -(2 ** 31) : Math.round(one.lat * 1e7), true);
    records.setInt32(offset + 8, Math.round((one.lon ?? 0) * 1e7), true);
    records.setUint32(offset + 12, (((fits ? base - at : 0xffffff) << 8) | (one.acc ?? 0xff)) >>> 0, true);
    records.setUint16(offset + 16, fits ? one.heard - at : 0xffff, true);
    records.setUint16(offset + 18, ((one.spd === null ? 0xfff : Math.round(one.spd * 10)) << 4) | STATUS.indexOf(one.st), true);
  });
  const { units: _, ...rest } = told;
  const head = new TextEncoder().encode(JSON.stringify({ ...rest, base, roster, odd, ...more }));
  const message = new Uint8Array(12 + head.length + records.byteLength);
  message.set([0x53, 0x53, 0x5a, 1]);
  const view = new DataView(message.buffer);
  view.setUint32(4, head.length, true);
  view.setUint32(8, told.units.length, true);
  message.set(head, 12);
  message.set(new Uint8Array(records.buffer), 12 + head.length);
  return message.buffer;
}

/** Random numbers that are the same each run: mulberry32. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
