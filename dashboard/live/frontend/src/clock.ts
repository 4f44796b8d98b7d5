/** The server's time by the page's own clock: goes on when the link is dead, and over a sleep of the machine. */

export interface Ticks {
  /** Monotonic milliseconds. */
  mono(): number;
  /** Wall-clock milliseconds of this machine; only its advance is used. */
  wall(): number;
}

export const browserTicks: Ticks = { mono: () => performance.now(), wall: () => Date.now() };

/** Seconds of which the best word of each is kept. Not words: those that waited over a sleep come all at once. */
const SAMPLES = 20;

/** Clocks that part by less than this within a second are merely imprecise. */
const SLEEP_MS = 500;

/** Frames come in order, however late: one that tells an earlier time than the last says that the clock was set back. */
const SET_BACK_MS = 1000;

export class ServerClock {
  private samples: { second: number; ahead: number }[] = [];
  private monoAt = 0;
  private wallAt = 0;
  private slept = 0;
  private told = 0;
  private anew = false;

  constructor(private readonly ticks: Ticks = browserTicks) {}

  /** Take the server's word of its time. A frame is only ever late, so the largest recent difference is nearest. */
  observe(serverNow: number): void {
    if (this.known) this.slept += this.asleep();
    this.monoAt = this.ticks.mono();
    this.wallAt = this.ticks.wall();
    if (this.anew || serverNow < this.told - SET_BACK_MS) this.samples = [];
    this.anew = false;
    this.told = serverNow;
    const steady = this.monoAt + this.slept;
    const word = { second: Math.floor(steady / 1000), ahead: serverNow - steady };
    const last = this.samples.at(-1);
    if (last?.second === word.second) last.ahead = Math.max(last.ahead, word.ahead);
    else this.samples.push(word);
    if (this.samples.length > SAMPLES) this.samples.shift();
  }

  /** The next word is the first of a new link: it has waited nowhere, and what was known of an older link may be wrong. */
  renew(): void {
    this.anew = true;
  }

  get known(): boolean {
    return this.samples.length > 0;
  }

  /** Epoch milliseconds at the server. Before the first word: this machine's own clock. */
  now(): number {
    if (!this.known) return this.ticks.wall();
    const ahead = Math.max(...this.samples.map((one) => one.ahead));
    return ahead + this.ticks.mono() + this.slept + this.asleep();
  }

  /** A monotonic clock may stand still while the machine sleeps: what the wall clock tells beyond it since the last word. */
  private asleep(): number {
    const passed = this.ticks.mono() - this.monoAt;
    const beyond = this.ticks.wall() - this.wallAt - passed;
    return beyond > SLEEP_MS ? beyond : 0;
  }
}
