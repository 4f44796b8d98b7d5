/** What is selected: one thing for the whole page, so that map and lists show the same. */

import { safely } from "./safely";

export type SelectionKind = "unit" | "box" | "alarm";

/** `unit/STATION/ID`, `box/STATION/ID`, `alarm/STATION/ID`. */
export type SelectionKey = `${SelectionKind}/${string}`;

export const selectionKey = (kind: SelectionKind, key: string): SelectionKey => `${kind}/${key}`;

/** The kind, and the key the state knows it by; null for text that is none. */
export function parseSelection(text: string): { kind: SelectionKind; key: string } | null {
  const cut = text.indexOf("/");
  const kind = text.slice(0, cut);
  const key = text.slice(cut + 1);
  if (kind !== "unit" && kind !== "box" && kind !== "alarm") return null;
  return /^[^/]+\/.+$/.test(key) ? { kind, key } : null;
}

export class Selection {
  private now: SelectionKey | null = null;
  private readonly told = new Set<(key: SelectionKey | null) => void>();

  get key(): SelectionKey | null {
    return this.now;
  }

  set(key: SelectionKey | null): void {
    if (key === this.now) return;
    this.now = key;
    for (const tell of [...this.told]) safely(() => tell(key));
  }

  /** Called at each change, not at once. Returns what ends it. */
  on(tell: (key: SelectionKey | null) => void): () => void {
    this.told.add(tell);
    return () => this.told.delete(tell);
  }
}
