/** A map library that throws in its own frame says nothing: it is known by its silence, while other frames go on. */

/** Seconds in which the page was drawn, and the map was asked to draw, and did not: it is broken. */
const SILENT_S = 10;

export class Silence {
  private seconds = 0;
  private askedAt = -Infinity;

  /** The map has drawn. */
  drawn(): void {
    this.seconds = 0;
  }

  /** A frame of the page has passed in which the map was asked to draw. `now`: steady clock, ms. Returns whether it
   * is broken. Counts seconds, not asking: in a burst of news it is asked a hundred times before it can draw once. */
  passed(now: number): boolean {
    if (now - this.askedAt < 900) return false;
    this.askedAt = now;
    this.seconds += 1;
    return this.seconds > SILENT_S;
  }
}
