/** What the desk works on: the chosen alarm, all that is kept of it, the units that could be sent, and the steps taken.
 * Panels draw it; they change nothing but through here. */

import { type StepName, type Steps, takeStep, tick } from "./answer";
import { type Case, Fetcher, type NearUnit } from "./case";
import { fill } from "./dom";
import type { Act } from "./hotkeys";
import { placeName } from "./marks";
import type { Alarm } from "./protocol";
import { type Entry, firstUnanswered, groupOf, neighbour, queueOf } from "./queue";
import { safely } from "./safely";
import { parseSelection, selectionKey } from "./selection";
import { SETTLE_MS } from "./settled";
import { EQUIPMENT, type Key, keyOf } from "./state";
import type { View } from "./view";

/** How often the units that could be sent are asked for again: they drive. */
const UNITS_MS = 4_000;
/** What failed is asked for again after this long. */
const AGAIN_MS = 3_000;
/** How long one key puts trouble of equipment aside, min. */
const SHELVE_MIN = 60;

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
  /** An outcome is asked for. */
  closing = false;
  helping = false;
  busy: StepName | "tick" | null = null;
  private sending: Promise<boolean> = Promise.resolve(true);
  said = "";
  entries: Entry[] = [];
  /** Groups of the queue that are opened, by their key. */
  readonly opened = new Set<string>();
  private readonly told = new Set<() => void>();
  private readonly cases: Fetcher<Case>;
  private readonly nearest: Fetcher<NearUnit[]>;
  private readonly since = new Map<number, { unit: string; at: number }>();
  private askedAt = -Infinity;
  private askedVersion = -1;
  private readonly leave: () => void;

  constructor(readonly view: View) {
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
    if (this.chosen === null && first !== null) this.choose(first);
    const now = this.open();
    if (now !== undefined) this.alarm = now;
    else if (this.alarm !== null && this.alarm.state !== "closed") this.askCase(); // it was closed: the server says how
    if (now !== undefined && now.v > this.askedVersion) this.askCase();
    if (this.closing && this.alarm?.state === "closed") this.closing = false;
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
    this.closing = false;
    this.said = "";
    this.failed = { known: false, units: false };
    const group = groupOf(this.entries, key);
    if (group !== null && !this.opened.has(group)) {
      this.opened.add(group);
      this.line();
    }
    this.view.selection.set(selectionKey("alarm", key));
    const { lat, lon } = alarm;
    if (lat !== null && lon !== null) safely(() => this.view.map?.centre(lat, lon));
    this.askCase();
    this.askUnits();
    this.tell();
  }

  toggle(group: string): void {
    if (!this.opened.delete(group)) this.opened.add(group);
    this.takeAlarms();
  }

  private askCase(): void {
    if (this.alarm === null || !this.alarm.stored) return; // not yet stored: the server knows nothing of it
    this.askedVersion = this.alarm.v;
    this.askedAt = performance.now();
    this.cases.ask(this.address());
  }

  private askUnits(): void {
    this.unitsAt = performance.now();
    if (this.alarm === null || this.alarm.state === "closed" || !this.alarm.stored) return;
    this.nearest.ask(this.address("/units"));
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
    if (address !== this.address("/units")) return;
    this.failed.units = found === null;
    if (found !== null) {
      this.units = found;
      const now = performance.now();
      found.slice(0, 9).forEach(({ unit }, index) => {
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

  get mayAct(): boolean {
    return this.view.settings.mayAcknowledge;
  }

  /** Whether a step is possible now, by the alarm's life. */
  permits(step: StepName): boolean {
    const { alarm } = this;
    if (alarm === null || !alarm.stored || !this.mayAct) return false;
    if (step === "shelve") return alarm.prio === EQUIPMENT && !this.isShelved() && ["raised", "acknowledged"].includes(alarm.state);
    if (step === "unshelve") return this.isShelved();
    const from: Record<typeof step, readonly string[]> = {
      acknowledge: ["raised"], assign: ["acknowledged", "assigned", "on_scene"], arrive: ["assigned"],
      close: ["acknowledged", "assigned", "on_scene"], note: ["raised", "acknowledged", "assigned", "on_scene", "closed"],
    };
    return from[step].includes(alarm.state);
  }

  /** Whether it is put aside now: trouble of equipment only. */
  isShelved(): boolean {
    const { alarm } = this;
    return alarm !== null && alarm.prio === EQUIPMENT && alarm.shelved !== null && alarm.shelved > this.view.clock.now();
  }

  async step<S extends StepName>(step: S, said: Steps[S]): Promise<boolean> {
    const { alarm } = this;
    if (alarm === null || !this.permits(step) || this.waits()) return false;
    return this.send(step, alarm, () => takeStep(this.view.settings, alarm, step, said));
  }

  async tick(item: string, done: boolean): Promise<boolean> {
    const { alarm } = this;
    if (alarm === null || !this.permits("note")) return false;
    while (this.busy !== null && this.busy !== "tick") await this.sending; // a tick right after a step is not lost
    if (this.waits()) return false;
    return this.send("tick", alarm, () => tick(this.view.settings, alarm, item, done));
  }

  /** One step at a time: whether another is on its way, which is said. */
  private waits(): boolean {
    if (this.busy !== null) this.say(this.word("live.sending"));
    return this.busy !== null;
  }

  private send(what: StepName | "tick", alarm: Alarm, send: () => Promise<void>): Promise<boolean> {
    const sending = this.sent(what, alarm, send);
    this.sending = sending;
    return sending;
  }

  private async sent(what: StepName | "tick", alarm: Alarm, send: () => Promise<void>): Promise<boolean> {
    this.busy = what;
    this.say("");
    try {
      await send();
      if (this.said === this.word("live.sending")) this.said = "";
      return true;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const here = this.isChosen(alarm);
      this.say(here ? why : `${placeName(alarm, this.view.settings.words)}: ${why}`); // of the alarm that was left meanwhile
      if (here) this.askCase(); // somebody else may have been first: who, and when
      return false;
    } finally {
      this.busy = null;
      this.tell();
    }
  }

  say(words: string): void {
    this.said = words;
    this.tell();
  }

  word(key: string, values: Record<string, string | number> = {}): string {
    return fill(this.view.settings.words[key] ?? "", values);
  }

  /** Whether a number has stood for the same unit long enough to be read. */
  settled(nth: number): boolean {
    return performance.now() - (this.since.get(nth - 1)?.at ?? Infinity) >= SETTLE_MS;
  }

  /** Send the unit at a number. It must have stood there while a person could read it. */
  assign(nth: number): void {
    const unit = this.units?.[nth - 1];
    if (unit === undefined) return this.say(this.word("live.desk_no_nth", { n: nth }));
    if (!this.permits("assign")) return this.say(this.word(this.alarm?.state === "raised" ? "live.desk_answer_first" : "live.desk_not_now"));
    if (!this.settled(nth)) return this.say(this.word("live.desk_changed", { n: nth }));
    void this.step("assign", { unit: unit.unit });
  }

  /** Take an act of the keyboard that needs no panel of its own; false when it is for a panel. */
  take(act: Act): boolean {
    if (act.act === "acknowledge") this.acknowledge();
    else if (act.act === "assign") this.assign(act.nth);
    else if (act.act === "arrive") this.tryStep("arrive", {});
    else if (act.act === "close") this.askOutcome();
    else if (act.act === "shelve") this.shelve();
    else if (act.act === "outcome") this.close(act.outcome);
    else if (act.act === "next" || act.act === "previous") this.move(neighbour(this.entries, this.chosen, act.act === "next" ? 1 : -1));
    else if (act.act === "unanswered") this.move(firstUnanswered(this.entries));
    else if (act.act === "help") this.help(!this.helping);
    else if (act.act === "back") this.back();
    else return false;
    return true;
  }

  private move(key: Key | null): void {
    if (key !== null) this.choose(key);
  }

  /** The chosen alarm; when somebody has it, the next that nobody has is shown first: none is answered unseen. */
  private acknowledge(): void {
    if (this.permits("acknowledge")) void this.step("acknowledge", {});
    else this.move(firstUnanswered(this.entries));
  }

  private tryStep(step: "arrive", said: Record<string, never>): void {
    if (this.permits(step)) void this.step(step, said);
    else this.say(this.word(this.alarm?.state === "raised" ? "live.desk_answer_first" : "live.desk_not_now"));
  }

  /** Trouble of equipment is put aside for an hour, or taken back; a person's alarm never is. */
  private shelve(): void {
    if (this.permits("unshelve")) void this.step("unshelve", {});
    else if (this.permits("shelve")) void this.step("shelve", { minutes: SHELVE_MIN, note: this.word("live.desk_shelve_why") });
    else this.say(this.word("live.desk_shelve_never"));
  }

  askOutcome(): void {
    if (this.permits("close")) this.closing = !this.closing;
    else this.said = this.word(this.alarm?.state === "raised" ? "live.desk_answer_first" : "live.desk_not_now");
    this.tell();
  }

  close(outcome: string): void {
    if (this.busy === null) this.closing = false; // else the outcome is still asked for
    void this.step("close", { outcome });
  }

  help(shown: boolean): void {
    this.helping = shown;
    this.tell();
  }

  private back(): void {
    this.closing = false;
    this.helping = false;
    this.tell();
  }

  isChosen(alarm: Alarm): boolean {
    return keyOf(alarm.s, alarm.id) === this.chosen;
  }
}
