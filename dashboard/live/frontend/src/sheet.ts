/** What does not move (the ground; hotspots), fetched anew when its version is. */

import type { Usable } from "./shapes";

/** What is wrong with a sheet: nothing of it could be read, or this many features were left out or thinned. */
export type Flaw = "unread" | { left: number; thinned: number } | null;

export interface Source<T> {
  address: string;
  usable(answer: unknown): Usable<T> | null;
  /** The version the newest frame told; null: not told yet. */
  wanted(): string | null;
  fetched(sheet: T): void;
  /** Least time from one fetch to the next, ms: changes that come in a burst are fetched together. */
  restMs?: number;
}

export class Sheet<T extends { version: string }> {
  known: T | null = null;
  flaw: Flaw = null;
  private asking = false;
  /** Asked while it was read, or before its rest was over. */
  private more = false;
  private rest: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly source: Source<T>) {}

  /** Whether the server is there and knows this page's session no more. */
  async mustSignIn(): Promise<boolean> {
    try {
      return (await fetch(this.source.address, { method: "HEAD", credentials: "same-origin" })).status === 401;
    } catch {
      return false;
    }
  }

  /** Once in a while: what could not be read is asked for again. */
  async again(): Promise<void> {
    if (this.flaw === "unread") await this.ask();
  }

  /** After a frame: asked for when it told another version than the one that is shown. */
  async follow(): Promise<void> {
    if (this.behind) await this.ask();
  }

  async ask(): Promise<void> {
    if (this.asking || this.rest !== null) {
      this.more = true;
      return;
    }
    this.asking = true;
    this.more = false;
    const before = this.source.wanted();
    const found = await this.read();
    this.asking = false;
    const { restMs = 0 } = this.source;
    if (restMs > 0) this.rest = setTimeout(() => this.rested(), restMs);
    if (found === null) {
      this.flaw = "unread"; // asked for again once in a while
      return;
    }
    this.flaw = found.left + found.thinned > 0 ? { left: found.left, thinned: found.thinned } : null;
    this.known = found.sheet;
    this.source.fetched(found.sheet);
    // Changed once more while it was read: an answer that is of that change already is enough.
    if (this.source.wanted() !== before) await this.follow();
  }

  stop(): void {
    if (this.rest !== null) clearTimeout(this.rest);
  }

  private get behind(): boolean {
    const wanted = this.source.wanted();
    return wanted !== null && wanted !== this.known?.version;
  }

  private rested(): void {
    this.rest = null;
    if (this.more && this.behind) void this.ask();
  }

  private async read(): Promise<Usable<T> | null> {
    try {
      const response = await fetch(this.source.address, { credentials: "same-origin" });
      return response.ok ? this.source.usable(await response.json()) : null;
    } catch {
      return null; // no server, or no JSON
    }
  }
}
