/** A list of any length: only the rows in sight are elements, and these are used again. One row is active, by its key,
 * so that it stays the same one while the list changes; the focus is the list's own and never moves with an update. */

import { attr, flag, make } from "./dom";

export interface Rows {
  /** Keys in the order of the list. */
  keys: readonly string[];
  /** Make what a row consists of, once. */
  build(row: HTMLElement): void;
  /** Show this entry in a row. */
  fill(row: HTMLElement, key: string): void;
  /** A person chose an entry. */
  chosen(key: string): void;
}

/** Rows kept ready above and below what is in sight. */
const SPARE = 4;
let lists = 0;

export class VirtualList {
  readonly root: HTMLElement;
  private readonly inner: HTMLElement;
  private readonly pool: HTMLElement[] = [];
  private readonly sizes: ResizeObserver;
  private readonly id = `ssz-list-${(lists += 1)}`;
  private active: string | null = null;
  private marked: string | null = null;
  private waiting = false;

  constructor(place: HTMLElement, private readonly rowHeight: number, private readonly rows: Rows) {
    this.root = make("div", "ssz-vlist", place);
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "listbox");
    this.inner = make("div", "ssz-vrows", this.root);
    this.inner.setAttribute("role", "presentation");
    this.root.addEventListener("scroll", () => this.soon(), { passive: true });
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("focus", () => this.activate(this.active ?? this.marked ?? this.rows.keys[0] ?? null, false));
    this.sizes = new ResizeObserver(() => this.soon());
    this.sizes.observe(this.root);
  }

  stop(): void {
    this.sizes.disconnect();
  }

  label(text: string): void {
    this.root.setAttribute("aria-label", text);
  }

  /** Mark the entry that is selected on the page; brought into sight when it was selected elsewhere, or `always`. */
  mark(key: string | null, always = false): void {
    if (key === this.marked) return;
    this.marked = key;
    if (key !== null && (always || !this.root.contains(document.activeElement))) this.reveal(key);
    this.draw();
  }

  /** Bring an entry into sight, because a person asked. */
  show(key: string): void {
    this.reveal(key);
    this.draw();
  }

  draw(): void {
    const { keys } = this.rows;
    const height = `${keys.length * this.rowHeight}px`;
    const { scrollTop, clientHeight } = this.root; // read before anything is written: else the page is laid out twice
    if (this.inner.style.height !== height) this.inner.style.height = height;
    const first = Math.max(0, Math.floor(scrollTop / this.rowHeight) - SPARE);
    const last = Math.min(keys.length, Math.ceil((scrollTop + clientHeight) / this.rowHeight) + SPARE);
    while (this.pool.length < last - first) this.pool.push(this.build());
    let active = "";
    this.pool.forEach((row, slot) => {
      // An entry keeps its slot while one scrolls: only the row that comes into sight is filled anew.
      const index = first + ((slot - (first % this.pool.length) + this.pool.length) % this.pool.length);
      row.hidden = index >= last;
      if (row.hidden) return;
      const key = keys[index]!;
      const move = `translateY(${index * this.rowHeight}px)`;
      if (row.style.transform !== move) row.style.transform = move;
      flag(row, "key", key);
      attr(row, "aria-posinset", String(index + 1));
      attr(row, "aria-setsize", String(keys.length));
      attr(row, "aria-selected", String(key === this.marked));
      flag(row, "active", key === this.active ? "yes" : "no");
      if (key === this.active) active = row.id;
      this.rows.fill(row, key);
    });
    attr(this.root, "aria-activedescendant", active);
  }

  private build(): HTMLElement {
    const row = make("div", "ssz-vrow", this.inner);
    row.id = `${this.id}-${this.pool.length}`;
    row.setAttribute("role", "option");
    row.style.height = `${this.rowHeight}px`;
    row.onclick = () => {
      const key = row.dataset["key"];
      if (key === undefined) return;
      this.activate(key, false);
      this.rows.chosen(key);
    };
    this.rows.build(row);
    return row;
  }

  private soon(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  private activate(key: string | null, reveal: boolean): void {
    this.active = key;
    if (reveal && key !== null) this.reveal(key);
    this.draw();
  }

  private reveal(key: string): void {
    const index = this.rows.keys.indexOf(key);
    if (index < 0) return;
    const top = index * this.rowHeight;
    const { root } = this;
    if (top < root.scrollTop) root.scrollTop = top;
    else if (top + this.rowHeight > root.scrollTop + root.clientHeight) root.scrollTop = top + this.rowHeight - root.clientHeight;
  }

  private key(event: KeyboardEvent): void {
    const { keys } = this.rows;
    if (keys.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.root.clientHeight / this.rowHeight) - 1);
    const at = this.active === null ? -1 : keys.indexOf(this.active);
    const steps: Record<string, number> = {
      ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: keys.length - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) this.activate(keys[Math.min(keys.length - 1, Math.max(0, to))]!, true);
    else if ((event.key === "Enter" || event.key === " ") && this.active !== null) this.rows.chosen(this.active);
    else return;
    event.preventDefault();
  }
}
