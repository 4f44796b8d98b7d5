/** A past moment out of what the server told: pure folds over one chunk of time. Never asks the server. */

import type { Alarm, Box, Unit } from "./protocol";
import { isTrouble, type Key, keyOf, type State } from "./state";
import { indexAt, type Track, type Tracks } from "./tracks";

/** Length of a chunk of the past, ms: what is fetched at once. Chunks start at whole multiples. */
export const CHUNK_MS = 600_000;

/** Fixes farther apart in time say nothing of the way between them (as on the live map): the mark waits and ages. */
export const GAP_MS = 60_000;

/** What `GET /live/past` tells. */
export interface PastAnswer {
  at: number;
  until: number;
  /** Positions before this moment are deleted. */
  kept: number;
  /** Oldest fix there is; null without any. */
  first: number | null;
  units: Unit[];
  boxes: Box[];
  alarms: Alarm[];
  alarm_changes: [number, Alarm][];
  box_changes: [number, Box][];
  /** `[when, station, id, status]`: what units said they do, in order. */
  status_changes: [number, string, string, string][];
}

/** A piece of the past that is here whole: `start <= t < end`. */
export interface Chunk {
  start: number;
  end: number;
  answer: PastAnswer;
  tracks: Tracks;
  /** The units as they were at the start. */
  base: ReadonlyMap<Key, Unit>;
  /** What each unit said it does, in order: when, and the status. */
  said: ReadonlyMap<Key, readonly [number, string][]>;
  /** Every unit there is in the chunk. */
  keys: ReadonlySet<Key>;
}

export function chunkOf(start: number, answer: PastAnswer, tracks: Tracks): Chunk {
  const base = new Map(answer.units.map((unit) => [keyOf(unit.s, unit.id), unit]));
  const keys = new Set([...base.keys(), ...tracks.units.keys()]);
  const said = new Map<Key, [number, string][]>();
  for (const [at, station, id, status] of answer.status_changes) {
    const key = keyOf(station, id);
    said.set(key, [...said.get(key) ?? [], [at, status]]);
  }
  return { start, end: Math.min(start + CHUNK_MS, answer.until), answer, tracks, base, said, keys };
}

export interface PastMoment {
  units: Map<Key, Unit>;
  boxes: Map<Key, Box>;
  /** So many words of boxes have come since the start of the chunk: while they are the same, so are the boxes. */
  boxWords: number;
  /** Those open at the moment. */
  alarms: Map<Key, Alarm>;
}

/** A past moment as the page shows it. */
export interface PastShown {
  /** What the map shows: the moment, and what waits for an answer now. */
  state: State;
  /** The moment, epoch ms. */
  now: number;
  /** The alarms that were open then, without those of now. */
  alarms: ReadonlyMap<Key, Alarm>;
  /** What is here of the tracks that led up to the moment, in order and without a hole, from `since` or later on. */
  tracks(since: number): readonly Tracks[];
}

export const chunkStart = (moment: number): number => Math.floor(moment / CHUNK_MS) * CHUNK_MS;

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** The unit at fix `index` of its track, with the status of that time: unknown when it had said none, never today's. */
function atFix(known: Unit, st: string | null, track: Track, index: number): Unit {
  return {
    ...known, st, at: track.at[index]!, heard: track.at[index]!, lat: track.lat[index]!, lon: track.lon[index]!,
    spd: orNull(track.speed[index]!), hdg: orNull(track.heading[index]!), acc: null,
  };
}

/** Where a unit was: on its newest fix up to the moment, or on the straight way from it to the next one when that came
 * within a minute. Its time stays that of the fix, so that its age is true. Null before its first fix. */
export function unitAt(base: Unit | undefined, names: Unit, track: Track | undefined, moment: number, st: string | null): Unit | null {
  const index = track === undefined ? -1 : indexAt(track.at, moment);
  const here = index >= 0 ? atFix(names, st, track!, index) : base === undefined || base.st === st ? base : { ...base, st };
  if (here === undefined || here.at === null || here.lat === null || here.lon === null) return null;
  const [next, lat, lon] = track === undefined ? [] : [track.at[index + 1], track.lat[index + 1], track.lon[index + 1]];
  if (next === undefined || next - here.at > GAP_MS || next <= here.at) return here;
  const share = (moment - here.at) / (next - here.at);
  return { ...here, lat: here.lat + (lat! - here.lat) * share, lon: here.lon + (lon! - here.lon) * share };
}

