/** The server's time by the page's own clock: goes on when the link is dead, and over a sleep of the machine. */

export interface Ticks {
  /** Monotonic milliseconds. */
  mono(): number;
  /** Wall-clock milliseconds of this machine; only its advance is used. */
  wall(): number;
}

export const browserTicks: Ticks = { mono: () => performance.now(), wall: () => Date.now() };

const SAMPLES = 20;

/** Frames come in order, however late: one that tells an earlier time than the last says that the clock was set back. */
const SET_BACK_MS = 1000;

export class ServerClock {
  private samples: number[] = [];
  private monoAt = 0;
  private wallAt = 0;
  private told = 0;

  constructor(private readonly ticks: Ticks = browserTicks) {}

  /** Take the server's word of its time. A frame is only ever late, so the largest recent difference is nearest. */
  observe(serverNow: number): void {
    this.monoAt = this.ticks.mono();
    this.wallAt = this.ticks.wall();
    if (serverNow < this.told - SET_BACK_MS) this.samples = [];
    this.told = serverNow;
    this.samples.push(serverNow - this.monoAt);
    if (this.samples.length > SAMPLES) this.samples.shift();
  }

  get known(): boolean {
    return this.samples.length > 0;
  }

  /** Epoch milliseconds at the server. Before the first word: this machine's own clock. */
  now(): number {
    if (!this.known) return this.ticks.wall();
    const mono = this.ticks.mono();
    // A monotonic clock may stand still while the machine sleeps; the wall clock then tells of the rest.
    const slept = Math.max(0, this.ticks.wall() - this.wallAt - (mono - this.monoAt));
    return Math.max(...this.samples) + mono + slept;
  }
}
