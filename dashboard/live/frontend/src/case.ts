/** One alarm in full, fetched from the server, and fetched again whenever the feed tells of a newer version of it. */

import type { Alarm } from "./protocol";
import { safely } from "./safely";

export interface Line {
  v: number;
  step: string;
  at: number;
  by: string;
  from: string;
  old: string;
  new: string;
  detail: string;
  item: string;
}

export interface Item {
  id: string;
  th: string;
  en: string;
  done: boolean;
  by: string;
  at: number | null;
}

export interface Camera {
  id: string;
  th: string;
  en: string;
  lat: number;
  lon: number;
  metres: number;
  total: number;
  working: number | null;
  linked: number | null;
  note: string;
  at: number | null;
  stream: string;
}

export interface Earlier {
  id: string;
  kind: string;
  state: string;
  outcome: string;
  raised: number;
  changed: number;
  presses: number;
  by: string;
}

export interface Notice {
  level: number;
  channel: string;
  attempt: number;
  at: number;
  /** `sending`, `sent`, `failed` or `quota`. */
  outcome: string;
  error: string;
}

export interface Case {
  now: number;
  alarm: Alarm;
  changed: number;
  box: { id: string; tested: number | null; heard: number | null } | null;
  earlier: Earlier[];
  cameras: Camera[];
  procedure: { own: boolean; problem: string; items: Item[] };
  history: Line[];
  left_out: number;
  /** Tries to tell people outside the room; not told by an older server. */
  notices?: Notice[];
}

/** A unit that could be sent, as `docs/dispatch.md` tells it. */
export interface NearUnit {
  unit: string;
  station: string;
  call: string;
  status: string | null;
  /** Id of the alarm it has been sent to; empty for none. */
  alarm: string;
  metres: number | null;
  /** What the metres are along: `line` is a straight line, lengthened. */
  along: "streets" | "line" | "";
  seconds: number | null;
  /** Of its newest fix. */
  age_s: number | null;
  fresh: boolean;
  free: boolean;
  too_old: boolean;
}

/** Why none of the units of a list can be sent without a word by radio first; null: one can. */
export function doubtOf(units: readonly NearUnit[]): "old" | "busy" | null {
  if (!units.some((unit) => unit.fresh)) return "old";
  return units.some((unit) => unit.fresh && unit.free) ? null : "busy";
}

const STEPS_OF_PEOPLE = new Set(["acknowledge", "assign", "arrive", "close", "restore", "drill_over"]);

/** The line that brought the alarm into its state; null while nobody has done anything. */
export function lastStep(history: readonly Line[]): Line | null {
  for (let i = history.length - 1; i >= 0; i -= 1) {
    const line = history[i]!;
    if (STEPS_OF_PEOPLE.has(line.step)) return line;
  }
  return null;
}

/** The timeline, the newest first: the history, and between its lines whom somebody tried to tell. The tries say all that
 * the history's own line of them says. */
export function timeline({ history, notices }: Case): Line[] {
  const tries = (notices ?? []).map((one): Line => ({
    v: 0, step: `notice_${one.outcome}`, at: one.at, by: "", from: "", old: "", new: "", item: "",
    detail: `${one.channel}${one.attempt > 1 ? ` (${one.attempt})` : ""}${one.error ? ` · ${one.error}` : ""}`,
  }));
  const own = notices === undefined ? history : history.filter((line) => line.step !== "notice");
  return [...own, ...tries].sort((a, b) => b.at - a.at || b.v - a.v);
}

/** Fetches one thing at a time: what is asked for meanwhile is fetched after it, and only the last of it. */
export class Fetcher<T> {
  private busy = false;
  private wanted: string | null = null;

  constructor(private readonly got: (address: string, found: T | null) => void) {}

  ask(address: string): void {
    this.wanted = address;
    if (!this.busy) void this.run();
  }

  private async run(): Promise<void> {
    this.busy = true;
    try {
      while (this.wanted !== null) {
        const address = this.wanted;
        this.wanted = null;
        const found = await fetched<T>(address);
        safely(() => this.got(address, found));
      }
    } finally {
      this.busy = false;
    }
  }
}

const PATIENCE_MS = 10_000;

async function fetched<T>(address: string): Promise<T | null> {
  try {
    const response = await fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.ok ? ((await response.json()) as T) : null;
  } catch {
    return null;
  }
}
