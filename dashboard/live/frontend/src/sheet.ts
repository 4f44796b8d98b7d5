/** What does not move (stations, zones, streets, cameras, checkpoints), fetched anew when its version is. */

import type { Ground } from "./protocol";
import { usable } from "./shapes";

/** What is wrong with the ground: nothing of it could be read, or this many features were left out or thinned. */
export type Flaw = "unread" | { left: number; thinned: number } | null;

export class GroundSheet {
  known: Ground | null = null;
  flaw: Flaw = null;
  private asking = false;

  constructor(private readonly address: string, private readonly fetched: (ground: Ground) => void) {}

  /** Whether the server is there and knows this page's session no more. */
  async mustSignIn(): Promise<boolean> {
    try {
      return (await fetch(this.address, { method: "HEAD", credentials: "same-origin" })).status === 401;
    } catch {
      return false;
    }
  }

  /** Once in a while: what could not be read is asked for again. */
  async again(): Promise<void> {
    if (this.flaw === "unread") await this.ask();
  }

  async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const found = await this.read();
    this.asking = false;
    if (found === null) {
      this.flaw = "unread";
      return;
    }
    this.flaw = found.left + found.thinned > 0 ? { left: found.left, thinned: found.thinned } : null;
    this.known = found.ground;
    this.fetched(found.ground);
  }

  private async read(): Promise<ReturnType<typeof usable>> {
    try {
      const response = await fetch(this.address, { credentials: "same-origin" });
      return response.ok ? usable(await response.json()) : null;
    } catch {
      return null; // no server, or no JSON
    }
  }
}
