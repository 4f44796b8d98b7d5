/** The queue beside the case: every open alarm, the most urgent first, each with its running clock. */

import { runningClock } from "./age";
import type { Desk } from "./desk";
import { fill, flag, make, put } from "./dom";
import { alarmMarks, detailWord, placeName, raisedWord } from "./marks";
import type { Moment, Part, Settings } from "./part";
import type { Alarm } from "./protocol";
import { type Entry, waiting } from "./queue";
import { keyOf, rank, type Touched } from "./state";
import { VirtualList } from "./virtual";

/** Height of a row, px. */
const ROW_PX = 104;

export class DeskQueue implements Part {
  private readonly title: HTMLElement;
  private readonly count: HTMLElement;
  private readonly empty: HTMLElement;
  /** Above the rows and outside what scrolls: a press is seen wherever the list stands. */
  private readonly waiting: HTMLButtonElement;
  private readonly news: HTMLElement;
  private readonly list: VirtualList;
  private readonly rows = {
    keys: [] as string[], build: (row: HTMLElement) => build(row), fill: (row: HTMLElement, key: string) => this.fill(row, key),
    chosen: (key: string) => this.pick(key),
  };
  private entries = new Map<string, Entry>();
  private seen: Set<string> | null = null;

  constructor(private readonly desk: Desk, place: HTMLElement) {
    const head = make("div", "ssz-list-head", place);
    this.title = make("h2", "", head);
    this.count = make("strong", "ssz-count", head);
    this.empty = make("p", "ssz-none", place);
    this.waiting = make("button", "ssz-waiting", place);
    this.waiting.type = "button";
    this.waiting.setAttribute("aria-keyshortcuts", "u");
    this.waiting.onclick = () => this.first();
    this.list = new VirtualList(place, ROW_PX, this.rows);
    this.news = make("p", "ssz-hidden", place);
    this.news.setAttribute("role", "alert");
    desk.on(() => this.draw());
  }

  retell({ words }: Settings): void {
    put(this.title, words["live.desk_queue"] ?? "");
    put(this.empty, words["live.no_alarms"] ?? "");
    this.list.label(words["live.desk_queue"] ?? "");
    this.draw();
  }

  take(touched: Touched): void {
    if (touched.alarms) this.desk.takeAlarms();
  }

  /** Only the clocks of the rows in sight. */
  pulse(_moment: Moment): void {
    this.list.draw();
  }

  stop(): void {
    this.list.stop();
  }

  private pick(key: string): void {
    const entry = this.entries.get(key);
    if (entry?.kind === "group") this.desk.toggle(entry.key);
    else this.desk.choose(key);
  }

  private first(): void {
    this.desk.acts.take({ act: "unanswered" });
    if (this.desk.chosen !== null) this.list.show(this.desk.chosen); // chosen before, it may be out of sight
  }

  private draw(): void {
    const { desk } = this;
    this.entries = new Map(desk.entries.map((entry) => [entry.key, entry]));
    this.rows.keys = [...this.entries.keys()];
    const { alarms, troubles } = desk.view.state;
    put(this.count, String(alarms.size + troubles.size));
    flag(this.count, "some", alarms.size > 0 ? "yes" : "no");
    const open = waiting(desk.entries);
    put(this.waiting, open.length > 0 ? `${desk.word("live.desk_group_waiting", { n: open.length })} (U)` : "");
    flag(this.waiting, "waiting", open.length === 0 ? "none" : open.some((alarm) => rank(alarm) === 1) ? "help" : "other");
    this.empty.hidden = this.rows.keys.length > 0;
    this.list.root.hidden = this.rows.keys.length === 0;
    this.list.mark(desk.chosen, true); // keys choose here, wherever the focus is
    this.list.draw();
    this.announce(alarms);
  }

  /** A press that comes while one works on another is said to those who do not see the screen. */
  private announce(alarms: ReadonlyMap<string, Alarm>): void {
    for (const [key, alarm] of alarms) {
      if (this.seen === null || this.seen.has(key) || alarm.state !== "raised") continue;
      put(this.news, `${raisedWord(alarm, this.desk.view.settings.words)} ${alarm.place}`);
    }
    if (this.desk.view.state.frames > 0) this.seen = new Set(alarms.keys());
  }

  private fill(row: HTMLElement, key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    const { view } = this.desk;
    const { words } = view.settings;
    const [place, clock, what, state, marks] = [...row.children] as HTMLElement[];
    const now = view.clock.now();
    if (entry.kind === "group") {
      flag(row, "state", "group");
      const open = this.desk.opened.has(key);
      row.setAttribute("aria-expanded", String(open));
      const name = entry.why === "shelved" ? "shelved" : entry.technical ? "technical" : "report";
      put(place!, `${words[`live.desk_group_${name}`] ?? ""} ${entry.alarms.length}`);
      put(clock!, runningClock(now - Math.min(...entry.alarms.map((alarm) => alarm.raised))));
      const waiting = entry.alarms.filter((alarm) => alarm.state === "raised").length;
      put(what!, fill(words["live.desk_group_waiting"] ?? "", { n: waiting }));
      put(state!, words[open ? "live.desk_group_close" : "live.desk_group_open"] ?? "");
      put(marks!, "");
      return;
    }
    const { alarm } = entry;
    row.removeAttribute("aria-expanded");
    flag(row, "state", alarm.state);
    flag(row, "prio", String(alarm.prio));
    flag(row, "level", String(alarm.level));
    put(place!, placeName(alarm, words));
    put(clock!, runningClock(now - alarm.raised));
    const presses = alarm.presses > 1 ? ` · ${fill(words["live.presses"] ?? "", { n: alarm.presses })}` : "";
    put(what!, `${words[`live.kind_${alarm.kind}`] ?? alarm.kind} · ${view.originName(alarm)}${presses}${detailWord(alarm, words)}`);
    const who = alarm.by && alarm.state !== "raised" ? ` ${fill(words["live.by"] ?? "", { who: alarm.by })}` : "";
    put(state!, `${words[`live.alarm_${alarm.state}`] ?? alarm.state}${who}${alarm.unit ? ` → ${view.state.units.get(keyOf(alarm.s, alarm.unit))?.call || alarm.unit}` : ""}`);
    put(marks!, alarmMarks(alarm, words).join(" · "));
  }
}

function build(row: HTMLElement): void {
  make("strong", "", row);
  make("time", "", row);
  make("span", "", row);
  make("b", "", row);
  make("em", "", row);
}
