/** What does not move (stations, zones, streets, cameras, checkpoints), fetched anew when its version is. */

import type { Ground } from "./protocol";

export class GroundSheet {
  known: Ground | null = null;
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

  async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      const response = await fetch(this.address, { credentials: "same-origin" });
      if (!response.ok) return;
      this.known = (await response.json()) as Ground;
      this.fetched(this.known);
    } catch {
      return; // asked again with the next connection or version
    } finally {
      this.asking = false;
    }
  }
}
