/** The timeline of an alarm, the newest first, and the field for a note. The history is only added to. */

import { dateAndTime } from "./age";
import { type Line, timeline } from "./case";
import type { Desk } from "./desk";
import { flag, make, put } from "./dom";
import { Drafts } from "./drafts";
import { troubleWord } from "./marks";
import type { Part, Settings } from "./part";
import { RowSet } from "./rowset";
import type { Key } from "./state";

/** Longest note, in letters. */
const MOST_NOTE = 500;

/** Steps whose detail is what trouble of equipment said of itself, and those where it is the unit that was sent. */
const TROUBLE_STEPS: ReadonlySet<string> = new Set(["raise", "join", "restore"]);
const UNIT_STEPS: ReadonlySet<string> = new Set(["assign", "set_out", "leave"]);

export class CaseLines implements Part {
  private readonly title: HTMLElement;
  private readonly sheet: HTMLAnchorElement;
  private readonly field: HTMLTextAreaElement;
  private readonly save: HTMLButtonElement;
  private readonly more: HTMLElement;
  private readonly rows: RowSet<Line>;
  private readonly drafts = new Drafts();
  /** The alarm that what stands in the field is for. */
  private about: Key | null = null;

  constructor(private readonly desk: Desk, place: HTMLElement) {
    const head = make("div", "ssz-panel-head", place);
    this.title = make("h3", "", head);
    this.sheet = make("a", "", head);
    this.sheet.target = "_blank";
    this.sheet.rel = "noopener";
    const form = make("form", "ssz-note-form", place);
    this.field = make("textarea", "", form);
    this.field.rows = 2;
    this.field.maxLength = MOST_NOTE;
    this.save = make("button", "", form);
    this.save.type = "submit";
    form.onsubmit = (event) => {
      event.preventDefault();
      void this.send();
    };
    this.field.onkeydown = (event) => {
      // Enter stores, as everything here is one key; a note of several lines takes Shift. A half-written Thai or
      // Chinese character is not sent.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        void this.send();
      } else if (event.key === "Escape") this.field.blur();
    };
    this.rows = new RowSet(make("ol", "ssz-lines", place), (row) => {
      make("time", "", row);
      make("strong", "", row);
      make("span", "", row);
      make("em", "", row);
    }, (row, line) => this.fill(row, line));
    this.more = make("p", "ssz-case-note", place);
    desk.on(() => this.draw());
  }

  retell({ words }: Settings): void {
    this.field.placeholder = words["live.desk_note_hint"] ?? "";
    this.field.setAttribute("aria-label", words["live.desk_note"] ?? "");
    put(this.save, words["live.desk_note_save"] ?? "");
    this.draw();
  }

  write(): void {
    this.field.focus();
  }

  /** What was written stays in its field until the server has it. */
  private async send(): Promise<void> {
    const { about } = this;
    const note = this.field.value.trim();
    if (note === "" || about !== this.desk.chosen || !(await this.desk.step("note", { note }))) return;
    if (this.about === about && this.field.value.trim() === note) this.field.value = "";
    else if (about !== null && this.about !== about && this.drafts.get(about).trim() === note) this.drafts.keep(about, "");
  }

  /** Another alarm is chosen: what was begun for the last one waits for it. */
  private turn(): void {
    const { chosen } = this.desk;
    if (this.about === chosen) return;
    if (this.about !== null) this.drafts.keep(this.about, this.field.value);
    this.about = chosen;
    this.field.value = chosen === null ? "" : this.drafts.get(chosen);
  }

  private fill(row: HTMLElement, line: Line): void {
    const { desk } = this;
    const { language, timezone } = desk.view.settings;
    const [when, what, detail, who] = [...row.children] as HTMLElement[];
    flag(row, "step", line.step);
    put(when!, dateAndTime(line.at, language, timezone).time);
    put(what!, desk.word(`live.step_${line.step}`) || line.step);
    put(detail!, this.detail(line));
    const from = line.from && !line.from.includes("/") ? ` (${line.from})` : "";
    put(who!, line.by ? `${line.by === "system" ? desk.word("live.desk_system") : line.by}${from}` : "");
  }

  private detail(line: Line): string {
    const { desk } = this;
    if (TROUBLE_STEPS.has(line.step)) return troubleWord(line.detail, desk.view.settings.words);
    if (line.step === "shelve") return line.detail.replace(/^(\d+) min\b/, (_, n: string) => desk.word("live.desk_minutes", { n }));
    if (line.step === "close") return desk.word(`live.outcome_${line.detail}`) || line.detail;
    if (UNIT_STEPS.has(line.step)) return desk.view.state.units.get(`${desk.alarm?.s ?? ""}/${line.detail}`)?.call || line.detail;
    if (line.step === "escalate") return line.detail.replace(/^level\b/, desk.word("live.level"));
    // What became of a try stands last, in a word of the server's, with the status it was answered with.
    if (line.step.startsWith("notice")) return line.detail.replace(/[a-z]+(?=( \d+)?$)/, (word) => desk.word(`live.trouble_${word}`) || word);
    if (line.item === "") return line.detail;
    const item = desk.known?.procedure.items.find((one) => one.id === line.item);
    return item === undefined ? line.detail : desk.view.settings.language === "th" ? item.th : item.en;
  }

  private draw(): void {
    const { desk } = this;
    this.turn();
    this.field.disabled = this.save.disabled = this.desk.chosen === null; // without an alarm there is nothing to note
    put(this.title, desk.word("live.desk_timeline"));
    put(this.sheet, desk.word("live.desk_sheet"));
    this.sheet.hidden = desk.known === null;
    const href = desk.address("/sheet.pdf");
    if (this.sheet.getAttribute("href") !== href) this.sheet.setAttribute("href", href);
    this.field.disabled = !desk.permits("note") && document.activeElement !== this.field;
    this.rows.draw(desk.known === null ? [] : timeline(desk.known), (line) => `${line.v} ${line.step} ${line.at} ${line.v === 0 ? line.detail : ""}`);
    put(this.more, desk.known?.left_out ? desk.word("live.desk_left_out", { n: desk.known.left_out }) : "");
  }
}
