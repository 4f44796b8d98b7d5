/** The SOS list: one row for each open alarm, its own running clock, the button that answers it. */

import { runningClock } from "./age";
import { arrange, attr, fill, flag, make, put } from "./dom";
import type { Pressed } from "./hotkeys";
import { alarmMarks, placeName, raisedWord, type Words } from "./marks";
import type { Moment, Part, Settings } from "./part";
import type { Alarm } from "./protocol";
import { Settled } from "./settled";
import { inOrder, type Key, keyOf, rank, type Touched } from "./state";

export interface ListNeeds {
  /** Key of the words over the list, where they are not the usual ones. */
  title?(): string;
  alarms(): Map<Key, Alarm>;
  /** Open trouble of equipment: said in one line below, for it is answered at the desk. */
  troubles(): Map<Key, Alarm>;
  now(): number;
  /** Name of a unit's call sign, or of a box. */
  originName(alarm: Alarm): string;
  acknowledge(alarm: Alarm): Promise<void>;
  show(alarm: Alarm): void;
}

interface Row {
  root: HTMLElement;
  clock: HTMLElement;
  place: HTMLElement;
  origin: HTMLElement;
  state: HTMLElement;
  marks: HTMLElement;
  button: HTMLButtonElement;
  said: HTMLElement;
  alarm: Alarm;
  busy: boolean;
}

/** From so many on, a wall shows all but the first in one line each. */
const MANY = 3;
/** How long a wall shows one page of a list that is longer than its screen, ms. */
const LEAF_MS = 8_000;

export class AlarmList implements Part {
  private readonly rows = new Map<Key, Row>();
  private readonly list: HTMLElement;
  private readonly empty: HTMLElement;
  private readonly title: HTMLElement;
  private readonly count: HTMLElement;
  private readonly rest: HTMLElement;
  private readonly news: HTMLElement;
  /** Above the rows and outside what scrolls: a press is seen wherever the list stands. A wall leafs instead. */
  private readonly waiting: HTMLButtonElement;
  /** The first that nobody has. */
  private readonly first = new Settled();
  private words: Words = {};
  private mayAcknowledge = false;

  constructor(place: HTMLElement, private readonly needs: ListNeeds, private readonly leafs = false) {
    const head = make("div", "ssz-list-head", place);
    this.title = make("h2", "", head);
    this.count = make("strong", "ssz-count", head);
    this.waiting = make("button", "ssz-waiting", place);
    this.waiting.type = "button";
    this.waiting.hidden = true;
    this.waiting.onclick = () => this.goToFirst();
    this.list = make("ul", "ssz-list", place);
    this.empty = make("p", "ssz-none", place);
    this.rest = make("p", "ssz-rest", place);
    this.news = make("p", "ssz-hidden", place);
    this.news.setAttribute("role", "alert");
    // In the capture phase: the bar of past moments keeps its keys for itself, and an alarm of now is answered there too.
    addEventListener("keydown", this.key, true);
  }

  stop(): void {
    removeEventListener("keydown", this.key, true);
  }

  retell({ words, mayAcknowledge }: Settings): void {
    this.words = words;
    this.mayAcknowledge = mayAcknowledge;
    for (const row of this.rows.values()) this.fillRow(row);
    this.draw();
  }

  take(touched: Touched): void {
    if (touched.alarms) this.draw();
  }

  turned(): void {
    this.draw();
  }

  /** Move the clocks on; on a wall nobody scrolls, so a list longer than the screen is leafed through. */
  pulse(moment: Moment): void {
    for (const row of this.rows.values()) put(row.clock, runningClock(moment.now - row.alarm.raised));
    flag(this.list, "settled", this.first.at(performance.now()) ? "yes" : "no");
    if (this.leafs) leaf(this.list, moment.now);
  }

