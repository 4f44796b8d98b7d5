/** What the desk works on: the chosen alarm, all that is kept of it, the units that could be sent, and the steps taken.
 * Panels draw it; they change nothing but through here. */

import type { StepName, Steps } from "./answer";
import { type Case, Fetcher, type NearUnit } from "./case";
import { DeskActs } from "./deskacts";
import { DeskSteps } from "./desksteps";
import { fill } from "./dom";
import type { Asking } from "./hotkeys";
import { isShelved, permits } from "./permitted";
import type { Alarm } from "./protocol";
import { type Entry, firstUnanswered, groupOf, queueOf } from "./queue";
import { safely } from "./safely";
import { parseSelection, selectionKey } from "./selection";
import { SETTLE_MS } from "./settled";
import { type Key, keyOf } from "./state";
import { Turn } from "./turn";
import type { View } from "./view";

/** How often the units that could be sent are asked for again: they drive. */
const UNITS_MS = 4_000;
/** The map waits so long at most for the words of the alarm that was chosen: to draw the ground takes as long as they. */
const MAP_WAITS_MS = 600;
/** What failed is asked for again after this long. */
const AGAIN_MS = 3_000;

export class Desk {
  /** Key of the chosen alarm. */
  chosen: Key | null = null;
  /** The chosen alarm as last told; stays when it is closed, until another is chosen. */
  alarm: Alarm | null = null;
  known: Case | null = null;
  units: NearUnit[] | null = null;
  unitsAt = 0;
  /** What could not be fetched: said, for a desk that shows old words must not look like one that knows. */
  failed = { known: false, units: false };
  /** What digits answer now. */
  asking: Asking | null = null;
  /** Part of a name: the units that could be sent are those that have it. Empty: the nearest. */
  wanted = "";
  helping = false;
  busy: StepName | "tick" | null = null;
  said = "";
  entries: Entry[] = [];
  /** Groups of the queue that are opened, by their key. */
  readonly opened = new Set<string>();
  readonly acts = new DeskActs(this);
  private readonly steps = new DeskSteps(this);
  private readonly told = new Set<() => void>();
  private readonly cases: Fetcher<Case>;
  private readonly nearest: Fetcher<NearUnit[]>;
  private readonly since = new Map<number, { unit: string; at: number }>();
  /** Of the alarm chosen last: the map moves to it when its words are on the screen. */
  private turn: Turn | null = null;
  private askedAt = -Infinity;
  private askedVersion = -1;
  private readonly leave: () => void;

  /** `named`: the alarm the page was opened for. */
  constructor(readonly view: View, private readonly named: Key | null = null) {
    this.cases = new Fetcher((address, found) => this.gotCase(address, found));
    this.nearest = new Fetcher((address, found) => this.gotUnits(address, found));
    this.leave = view.selection.on((key) => {
      const picked = parseSelection(key ?? "");
      if (picked?.kind === "alarm") this.choose(picked.key);
    });
  }

  stop(): void {
    this.leave();
  }

  /** Called at each change. */
  on(tell: () => void): void {
    this.told.add(tell);
  }

  tell(): void {
    for (const tell of [...this.told]) safely(tell);
    if (this.whole) this.turn?.now();
  }

  /** Address of what the server keeps of the chosen alarm. */
  address(what = ""): string {
    const id = encodeURIComponent(this.alarm?.id ?? "");
    return `${this.view.settings.base}live/desk/${id}${what}?station=${encodeURIComponent(this.alarm?.s ?? "")}`;
  }

  /** The feed told of alarms: the queue is made anew, the chosen alarm stays the chosen one. */
  takeAlarms(): void {
    this.line();
    const first = this.entries.find((entry) => entry.kind === "alarm")?.key ?? firstUnanswered(this.entries);
    // A link from elsewhere names the alarm it is about; while that is open it is the one to begin with.
    if (this.chosen === null && this.named !== null) this.choose(this.named);
    if (this.chosen === null && first !== null) this.choose(first);
    const now = this.open();
    if (now !== undefined) this.alarm = now;
    else if (this.alarm !== null && this.alarm.state !== "closed") this.askCase(); // it was closed: the server says how
    if (now !== undefined && now.v > this.askedVersion) this.askCase();
    if (this.alarm?.state === "closed") this.asking = null;
    this.tell();
  }

  private line(): void {
    const { alarms, troubles } = this.view.state;
    this.entries = queueOf([...alarms.values(), ...troubles.values()], this.view.clock.now(), this.opened);
  }

  /** The alarm of a key, while it is open. */
  open(key = this.chosen): Alarm | undefined {
    const { alarms, troubles } = this.view.state;
    return key === null ? undefined : alarms.get(key) ?? troubles.get(key);
  }

