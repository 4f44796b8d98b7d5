/** What the page knows: a fold of frames. A mark never moves backwards, an alarm never returns from the closed. */

import type { Alarm, Box, Feed, Frame, Unit } from "./protocol";

export type Key = string;

export const keyOf = (station: string, id: string): Key => `${station}/${id}`;

export interface State {
  units: Map<Key, Unit>;
  boxes: Map<Key, Box>;
  /** Open alarms of persons: calls for help and emergency reports. */
  alarms: Map<Key, Alarm>;
  /** Open trouble of equipment: listed apart, never sounded, never in front of a person's alarm. */
  troubles: Map<Key, Alarm>;
  /** Version at which an alarm was closed: an older word of it is not taken. */
  closed: Map<Key, number>;
  feed: Feed | null;
  /** Versions of what does not move; hotspots empty: none are shown here. */
  ground: string | null;
  hotspots: string;
  boot: string;
  /** Newest change number told in this boot. */
  seq: number;
  frames: number;
}

export interface Touched {
  units: Set<Key>;
  boxes: Set<Key>;
  alarms: boolean;
}

/** Closed alarms remembered: enough for a day's, small enough for months. */
const MAX_CLOSED = 500;

export function emptyState(): State {
  return {
    units: new Map(), boxes: new Map(), alarms: new Map(), troubles: new Map(), closed: new Map(),
    feed: null, ground: null, hotspots: "", boot: "", seq: -1, frames: 0,
  };
}

/** The unit after one more word of it: the place goes with the newer fix time, the words with the newer sign of life. */
export function newerUnit(known: Unit | undefined, word: Unit): Unit {
  if (known === undefined) return word;
  const newer = word.heard >= known.heard;
  if (newer && word.lat !== null && (word.at ?? 0) >= (known.at ?? 0)) return word;
  const place = word.lat !== null && (known.lat === null || (word.at ?? 0) >= (known.at ?? 0)) ? word : known;
  const words = newer ? word : known;
  return {
    ...words, lat: place.lat, lon: place.lon, at: place.at, spd: place.spd, hdg: place.hdg, acc: place.acc,
    heard: Math.max(known.heard, word.heard),
  };
}

function dropAbsent<T>(known: Map<Key, T>, present: Set<Key>, touched: Set<Key>): void {
  for (const key of known.keys()) {
    if (!present.has(key)) {
      known.delete(key);
      touched.add(key);
    }
  }
}

function foldUnits(state: State, frame: Frame, touched: Set<Key>): void {
  for (const word of frame.units) {
    const key = keyOf(word.s, word.id);
    state.units.set(key, newerUnit(state.units.get(key), word));
    touched.add(key);
  }
  if (frame.t === "snapshot") dropAbsent(state.units, new Set(frame.units.map((u) => keyOf(u.s, u.id))), touched);
}

function foldBoxes(state: State, frame: Frame, touched: Set<Key>): void {
  for (const word of frame.boxes) {
    const key = keyOf(word.s, word.id);
    const known = state.boxes.get(key);
    if (known && known.heard > word.heard && state.boot === frame.boot) continue;
    state.boxes.set(key, word);
    touched.add(key);
  }
  if (frame.t === "snapshot") dropAbsent(state.boxes, new Set(frame.boxes.map((b) => keyOf(b.s, b.id))), touched);
}

/** Whether a frame was overtaken by others: with an older change number, or a delta of a run of the server whose
 * snapshot is not the last that was taken. */
export function isOld(state: State, frame: Frame): boolean {
  if (frame.boot === state.boot) return frame.seq < state.seq;
  return frame.t === "delta" && state.boot !== "";
}

/** Priority of trouble of equipment. What a newer server may say besides counts as a person's. */
export const EQUIPMENT = 3;

export const isTrouble = (alarm: Alarm): boolean => alarm.prio === EQUIPMENT;

function known(state: State, key: Key): Alarm | undefined {
  return state.alarms.get(key) ?? state.troubles.get(key);
}