  private draw(): void {
    const { words } = this;
    const alarms = this.needs.alarms();
    put(this.title, words[this.needs.title?.() ?? "live.open_alarms"] ?? "");
    put(this.count, String(alarms.size));
    flag(this.count, "some", alarms.size > 0 ? "yes" : "no");
    for (const [key, row] of this.rows) {
      if (alarms.has(key)) continue;
      row.root.remove();
      this.rows.delete(key);
    }
    const ordered = inOrder(alarms.values());
    for (const alarm of ordered) this.keep(keyOf(alarm.s, alarm.id), alarm);
    arrange(this.list, ordered.map((alarm) => this.rows.get(keyOf(alarm.s, alarm.id))!.root));
    flag(this.list, "many", ordered.length > MANY ? "yes" : "no");
    const open = ordered.filter((alarm) => alarm.state === "raised");
    this.first.stands(open[0] === undefined ? null : keyOf(open[0].s, open[0].id), performance.now());
    flag(this.list, "settled", this.first.at(performance.now()) ? "yes" : "no");
    put(this.waiting, open.length > 0 ? fill(words["live.desk_group_waiting"] ?? "", { n: open.length }) : "");
    flag(this.waiting, "waiting", open.some((alarm) => rank(alarm) === 1) ? "help" : "other");
    this.waiting.hidden = this.leafs || open.length === 0;
    put(this.empty, alarms.size === 0 ? words["live.no_alarms"] ?? "" : "");
    this.empty.hidden = alarms.size > 0;
    const troubles = this.needs.troubles().size;
    put(this.rest, troubles > 0 ? fill(words["live.troubles"] ?? "", { n: troubles }) : "");
    this.rest.hidden = troubles === 0;
  }

  private keep(key: Key, alarm: Alarm): void {
    let row = this.rows.get(key);
    if (row === undefined) {
      row = this.build(key, alarm);
      this.rows.set(key, row);
      if (alarm.state === "raised") put(this.news, `${raisedWord(alarm, this.words)} ${alarm.place}`);
    }
    row.alarm = alarm;
    this.fillRow(row);
    put(row.clock, runningClock(this.needs.now() - alarm.raised));
  }

  private build(key: Key, alarm: Alarm): Row {
    const root = make("li", "ssz-alarm");
    root.dataset["alarm"] = key;
    root.tabIndex = -1;
    const top = make("div", "ssz-alarm-top", root);
    const place = make("button", "ssz-place", top);
    const clock = make("time", "ssz-clock", top);
    clock.setAttribute("role", "timer");
    const origin = make("div", "ssz-origin", root);
    const marks = make("div", "ssz-marks", root);
    const foot = make("div", "ssz-alarm-foot", root);
    const state = make("span", "ssz-state", foot);
    const button = make("button", "ssz-ack", foot);
    const said = make("div", "ssz-said", root);
    said.setAttribute("role", "status");
    place.type = "button";
    button.type = "button";
    const row: Row = { root, clock, place, origin, state, marks, button, said, alarm, busy: false };
    place.onclick = () => this.needs.show(row.alarm);
    button.onclick = () => void this.acknowledge(row);
    return row;
  }

  private fillRow(row: Row): void {
    const { words, mayAcknowledge } = this;
    const { alarm } = row;
    flag(row.root, "state", alarm.state);
    flag(row.root, "stored", alarm.stored ? "yes" : "no");
    flag(row.root, "level", String(alarm.level));
    put(row.place, placeName(alarm, words));
    const presses = alarm.presses > 1 ? ` · ${fill(words["live.presses"] ?? "", { n: alarm.presses })}` : "";
    put(row.origin, `${words[`live.kind_${alarm.kind}`] ?? words["live.kind_sos"] ?? ""} · ${this.needs.originName(alarm)}${presses}`);
    const marks = alarmMarks(alarm, words);
    if (row.marks.dataset["text"] !== marks.join("|")) {
      row.marks.dataset["text"] = marks.join("|");
      row.marks.replaceChildren(...marks.map((mark) => Object.assign(make("span"), { textContent: mark })));
    }
    const word = words[`live.alarm_${alarm.state}`] ?? alarm.state;
    const who = alarm.by && alarm.state !== "raised" ? ` ${fill(words["live.by"] ?? "", { who: alarm.by })}` : "";
    const unit = alarm.unit ? ` → ${alarm.unit}` : "";
    put(row.state, `${word}${who}${unit}`);
    put(row.button, row.busy ? words["live.sending"] ?? "" : words["sos.acknowledge_btn"] ?? "");
    const answerable = alarm.state === "raised" && alarm.stored && mayAcknowledge;
    if (!answerable && document.activeElement === row.button) row.root.focus({ preventScroll: true });
    row.button.hidden = !answerable;
    row.button.disabled = row.busy;
    attr(row.button, "aria-keyshortcuts", "a");
    if (alarm.state !== "raised") put(row.said, "");
  }

