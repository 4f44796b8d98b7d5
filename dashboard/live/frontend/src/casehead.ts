/** The head of a case: what happened where, for how long, who has it since when, and the steps, each with its key. */

import { dateAndTime, runningClock } from "./age";
import type { StepName } from "./answer";
import { lastStep } from "./case";
import { Choice } from "./choice";
import type { Desk } from "./desk";
import { attr, flag, make, put } from "./dom";
import { type Asking, OUTCOMES, SHELVE_MIN } from "./hotkeys";
import { alarmMarks, detailWord, placeName } from "./marks";
import type { Moment, Part } from "./part";

interface Button {
  root: HTMLButtonElement;
  label: HTMLElement;
  word: string;
  step: StepName | null;
}

export class CaseHead implements Part {
  private readonly place: HTMLElement;
  private readonly clock: HTMLElement;
  private readonly what: HTMLElement;
  private readonly marks: HTMLElement;
  private readonly state: HTMLElement;
  private readonly said: HTMLElement;
  private readonly bar: HTMLElement;
  private readonly choices: Record<Asking, Choice>;
  private readonly buttons: Button[] = [];

  constructor(private readonly desk: Desk, private readonly root: HTMLElement, write: () => void) {
    root.tabIndex = -1;
    const top = make("div", "ssz-case-top", root);
    this.place = make("h2", "", top);
    this.clock = make("time", "", top);
    this.clock.setAttribute("role", "timer");
    const line = make("div", "ssz-case-line", root);
    this.what = make("p", "ssz-case-what", line);
    this.marks = make("div", "ssz-marks", line);
    this.state = make("p", "ssz-case-state", root);
    this.bar = make("div", "ssz-case-bar", root);
    const { bar } = this;
    this.add(bar, "A", "sos.acknowledge_btn", "acknowledge", () => desk.acts.take({ act: "acknowledge" }));
    this.add(bar, "1–9", "live.desk_assign", "assign", () => desk.acts.take({ act: "assign", nth: 1 }));
    this.add(bar, "S", "live.alarm_on_scene", "arrive", () => desk.acts.take({ act: "arrive" }));
    this.add(bar, "C", "live.desk_close", "close", () => desk.acts.take({ act: "close" }));
    this.add(bar, "Z", "live.desk_shelve", "shelve", () => desk.acts.take({ act: "shelve" }));
    this.add(bar, "Z", "live.step_unshelve", "unshelve", () => desk.acts.take({ act: "shelve" }));
    this.add(bar, "N", "live.desk_note", "note", write);
    this.add(bar, "?", "live.desk_help", null, () => desk.help(true));
    this.choices = {
      outcome: new Choice(desk, root, "live.desk_outcome_ask", OUTCOMES.map((outcome) => `live.outcome_${outcome}`)),
      shelve: new Choice(desk, root, "live.desk_shelve_ask", SHELVE_MIN.map((minutes) => `live.shelve_${minutes}`)),
    };
    this.said = make("p", "ssz-said", root);
    this.said.setAttribute("role", "status");
    desk.on(() => this.draw());
  }

  retell(): void {
    this.draw();
  }

  pulse({ now }: Moment): void {
    const { alarm, known } = this.desk;
    if (alarm === null) return;
    const end = alarm.state === "closed" ? known?.changed ?? now : now;
    put(this.clock, runningClock(end - alarm.raised));
  }

  private add(bar: HTMLElement, key: string, word: string, step: StepName | null, act: () => void): void {
    const root = make("button", "", bar);
    root.type = "button";
    root.onclick = act;
    if (key.length === 1) root.setAttribute("aria-keyshortcuts", key.toLowerCase());
    make("kbd", "", root).textContent = key;
    this.buttons.push({ root, label: make("span", "", root), word, step });
  }

  private draw(): void {
    const { desk } = this;
    const { alarm } = desk;
    flag(this.root, "state", alarm?.state ?? "none");
    flag(this.root, "prio", String(alarm?.prio ?? 0));
    if (alarm === null) {
      put(this.place, desk.word("live.no_alarms"));
      for (const told of [this.clock, this.what, this.state, this.said]) put(told, "");
      this.marks.replaceChildren();
      delete this.marks.dataset["text"];
      this.bar.hidden = this.choices.outcome.root.hidden = this.choices.shelve.root.hidden = true;
      return;
    }
    put(this.place, placeName(alarm, desk.view.settings.words));
    const presses = alarm.presses > 1 ? ` · ${desk.word("live.presses", { n: alarm.presses })}` : "";
    put(this.what, `${desk.word(`live.kind_${alarm.kind}`) || alarm.kind} · ${desk.view.originName(alarm)}${presses}${detailWord(alarm, desk.view.settings.words)}`);
    const marks = alarmMarks(alarm, desk.view.settings.words);
    if (this.marks.dataset["text"] !== marks.join("|")) {
      this.marks.dataset["text"] = marks.join("|");
      this.marks.replaceChildren(...marks.map((mark) => Object.assign(make("span"), { textContent: mark })));
    }
    put(this.state, this.standing());
    for (const { root, label, word, step } of this.buttons) {
      put(label, step !== null && step === desk.busy ? desk.word("live.sending") : desk.word(word));
      // Not `disabled`: that would take the focus from a person who has it there.
      attr(root, "aria-disabled", String(step !== null && !desk.permits(step)));
      attr(root, "aria-label", `${label.textContent ?? ""} (${root.firstElementChild?.textContent ?? ""})`);
      if (step === "shelve" || step === "unshelve") root.hidden = !desk.permits(step);
      if (step === "acknowledge") flag(root, "now", alarm.state === "raised" ? "yes" : "no");
    }
    const wanted = desk.asking === null ? this.bar : this.choices[desk.asking].root;
    for (const one of [this.bar, this.choices.outcome.root, this.choices.shelve.root]) {
      if (one !== wanted && one.contains(document.activeElement)) this.root.focus({ preventScroll: true });
      one.hidden = one !== wanted;
    }
    this.choices.outcome.draw();
    this.choices.shelve.draw();
    put(this.said, desk.said || (desk.failed.known ? desk.word("live.desk_failed") : ""));
  }

  private shelved(word: string): string {
    const { alarm, view } = this.desk;
    const { language, timezone } = view.settings;
    const { date, time } = dateAndTime(alarm?.shelved ?? 0, language, timezone);
    return `${word} · ${this.desk.word("live.desk_shelved", { time: time.slice(0, 5), date, who: alarm?.shelver ?? "" })}`;
  }

  /** Who has it, since when: "รับแจ้งแล้ว โดย … เมื่อ …". */
  private standing(): string {
    const { desk } = this;
    const { alarm, known } = desk;
    if (alarm === null) return "";
    const word = desk.word(`live.alarm_${alarm.state}`) || alarm.state;
    if (alarm.state === "raised" && !desk.isShelved()) return word;
    if (desk.isShelved()) return this.shelved(word);
    const last = known !== null && known.alarm.v >= alarm.v ? lastStep(known.history) : null;
    const { language, timezone } = desk.view.settings;
    const by = alarm.by ? ` ${desk.word("live.by", { who: alarm.by })}` : "";
    const at = last === null ? "" : ` ${desk.word("live.desk_at", { time: dateAndTime(last.at, language, timezone).time })}`;
    const unit = alarm.unit ? ` → ${desk.view.state.units.get(`${alarm.s}/${alarm.unit}`)?.call || alarm.unit}` : "";
    const outcome = alarm.outcome ? ` · ${desk.word(`live.outcome_${alarm.outcome}`) || alarm.outcome}` : "";
    return `${word}${unit}${outcome}${by}${at}`;
  }
}
