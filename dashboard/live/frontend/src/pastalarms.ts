/** The alarms that were open at the past moment that is shown: under those of now, which stay where they are. */

import { dateAndTime, runningClock } from "./age";
import { arrange, fill, flag, make, put } from "./dom";
import type { Part } from "./part";
import type { Alarm } from "./protocol";
import { alarmText } from "./rows";
import { selectionKey } from "./selection";
import { inOrder, keyOf } from "./state";
import type { View } from "./view";

export class PastAlarms implements Part {
  private readonly title: HTMLElement;
  private readonly list: HTMLElement;
  private readonly none: HTMLElement;
  private readonly rows = new Map<string, HTMLButtonElement>();

  constructor(private readonly place: HTMLElement, private readonly view: View) {
    place.hidden = true;
    this.title = make("h2", "", place);
    this.list = make("div", "ssz-then-list", place);
    this.none = make("p", "ssz-none", place);
  }

  retell(): void {
    this.turned();
  }

  turned(): void {
    const { past, settings: { words, language, timezone } } = this.view;
    this.place.hidden = past === null;
    if (past === null) return;
    const { date, time } = dateAndTime(past.now, language, timezone);
    put(this.title, fill(words["live.then_alarms"] ?? "{time}", { date, time, n: past.alarms.size }));
    const alarms = inOrder(past.alarms.values());
    const wanted = new Map(alarms.map((alarm) => [keyOf(alarm.s, alarm.id), alarm]));
    for (const [key, row] of this.rows) {
      if (wanted.has(key)) continue;
      row.remove();
      this.rows.delete(key);
    }
    arrange(this.list, [...wanted].map(([key, alarm]) => this.row(key, alarm, past.now)));
    put(this.none, words["live.then_none"] ?? "");
    this.none.hidden = alarms.length > 0;
  }

  private row(key: string, alarm: Alarm, now: number): HTMLElement {
    const row = this.rows.get(key) ?? this.build(key);
    row.onclick = () => {
      this.view.selection.set(selectionKey("alarm", key));
      if (alarm.lat !== null && alarm.lon !== null) this.view.map.centre(alarm.lat, alarm.lon);
    };
    flag(row, "state", alarm.state);
    put(row.firstElementChild as HTMLElement, alarmText(this.view, alarm));
    put(row.lastElementChild as HTMLElement, runningClock(now - alarm.raised));
    return row;
  }

  private build(key: string): HTMLButtonElement {
    const row = make("button", "ssz-then-row");
    row.type = "button";
    make("span", "", row);
    make("time", "", row);
    this.rows.set(key, row);
    return row;
  }
}