  private async acknowledge(row: Row): Promise<void> {
    if (row.busy || row.alarm.state !== "raised") return;
    row.busy = true;
    this.fillRow(row);
    try {
      await this.needs.acknowledge(row.alarm);
      put(row.said, "");
    } catch (error) {
      put(row.said, error instanceof Error ? error.message : String(error));
    } finally {
      row.busy = false;
      this.fillRow(row);
    }
  }

  private firstRow(): Row | undefined {
    const first = inOrder([...this.rows.values()].map((row) => row.alarm)).find((alarm) => alarm.state === "raised");
    return first && this.rows.get(keyOf(first.s, first.id));
  }

  /** A person asked: the first that nobody has comes into sight, and keys act on it. */
  private goToFirst(): void {
    const row = this.firstRow();
    if (row === undefined) return;
    row.place.focus();
    this.needs.show(row.alarm);
  }

  /** `a` answers the row that holds the focus, else the first unanswered one, once it has stood there to be read. */
  private readonly key = (event: KeyboardEvent): void => {
    if (!answers(event) || isWriting(event.target)) return;
    const held = [...this.rows.values()].find((row) => row.root.contains(document.activeElement));
    const chosen = held?.alarm.state === "raised";
    const row = chosen ? held : this.firstRow();
    if (row === undefined || row.button.hidden) return;
    if (chosen || this.first.at(performance.now())) void this.acknowledge(row);
    else put(row.said, this.words["live.first_changed"] ?? "");
  };
}

/** By the place of the key: with a Thai layout it answers too. */
export const answers = ({ code, ctrlKey, metaKey, altKey, repeat }: Omit<Pressed, "key">): boolean =>
  code === "KeyA" && !(ctrlKey || metaKey || altKey || repeat);

/** Whether letters mean something where the focus is. A slider takes none. */
const isWriting = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("input:not([type=range]), textarea, select, [contenteditable=true], [role=dialog]") !== null;

/** Turn to the page of this moment: whole rows, the first one always there. A list somebody is in stays as it is,
 * as long as a hand is there: after a click the focus stays behind. */
export function leaf(list: HTMLElement, now: number): void {
  const free = list.scrollHeight - list.clientHeight;
  const hand = list.closest<HTMLElement>(".ssz")?.dataset["hand"] === "yes";
  if (free <= 4 || (hand && list.contains(document.activeElement))) return;
  const [first, ...rest] = [...list.children] as HTMLElement[];
  const second = rest[0];
  if (first === undefined || second === undefined) return;
  const gap = second.offsetTop - first.offsetTop - first.offsetHeight;
  const fit = Math.max(1, Math.floor((list.clientHeight - first.offsetHeight - gap) / (second.offsetHeight + gap)));
  const page = Math.floor(now / LEAF_MS) % Math.ceil(rest.length / fit);
  const top = rest[Math.min(page * fit, Math.max(0, rest.length - fit))]!;
  const wanted = Math.min(free, top.offsetTop - second.offsetTop);
  if (Math.abs(list.scrollTop - wanted) > 2) list.scrollTop = wanted;
}