  choose(key: Key): void {
    const alarm = this.open(key);
    if (key === this.chosen || alarm === undefined) return;
    this.chosen = key;
    this.alarm = alarm;
    this.askedVersion = -1;
    this.known = null;
    this.units = null;
    this.since.clear();
    this.asking = null;
    this.wanted = "";
    this.said = "";
    this.failed = { known: false, units: false };
    const group = groupOf(this.entries, key);
    if (group !== null && !this.opened.has(group)) {
      this.opened.add(group);
      this.line();
    }
    this.view.selection.set(selectionKey("alarm", key));
    this.centre(alarm, key);
    this.askCase();
    this.askUnits();
    this.tell();
  }

  /** Move the map to an alarm, after its words; who walks along the queue moves it once. */
  private centre({ lat, lon }: Alarm, key: Key): void {
    if (lat === null || lon === null) return;
    const move = (): void => safely(() => this.view.map.centre(lat, lon));
    if (this.view.map.raw === null) return move(); // it is made there
    this.turn = new Turn(MAP_WAITS_MS);
    void this.turn.come.then(() => this.chosen === key && move());
  }

  toggle(group: string): void {
    if (!this.opened.delete(group)) this.opened.add(group);
    this.takeAlarms();
  }

  askCase(): void {
    if (this.alarm === null || !this.alarm.stored) return; // not yet stored: the server knows nothing of it
    this.askedVersion = this.alarm.v;
    this.askedAt = performance.now();
    this.cases.ask(this.address());
  }

  private askUnits(): void {
    this.unitsAt = performance.now();
    if (this.alarm === null || this.alarm.state === "closed" || !this.alarm.stored) return;
    this.nearest.ask(this.unitsAddress());
  }

  private unitsAddress(): string {
    return `${this.address("/units")}${this.wanted === "" ? "" : `&name=${encodeURIComponent(this.wanted)}`}`;
  }

  /** List the units with this in their name; empty: the nearest again. */
  find(name: string): void {
    if (name === this.wanted) return;
    this.wanted = name;
    this.units = null; // what is listed was found by another name: no number means it any more
    this.since.clear();
    this.askUnits();
    this.tell();
  }

  private gotCase(address: string, found: Case | null): void {
    if (address !== this.address()) return; // of an alarm that was left meanwhile
    this.failed.known = found === null;
    if (found !== null) {
      this.known = found;
      const open = this.open();
      // The feed is quicker, or the server's word is newer: what has the higher version counts.
      if (open === undefined || found.alarm.v > open.v) this.alarm = found.alarm;
    }
    this.tell();
  }

  private gotUnits(address: string, found: NearUnit[] | null): void {
    if (address !== this.unitsAddress()) return;
    this.failed.units = found === null;
    if (found !== null) {
      this.units = found;
      const now = performance.now();
      found.forEach(({ unit }, index) => {
        if (this.since.get(index)?.unit !== unit) this.since.set(index, { unit, at: now });
      });
    }
    this.tell();
  }

  /** Once a second: what has failed or grown old is asked for again. */
  second(): void {
    const now = performance.now();
    if (this.failed.known && now - this.askedAt > AGAIN_MS) this.askCase();
    if (now - this.unitsAt > UNITS_MS) this.askUnits();
    this.tell();
  }

  /** Whether the page says all there is to say: of the chosen alarm in full, or that there is none. */
  get whole(): boolean {
    const waits = this.alarm?.stored === true && this.known === null && !this.failed.known;
    return this.view.state.frames > 0 && !waits;
  }

  get mayAct(): boolean {
    return this.view.settings.mayAcknowledge;
  }

  /** Whether a step is possible now, by the alarm's life. */
  permits(step: StepName): boolean {
    return this.alarm !== null && this.mayAct && permits(this.alarm, step, this.view.clock.now());
  }

  isShelved(): boolean {
    return this.alarm !== null && isShelved(this.alarm, this.view.clock.now());
  }

  /** Take a step on the chosen alarm; whether it was taken. */
  step<S extends StepName>(step: S, said: Steps[S]): Promise<boolean> {
    return this.steps.step(step, said);
  }

  tick(item: string, done: boolean): Promise<boolean> {
    return this.steps.tick(item, done);
  }

  say(words: string): void {
    this.said = words;
    this.tell();
  }

  word(key: string, values: Record<string, string | number> = {}): string {
    return fill(this.view.settings.words[key] ?? "", values);
  }

  /** Whether a place in the list has stood for the same unit long enough to be read. */
  settled(nth: number): boolean {
    return performance.now() - (this.since.get(nth - 1)?.at ?? Infinity) >= SETTLE_MS;
  }

  help(shown: boolean): void {
    this.helping = shown;
    this.tell();
  }

  back(): void {
    this.asking = null;
    this.helping = false;
    this.tell();
  }

  isChosen(alarm: Alarm): boolean {
    return keyOf(alarm.s, alarm.id) === this.chosen;
  }
}
