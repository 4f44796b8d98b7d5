/** The bytes of `/live` (docs/live-feed.md, "Bytes") into frames. What cannot be read is called nonsense, never thrown. */

import type { Alarm, Box, Feed, Frame, Unit } from "./protocol";
import { ALARM, BOX, FEED, hasShape, isObject, tuplesOf } from "./shape";

export const VERSION = 1;

const MAGIC = [0x53, 0x53, 0x5a];
const PREFIX_BYTES = 12;
const RECORD_BYTES = 20;
const STATUS = [null, "available", "enroute", "on_scene", "busy", "off_duty"] as const;

const NO_PLACE = -(2 ** 31);
const NO_TIME = 0xffffff;
const NO_HEARD = 0xffff;
const NO_ACCURACY = 0xff;
const NONE = 0xfff;
const MAX_LAT = 90e7;
const MAX_LON = 180e7;

/** What was read: a frame; `null` for a word that is none (a `pong`); or why it cannot be read. */
export type Read = Frame | null | "nonsense" | "version";

type Entry = [index: number, s: string, id: string, kind: string, call: string];
type Odd = [
  index: number, at: number | null, heard: number, spd: number | null, hdg: number | null, acc: number | null,
  st: string | null,
];

interface Head {
  t: "snapshot" | "delta";
  boot: string;
  seq: number;
  now: number;
  base: number;
  roster?: Entry[];
  odd?: Odd[];
  boxes?: Box[];
  alarms?: Alarm[];
  gone?: [string, string, string][];
  feed: Feed | null;
  ground: string | null;
  hotspots?: string;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
const FIXED = { t: "string", boot: "string", seq: "number", now: "time", base: "time" } as const;
const isOdd = (row: unknown): boolean =>
  Array.isArray(row) && row.length === 7 && (row[6] === null || typeof row[6] === "string") &&
  tuplesOf([row.slice(0, 6)], "number", "time?", "time", "number?", "number?", "number?");

function isHead(value: unknown): value is Head {
  if (!isObject(value) || !hasShape(value, FIXED) || (value["t"] !== "snapshot" && value["t"] !== "delta")) return false;
  const { roster = [], odd = [], boxes = [], alarms = [], gone = [], feed, ground, hotspots = "" } = value;
  return (
    tuplesOf(roster, "number", "string", "string", "string", "string") &&
    Array.isArray(odd) && odd.every(isOdd) &&
    Array.isArray(boxes) && boxes.every((one) => hasShape(one, BOX)) &&
    Array.isArray(alarms) && alarms.every((one) => hasShape(one, ALARM)) &&
    tuplesOf(gone, "string", "string", "string") &&
    (feed === null || hasShape(feed, FEED)) &&
    (ground === null || typeof ground === "string") &&
    typeof hotspots === "string"
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return "";
  }
}

/** Reads the messages of one connection: its snapshot names the units, what follows speaks of them by number. */
export class FrameReader {
  private readonly roster = new Map<number, Entry>();

  read(data: unknown): Read {
    if (typeof data === "string") {
      const word = parse(data);
      return isObject(word) && word["t"] === "pong" ? null : "nonsense";
    }
    if (!(data instanceof ArrayBuffer) || data.byteLength < PREFIX_BYTES) return "nonsense";
    const view = new DataView(data);
    if (MAGIC.some((byte, at) => view.getUint8(at) !== byte)) return "nonsense";
    if (view.getUint8(3) !== VERSION) return "version";
    const start = PREFIX_BYTES + view.getUint32(4, true);
    const count = view.getUint32(8, true);
    if (data.byteLength !== start + count * RECORD_BYTES) return "nonsense";
    const head = parse(textOf(new Uint8Array(data, PREFIX_BYTES, start - PREFIX_BYTES)));
    if (!isHead(head)) return "nonsense";
    if (head.t === "snapshot") this.roster.clear();
    for (const entry of head.roster ?? []) this.roster.set(entry[0], entry);
    const units = this.units(view, start, count, head);
    if (units === null) return "nonsense";
    return {
      t: head.t, boot: head.boot, seq: head.seq, now: head.now, units,
      boxes: head.boxes ?? [], alarms: head.alarms ?? [], gone: head.gone ?? [], feed: head.feed, ground: head.ground, hotspots: head.hotspots ?? "",
    };
  }

  /** The records as units; null when one speaks of a unit nobody named, or of a place that is none. */
  private units(view: DataView, start: number, count: number, head: Head): Unit[] | null {
    const odd = new Map<number, Odd>();
    for (const one of head.odd ?? []) odd.set(one[0], one);
    const units: Unit[] = new Array<Unit>(count);
    for (let number = 0, offset = start; number < count; number += 1, offset += RECORD_BYTES) {
      const first = view.getUint32(offset, true);
      const entry = this.roster.get(first >>> 12);
      const rawLat = view.getInt32(offset + 4, true);
      const rawLon = view.getInt32(offset + 8, true);
      const second = view.getUint32(offset + 12, true);
      const after = view.getUint16(offset + 16, true);
      const third = view.getUint16(offset + 18, true);
      const placed = rawLat !== NO_PLACE;
      if (entry === undefined || (third & 0xf) >= STATUS.length) return null;
      if (placed && (Math.abs(rawLat) > MAX_LAT || Math.abs(rawLon) > MAX_LON)) return null;
      const told = odd.size === 0 ? undefined : odd.get(entry[0]);
      if (told === undefined && (second >>> 8 === NO_TIME || after === NO_HEARD)) return null;
      const at = head.base - (second >>> 8);
      const heading = first & NONE;
      const speed = third >>> 4;
      const metres = second & NO_ACCURACY;
      units[number] = {
        s: entry[1], id: entry[2], kind: entry[3], call: entry[4],
        lat: placed ? rawLat / 1e7 : null,
        lon: placed ? rawLon / 1e7 : null,
        at: told === undefined ? at : told[1],
        spd: told !== undefined ? told[3] : speed === NONE ? null : speed / 10,
        hdg: told !== undefined ? told[4] : heading === NONE ? null : heading / 10,
        acc: told !== undefined ? told[5] : metres === NO_ACCURACY ? null : metres,
        st: told !== undefined ? told[6] : STATUS[third & 0xf] ?? null,
        heard: told === undefined ? at + after : told[2],
      };
    }
    return units;
  }
}
