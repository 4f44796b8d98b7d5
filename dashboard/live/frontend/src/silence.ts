/** A map library that throws in its own frame says nothing: it is known by its silence, while other frames go on. */

/** Seconds in which the page was drawn, and the map was asked to draw, and did not: it is broken. */
export const SILENT_S = 10;
/** After so many seconds without need to draw it is asked to, to know. */
const LONG_S = 5;

export class Silence {
  private seconds = 0;
  private askedAt = -Infinity;

  constructor(private readonly most = SILENT_S) {}

  /** The map has drawn. */
  drawn(): void {
    this.seconds = 0;
  }

  /** Whether the map has long not drawn: it is to be asked. */
  get long(): boolean {
    return this.seconds >= LONG_S;
  }

  /** A frame of the page has passed without a frame of the map. `now`: steady clock, ms. Returns whether it
   * is broken. Counts seconds, not asking: in a burst of news it is asked a hundred times before it can draw once. */
  passed(now: number): boolean {
    if (now - this.askedAt < 900) return false;
    this.askedAt = now;
    this.seconds += 1;
    return this.seconds > this.most;
  }
}