function keep(state: State, key: Key, alarm: Alarm): void {
  (isTrouble(alarm) ? state.alarms : state.troubles).delete(key);
  (isTrouble(alarm) ? state.troubles : state.alarms).set(key, alarm);
}

function close(state: State, key: Key, version: number): void {
  state.alarms.delete(key);
  state.troubles.delete(key);
  state.closed.delete(key);
  state.closed.set(key, version);
  for (const oldest of state.closed.keys()) {
    if (state.closed.size <= MAX_CLOSED) break;
    state.closed.delete(oldest);
  }
}

function foldAlarms(state: State, frame: Frame): boolean {
  let changed = false;
  if (frame.t === "snapshot" && frame.boot !== state.boot) {
    // Another run of the server may stand on a store that was put back: what it tells as open is open.
    changed = state.alarms.size + state.troubles.size > 0;
    state.alarms.clear();
    state.troubles.clear();
    state.closed.clear();
  }
  for (const word of frame.alarms) {
    const key = keyOf(word.s, word.id);
    if ((state.closed.get(key) ?? -1) >= word.v || (known(state, key)?.v ?? -1) > word.v) continue;
    if (word.state === "closed") close(state, key, word.v);
    else keep(state, key, word);
    changed = true;
  }
  for (const [what, station, id] of frame.gone) {
    const key = keyOf(station, id);
    const alarm = what === "alarm" ? known(state, key) : undefined;
    if (alarm !== undefined) {
      close(state, key, Math.max(alarm.v, state.closed.get(key) ?? alarm.v));
      changed = true;
    } else if (what === "unit") state.units.delete(key);
    else if (what === "box") state.boxes.delete(key);
  }
  if (frame.t === "snapshot") {
    const gone = new Set<Key>();
    const present = new Set(frame.alarms.map((a) => keyOf(a.s, a.id)));
    dropAbsent(state.alarms, present, gone);
    dropAbsent(state.troubles, present, gone);
    changed = changed || gone.size > 0;
  }
  return changed;
}

/** Of a frame that was overtaken only what cannot lead back is taken: newer fixes of units that are there. */
function takeOld(state: State, frame: Frame, touched: Touched): Touched {
  const known = frame.units.filter((word) => state.units.has(keyOf(word.s, word.id)));
  foldUnits(state, { ...frame, t: "delta", units: known }, touched.units);
  return touched;
}

/** Take a frame into the state (in place); what it touched is returned so that only that is drawn again. */
export function takeFrame(state: State, frame: Frame): Touched {
  const touched: Touched = { units: new Set(), boxes: new Set(), alarms: false };
  if (isOld(state, frame)) return takeOld(state, frame, touched);
  foldUnits(state, frame, touched.units);
  foldBoxes(state, frame, touched.boxes);
  touched.alarms = foldAlarms(state, frame);
  for (const [what, station, id] of frame.gone) {
    if (what === "unit") touched.units.add(keyOf(station, id));
    else if (what === "box") touched.boxes.add(keyOf(station, id));
  }
  if (frame.feed) state.feed = frame.feed;
  if (frame.ground !== null) state.ground = frame.ground;
  state.hotspots = frame.hotspots;
  state.boot = frame.boot;
  state.seq = frame.seq;
  state.frames += 1;
  return touched;
}

/** Priority of a report. What a newer server may say besides is a call for help. */
const REPORT = 2;

export const rank = (alarm: Alarm): number => (alarm.prio === REPORT || alarm.prio === EQUIPMENT ? alarm.prio : 1);

const unanswered = (alarm: Alarm): number => (alarm.state === "raised" ? 0 : 1);
const unverified = (alarm: Alarm): number => (alarm.marks.includes("unverified") ? 1 : 0);

/** Open alarms as listed: unanswered first, of these the urgent, then the verified, then the oldest first. */
export function inOrder(alarms: Iterable<Alarm>): Alarm[] {
  return [...alarms].sort(
    (a, b) =>
      unanswered(a) - unanswered(b) ||
      rank(a) - rank(b) ||
      unverified(a) - unverified(b) ||
      a.raised - b.raised ||
      (a.id < b.id ? -1 : 1),
  );
}