const stranger = (key: Key): Unit => {
  const cut = key.indexOf("/");
  const id = key.slice(cut + 1);
  return { s: key.slice(0, cut), id, kind: "car", call: id, lat: null, lon: null, at: null, spd: null, hdg: null, acc: null, st: null, heard: 0 };
};

/** The picture at a moment of the chunk. `known`: units of now, for the names of those that came later. */
export function momentAt(chunk: Chunk, moment: number, known: ReadonlyMap<Key, Unit>): PastMoment {
  const units = new Map<Key, Unit>();
  for (const key of chunk.keys) {
    const then = chunk.base.get(key);
    const st = chunk.said.get(key)?.filter(([at]) => at <= moment).at(-1)?.[1] ?? then?.st ?? null;
    const unit = unitAt(then, then ?? known.get(key) ?? stranger(key), chunk.tracks.units.get(key), moment, st);
    if (unit !== null) units.set(key, unit);
  }
  const boxes = new Map(chunk.answer.boxes.map((box) => [keyOf(box.s, box.id), box]));
  const words = chunk.answer.box_changes.filter(([at]) => at <= moment);
  for (const [, box] of words) boxes.set(keyOf(box.s, box.id), box);
  const alarms = new Map(chunk.answer.alarms.map((alarm) => [keyOf(alarm.s, alarm.id), alarm]));
  for (const [at, alarm] of chunk.answer.alarm_changes) if (at <= moment) alarms.set(keyOf(alarm.s, alarm.id), alarm);
  for (const [key, alarm] of alarms) if (alarm.state === "closed" || isTrouble(alarm)) alarms.delete(key);
  return { units, boxes, boxWords: words.length, alarms };
}

/** Chunks that are here, at most so many; what was asked for longest ago goes first. */
export class Chunks {
  private readonly held = new Map<number, Chunk>();

  constructor(private readonly most = 36) {}

  /** The chunk with a moment; undefined when it is not here, or ends before the moment because it was told too early. */
  at(moment: number): Chunk | undefined {
    const start = chunkStart(moment);
    const chunk = this.held.get(start);
    if (chunk === undefined || moment >= chunk.end) return undefined;
    this.held.delete(start);
    this.held.set(start, chunk);
    return chunk;
  }

  /** The chunk of a moment and those before it back to `since`, in order; ends where one is not here. */
  upTo(moment: number, since: number): Chunk[] {
    const found: Chunk[] = [];
    for (let start = chunkStart(moment); start + CHUNK_MS > since; start -= CHUNK_MS) {
      const chunk = this.at(Math.min(moment, start + CHUNK_MS - 1));
      if (chunk === undefined) break;
      found.unshift(chunk);
    }
    return found;
  }

  put(chunk: Chunk): void {
    this.held.delete(chunk.start);
    this.held.set(chunk.start, chunk);
    for (const oldest of this.held.keys()) {
      if (this.held.size <= this.most) break;
      this.held.delete(oldest);
    }
  }

  clear(): void {
    this.held.clear();
  }
}

/** Starts of the chunks wanted at a moment, the most urgent first: its own, what playing needs in six seconds, and what
 * trails of `trail` ms lead through. */
export function wanted(moment: number, speed: number, now: number, trail = 0): number[] {
  const first = chunkStart(moment);
  const ahead = speed === 0 ? 0 : Math.max(1, Math.ceil((speed * 6000) / CHUNK_MS));
  const behind = (first - chunkStart(moment - trail)) / CHUNK_MS;
  const steps = [...Array.from({ length: ahead + 1 }, (_, i) => i), ...Array.from({ length: behind }, (_, i) => -1 - i)];
  return steps.map((step) => first + step * CHUNK_MS).filter((start) => start <= now);
}
