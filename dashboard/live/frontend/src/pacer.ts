/** When the map draws. Never into a frame that is still on its way: the browser would line frames up, and news would
 * come out at the end of the line. Where drawing takes long (no GPU), motion leaves half of the time free for news. */

/** A frame that takes longer than this, ms, cannot move smoothly anyway. */
export const SLOW_MS = 40;
/** How often a frame on its way is looked after, ms. */
const LOOK_MS = 4;
/** A frame that is not out by then, ms, is not waited for: its fence is lost. */
const LOST_MS = 2_000;

/** How long a frame that only moves things waits after the last one, which took `cost` ms. Pure. */
export const rest = (cost: number): number => (cost > SLOW_MS ? cost : 0);

export interface PacerNeeds {
  /** Ask for a frame now. */
  draw(): void;
  /** After how many ms the next frame is due for what moves; Infinity when nothing does. */
  pause(): number;
  now(): number;
  /** Call back after so many ms; returns what calls it off. */
  later(work: () => void, ms: number): () => void;
}

export class Pacer {
  private began = NaN;
  private out: (() => boolean) | null = null;
  private wanted = false;
  private due = Infinity;
  private off: (() => void) | null = null;
  private gone = false;

  constructor(private readonly needs: PacerNeeds) {}

  /** There is news: draw as soon as no frame is on its way. */
  soon(): void {
    this.wanted = true;
    if (this.out === null) this.draw();
  }

  /** Something moves: draw within `ms`, unless a frame is due before. */
  within(ms: number): void {
    const at = this.needs.now() + ms;
    if (this.out !== null || this.due <= at || this.gone) return;
    this.plan(at);
  }

  /** A frame's commands were given; `out`: whether all of them are carried out. */
  drawn(out: () => boolean): void {
    if (this.gone) return;
    this.began = this.needs.now();
    this.out = out;
    this.wanted = false;
    this.wait(1);
  }

  stop(): void {
    this.gone = true;
    this.off?.();
  }

  private wait(ms: number): void {
    this.due = Infinity;
    this.after(() => this.look(), ms);
  }

  private look(): void {
    const { out } = this;
    const took = this.needs.now() - this.began;
    if (out === null || (took < LOST_MS && !out())) return this.wait(LOOK_MS);
    this.out = null;
    if (this.wanted) return this.draw();
    const pause = this.needs.pause();
    if (pause !== Infinity) this.plan(Math.max(this.began + pause, this.needs.now() + rest(took)));
  }

  private plan(at: number): void {
    this.due = at;
    this.after(() => this.draw(), Math.max(0, at - this.needs.now()));
  }

  private draw(): void {
    this.due = Infinity;
    this.off?.();
    this.off = null;
    if (!this.gone) this.needs.draw();
  }

  private after(work: () => void, ms: number): void {
    this.off?.();
    this.off = this.needs.later(() => {
      this.off = null;
      work();
    }, ms);
  }
}
