/** The written procedure, ticked off item by item; each tick tells who made it and when. */

import { dateAndTime } from "./age";
import type { Item } from "./case";
import type { Desk } from "./desk";
import { attr, flag, make, put } from "./dom";
import type { Part } from "./part";
import { RowSet } from "./rowset";

export class CaseProcedure implements Part {
  private readonly title: HTMLElement;
  private readonly problem: HTMLElement;
  private readonly rows: RowSet<Item>;

  constructor(private readonly desk: Desk, place: HTMLElement) {
    this.title = make("h3", "", place);
    this.problem = make("p", "ssz-case-note", place);
    this.rows = new RowSet(make("ol", "ssz-ticks", place), (row, key) => this.build(row, key), (row, item) => this.fill(row, item));
    desk.on(() => this.draw());
  }

  retell(): void {
    this.draw();
  }

  /** Tick the first item off that is not. */
  next(): void {
    const { known } = this.desk;
    const item = known?.procedure.items.find((one) => !one.done);
    if (known === null) this.desk.say(this.desk.word("live.desk_loading"));
    else if (item === undefined) this.desk.say(this.desk.word("live.desk_all_done"));
    else void this.desk.tick(item.id, true);
  }

  private build(row: HTMLElement, key: string): void {
    const button = make("button", "", row);
    button.type = "button";
    button.setAttribute("role", "checkbox");
    make("i", "", button).setAttribute("aria-hidden", "true");
    const text = make("span", "", button);
    make("span", "", text);
    make("em", "", text);
    button.onclick = () => {
      const item = this.desk.known?.procedure.items.find((one) => one.id === key);
      if (item !== undefined) void this.desk.tick(item.id, !item.done);
    };
  }

  private fill(row: HTMLElement, item: Item): void {
    const { desk } = this;
    const { language, timezone } = desk.view.settings;
    const button = row.firstElementChild as HTMLElement;
    const text = button.lastElementChild as HTMLElement;
    attr(button, "aria-checked", String(item.done));
    flag(row, "done", item.done ? "yes" : "no");
    put(text.children[0] as HTMLElement, language === "th" ? item.th : item.en);
    const who = item.at === null ? "" : `${desk.word("live.by", { who: item.by })} ${desk.word("live.desk_at", { time: dateAndTime(item.at, language, timezone).time })}`;
    put(text.children[1] as HTMLElement, who);
  }

  private draw(): void {
    const { desk } = this;
    const procedure = desk.known?.procedure;
    const items = procedure?.items ?? [];
    const done = items.filter((item) => item.done).length;
    put(this.title, `${desk.word("live.desk_procedure")}${items.length > 0 ? ` ${done}/${items.length}` : ""}`);
    put(this.problem, procedure?.problem ? desk.word("live.desk_procedure_bad", { why: procedure.problem }) : "");
    this.rows.draw(items, (item) => item.id);
  }
}
