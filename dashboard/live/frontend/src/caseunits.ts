/** The units that could be sent, the nearest first: each with its number, its way, its time and the age of its fix. */

import { ageText } from "./age";
import { doubtOf, type NearUnit } from "./case";
import type { Desk } from "./desk";
import { attr, flag, make, put } from "./dom";
import { statusOf } from "./tints";
import { ageWords } from "./marks";
import type { Part, Settings } from "./part";
import { unitText } from "./rows";
import { RowSet } from "./rowset";
import { keyOf } from "./state";

/** Longest part of a name, in letters. */
const MOST_NAME = 64;

export class CaseUnits implements Part {
  private readonly title: HTMLElement;
  private readonly note: HTMLElement;
  private readonly sent: HTMLElement;
  private readonly field: HTMLInputElement;
  private readonly rows: RowSet<NearUnit>;

  constructor(private readonly desk: Desk, place: HTMLElement) {
    const head = make("div", "ssz-panel-head", place);
    this.title = make("h3", "", head);
    this.field = make("input", "ssz-near-find", head);
    this.field.type = "search";
    this.field.maxLength = MOST_NAME;
    this.field.oninput = () => desk.find(this.field.value.trim());
    this.field.onkeydown = (event) => this.key(event, place);
    this.note = make("p", "ssz-case-note", place);
    this.note.setAttribute("role", "alert");
    this.sent = make("p", "ssz-sent", place);
    this.rows = new RowSet(make("ol", "ssz-near", place), (row, key) => this.build(row, key), (row, unit, index) => this.fill(row, unit, index));
    desk.on(() => this.draw());
  }

  retell({ words }: Settings): void {
    this.field.placeholder = words["live.desk_find"] ?? "";
    this.field.setAttribute("aria-label", words["live.desk_key_f"] ?? "");
    this.draw();
  }

  /** A unit that is not among the nearest is looked for by its name. */
  find(): void {
    this.field.focus();
  }

  /** Enter goes to the first that was found: the next Enter sends it, one that is held does not. Escape shows the nearest
   * again. */
  private key(event: KeyboardEvent, place: HTMLElement): void {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      if (!event.repeat) place.querySelector<HTMLElement>(".ssz-near button")?.focus();
    } else if (event.key === "Escape") {
      this.field.value = "";
      this.desk.find("");
      this.field.blur();
    } else return;
    event.preventDefault();
  }

  /** The unit on its way, as the feed tells it: whatever else is near, it stays in sight. */
  private sentUnit(): string {
    const { alarm, view } = this.desk;
    if (alarm === null || alarm.unit === "") return "";
    const unit = view.state.units.get(keyOf(alarm.s, alarm.unit));
    return `${this.desk.word("live.desk_sent")}: ${unit === undefined ? alarm.unit : unitText(view, unit)}`;
  }

  private build(row: HTMLElement, key: string): void {
    const button = make("button", "", row);
    button.type = "button";
    make("kbd", "", button);
    const text = make("span", "", button);
    make("strong", "", text);
    make("em", "", text);
    const way = make("span", "ssz-near-way", button);
    make("strong", "", way);
    make("em", "", way);
    button.onkeydown = (event) => {
      if (event.key === "Enter" && event.repeat) event.preventDefault(); // still held from the field: it would be a click
    };
    button.onclick = () => this.send(key);
  }

  /** Send the unit of a row, by the rule of its number: rows change places as units drive, also under a pointer. */
  private send(key: string): void {
    const at = this.desk.units?.findIndex((unit) => rowKey(unit) === key) ?? -1;
    if (at >= 0) this.desk.acts.take({ act: "assign", nth: at + 1 });
  }

  private fill(row: HTMLElement, unit: NearUnit, index: number): void {
    const { desk } = this;
    const words = ageWords(desk.view.settings.words);
    const button = row.firstElementChild as HTMLElement;
    const [key, text, way] = [...button.children] as HTMLElement[];
    put(key!, index < 9 ? String(index + 1) : "");
    const sent = desk.alarm?.unit === unit.unit && desk.alarm.id === unit.alarm;
    flag(row, "fresh", unit.fresh ? "yes" : "no");
    flag(row, "free", unit.free ? "yes" : "no");
    flag(row, "settled", desk.settled(index + 1) ? "yes" : "no");
    flag(row, "sent", sent ? "yes" : "no");
    attr(button, "aria-disabled", String(!desk.permits("assign")));
    put(text!.children[0] as HTMLElement, unit.call || unit.unit);
    const status = sent ? desk.word("live.desk_sent") : desk.word(`live.status_${statusOf(unit.status)}`);
    const age = unit.age_s === null ? desk.word("live.unit_lost") : desk.word(unit.fresh ? "live.desk_fix" : unit.too_old ? "live.desk_fix_too_old" : "live.desk_fix_old", { age: ageText(unit.age_s * 1000, words) });
    put(text!.children[1] as HTMLElement, `${status} · ${age}`);
    put(way!.children[0] as HTMLElement, unit.metres === null ? "–" : distance(unit.metres, desk));
    const minutes = unit.seconds === null ? "" : desk.word("live.desk_minutes", { n: Math.max(1, Math.round(unit.seconds / 60)) });
    const along = unit.along !== "line" ? "" : ` · ${desk.word("live.desk_straight")}`;
    put(way!.children[1] as HTMLElement, `${minutes}${along}`);
  }

  private draw(): void {
    const { desk } = this;
    put(this.title, desk.word("live.desk_units"));
    const { alarm, units } = desk;
    this.field.disabled = alarm === null;
    if (desk.wanted === "" && this.field !== document.activeElement) this.field.value = ""; // another alarm was chosen
    this.rows.draw(units ?? [], rowKey);
    put(this.note, alarm === null ? "" : this.warning());
    put(this.sent, this.sentUnit());
  }

  /** What must be known before one trusts the list, in words. */
  private warning(): string {
    const { desk } = this;
    if (desk.alarm?.state === "closed") return "";
    if (desk.alarm?.lat === null) return desk.word("live.desk_units_no_place");
    if (desk.failed.units) return desk.word("live.desk_units_failed");
    if (desk.units === null) return "";
    if (desk.units.length === 0) return desk.word(desk.wanted === "" ? "live.desk_units_none" : "live.desk_find_none");
    const doubt = doubtOf(desk.units);
    return doubt === null ? "" : desk.word(`live.desk_${desk.wanted === "" ? "units" : "find"}_${doubt}`);
  }
}

function rowKey(unit: NearUnit): string {
  return `${unit.station}/${unit.unit}`;
}

function distance(metres: number, desk: Desk): string {
  return metres < 1000 ? desk.word("live.desk_m", { n: Math.round(metres / 10) * 10 }) : desk.word("live.desk_km", { n: (metres / 1000).toFixed(1) });
}
