/** The part that takes clicks on the map: selects, spreads what stands on one place, tells a crowd as a list. */

import type { MapMouseEvent } from "maplibre-gl";
import { fill, make } from "./dom";
import type { Mark } from "./fleet";
import type { Part } from "./part";
import { type SelectionKey, selectionKey } from "./selection";
import { MOST_SPREAD, spread, stackOf, under } from "./stack";
import { parseSelection } from "./selection";
import { unitRow } from "./rows";
import type { View } from "./view";

/** Rows of a list at one place; the rest is told as a number. */
export const MOST_ROWS = 200;

export class Picking implements Part {
  private spreadMarks: Mark[] = [];
  private readonly list: HTMLElement;
  private readonly leave: (() => void)[] = [];

  constructor(private readonly view: View, place: HTMLElement) {
    this.list = make("section", "ssz-stack", place);
    this.list.hidden = true;
    const { map } = view;
    this.leave.push(map.onClick((event) => this.click(event)));
    map.onZoom(() => this.gather());
    addEventListener("keydown", this.key);
    this.leave.push(() => removeEventListener("keydown", this.key));
  }

  stop(): void {
    for (const end of this.leave) end();
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    this.gather();
    this.view.selection.set(null);
  };

  /** Put spread marks back, close the list. */
  private gather(): void {
    this.list.hidden = true;
    if (this.spreadMarks.length === 0) return;
    for (const mark of this.spreadMarks) mark.dx = mark.dy = 0;
    this.spreadMarks = [];
    this.view.map.redraw();
  }

  private click(event: MapMouseEvent): boolean {
    const { map, selection } = this.view;
    const { x, y } = event.point;
    const found = under(map.fleet.order, x, y);
    const [first] = found;
    if (first !== undefined && this.spreadMarks.includes(first)) {
      selection.set(selectionKey("unit", first.key));
      return true;
    }
    this.gather();
    if (first === undefined) {
      selection.set(this.boxAt(event));
      return true;
    }
    const stack = stackOf(map.fleet.order, first);
    if (stack.length > MOST_SPREAD) this.tell(stack);
    else if (stack.length > 1) this.spread(stack);
    else selection.set(selectionKey("unit", first.key));
    return true;
  }

  private boxAt({ point }: MapMouseEvent): SelectionKey | null {
    const { map } = this.view;
    const raw = map.raw;
    if (raw?.getLayer("boxes") === undefined) return null;
    const [box] = raw.queryRenderedFeatures([[point.x - 6, point.y - 6], [point.x + 6, point.y + 6]], { layers: ["boxes"] });
    const key = String(box?.properties["id"] ?? "");
    return parseSelection(`box/${key}`) === null ? null : selectionKey("box", key);
  }

  private spread(stack: Mark[]): void {
    const offsets = spread(stack.length);
    stack.sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const [i, mark] of stack.entries()) [mark.dx, mark.dy] = offsets[i]!;
    this.spreadMarks = stack;
    this.view.map.redraw();
  }

  private tell(stack: Mark[]): void {
    const { words } = this.view.settings;
    const title = make("h2");
    title.textContent = fill(words["live.stack"] ?? "", { n: stack.length });
    const close = make("button", "ssz-close");
    close.type = "button";
    close.textContent = words["live.close"] ?? "";
    close.onclick = () => this.gather();
    const rows = make("ul");
    stack.sort((a, b) => (a.unit.call < b.unit.call ? -1 : 1));
    for (const { key, unit } of stack.slice(0, MOST_ROWS)) {
      make("li", "", rows).append(unitRow(this.view, key, unit));
    }
    if (stack.length > MOST_ROWS) make("li", "", rows).textContent = fill(words["live.more"] ?? "", { n: stack.length - MOST_ROWS });
    this.list.replaceChildren(title, close, rows);
    this.list.hidden = false;
  }
}
