/** What stands round an alarm: its box, the cameras near it, and what came from there before. */

import { ageText, dateAndTime } from "./age";
import type { Camera, Case, Earlier } from "./case";
import type { Desk } from "./desk";
import { flag, make, put } from "./dom";
import { ageWords, boxState } from "./marks";
import type { Moment, Part } from "./part";
import { RowSet } from "./rowset";
import { keyOf } from "./state";

export class CaseBox implements Part {
  private readonly title: HTMLElement;
  private readonly text: HTMLElement;

  constructor(private readonly desk: Desk, private readonly place: HTMLElement) {
    this.title = make("h3", "", place);
    this.text = make("p", "", place);
    desk.on(() => this.draw());
  }

  second(_moment: Moment): void {
    this.draw();
  }

  private draw(): void {
    const { desk } = this;
    const { alarm, known, view } = desk;
    this.place.hidden = alarm === null || alarm.ok !== "box";
    if (alarm === null) return;
    put(this.title, desk.word("live.desk_box"));
    const box = view.state.boxes.get(keyOf(alarm.s, alarm.origin));
    if (box === undefined) {
      put(this.text, `${alarm.origin} · ${desk.word("live.desk_box_unknown")}`);
      return;
    }
    const { words } = view.settings;
    const state = boxState(box);
    const parts = [alarm.origin, desk.word(`live.box_${state}`)];
    if (box.fault) parts.push(box.fault);
    if (box.mains === false) parts.push(desk.word("live.desk_no_mains"));
    if (box.bat !== null) parts.push(desk.word("live.desk_battery", { n: Math.round(box.bat) }));
    if (box.heard > 0) parts.push(desk.word("live.desk_heard", { age: ageText(view.clock.now() - box.heard, ageWords(words)) }));
    const tested = known?.box?.tested;
    parts.push(tested ? desk.word("live.desk_tested", { date: dateAndTime(tested, view.settings.language, view.settings.timezone).date }) : desk.word("live.desk_untested"));
    flag(this.place, "state", state);
    put(this.text, parts.join(" · "));
  }
}

/** A short list of what is kept round the alarm, or the words that there is none. */
class CaseList<T extends { id: string }> implements Part {
  private readonly title: HTMLElement;
  private readonly none: HTMLElement;
  private readonly rows: RowSet<T>;

  /** `words`: key of the title; with `_none` behind it, of what is said when there is nothing. */
  constructor(
    protected readonly desk: Desk, place: HTMLElement, private readonly words: string, private readonly of: (known: Case) => readonly T[],
    tags: readonly (keyof HTMLElementTagNameMap)[], fill: (row: HTMLElement, one: T) => void,
  ) {
    this.title = make("h3", "", place);
    this.none = make("p", "", place);
    this.rows = new RowSet(make("ul", "", place), (row) => tags.forEach((tag) => make(tag, "", row)), fill);
    desk.on(() => this.draw());
  }

  retell(): void {
    this.draw();
  }

  private draw(): void {
    const { desk } = this;
    put(this.title, desk.word(this.words));
    const found = desk.known === null ? [] : this.of(desk.known);
    this.rows.draw(found, (one) => one.id);
    put(this.none, desk.known !== null && found.length === 0 ? desk.word(`${this.words}_none`) : "");
    this.none.hidden = found.length > 0;
  }
}

export class CaseCameras extends CaseList<Camera> {
  constructor(desk: Desk, place: HTMLElement) {
    super(desk, place, "live.desk_cam", (known) => known.cameras, ["strong", "span", "a"], (row, camera) => this.fill(row, camera));
  }

  private fill(row: HTMLElement, camera: Camera): void {
    const { desk } = this;
    const [name, text, link] = [...row.children] as [HTMLElement, HTMLElement, HTMLAnchorElement];
    const thai = desk.view.settings.language === "th";
    put(name, `${(thai ? camera.th || camera.en : camera.en || camera.th) || camera.id} · ${desk.word("live.desk_m", { n: camera.metres })}`);
    const working = camera.working === null ? desk.word("live.desk_cam_unknown") : desk.word("live.desk_cam_working", { n: camera.working, of: camera.total });
    const linked = camera.linked === null ? "" : ` · ${desk.word("live.desk_cam_linked", { n: camera.linked })}`;
    flag(row, "state", camera.working === 0 ? "dead" : camera.working === null ? "unknown" : "ok");
    put(text, `${working}${linked}${camera.note ? ` · ${camera.note}` : ""}`);
    link.hidden = camera.stream === "";
    if (link.getAttribute("href") !== camera.stream) link.href = camera.stream;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    put(link, desk.word("live.desk_cam_open"));
  }
}

export class CaseEarlier extends CaseList<Earlier> {
  constructor(desk: Desk, place: HTMLElement) {
    super(desk, place, "live.desk_earlier", (known) => known.earlier, ["strong", "span"], (row, one) => this.fill(row, one));
  }

  private fill(row: HTMLElement, one: Earlier): void {
    const { desk } = this;
    const { language, timezone } = desk.view.settings;
    const { date, time } = dateAndTime(one.raised, language, timezone);
    const [when, text] = [...row.children] as [HTMLElement, HTMLElement];
    put(when, `${date} ${time.slice(0, 5)}`);
    const outcome = one.outcome ? desk.word(`live.outcome_${one.outcome}`) || one.outcome : desk.word(`live.alarm_${one.state}`);
    const presses = one.presses > 1 ? ` · ${desk.word("live.presses", { n: one.presses })}` : "";
    put(text, `${outcome}${presses}${one.by ? ` · ${desk.word("live.by", { who: one.by })}` : ""}`);
  }
}
