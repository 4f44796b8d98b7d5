/** Rows of a short list, each kept with its key: an update changes words in place and never takes the focus. */

import { arrange, make } from "./dom";

export class RowSet<T> {
  private readonly rows = new Map<string, HTMLElement>();

  constructor(
    private readonly place: HTMLElement, private readonly build: (row: HTMLElement, key: string) => void,
    private readonly fill: (row: HTMLElement, one: T, index: number) => void, private readonly tag: "li" | "div" = "li",
  ) {}

  draw(found: readonly T[], keyOf: (one: T) => string): void {
    const keys = new Set(found.map(keyOf));
    for (const [key, row] of this.rows) {
      if (keys.has(key)) continue;
      row.remove();
      this.rows.delete(key);
    }
    const rows = found.map((one, index) => {
      const key = keyOf(one);
      let row = this.rows.get(key);
      if (row === undefined) {
        row = make(this.tag);
        row.dataset["key"] = key;
        this.build(row, key);
        this.rows.set(key, row);
      }
      this.fill(row, one, index);
      return row;
    });
    arrange(this.place, rows);
  }
}
