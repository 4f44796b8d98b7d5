/** A key acts on what a person has read: what stands in a place must have stood there for a while. Pure. */

export const SETTLE_MS = 1_000;

export class Settled {
  private what: string | null = null;
  private since = Infinity;

  /** Stands there now, at `now` of a steady clock, ms; null: nothing. */
  stands(what: string | null, now: number): void {
    if (what === this.what) return;
    this.what = what;
    this.since = now;
  }

  /** Whether it has stood there long enough to be read. */
  at(now: number): boolean {
    return this.what !== null && now - this.since >= SETTLE_MS;
  }
}
