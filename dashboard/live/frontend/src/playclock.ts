/** The clock of a played past: so many times as fast as the page's own. Pure: the time is an argument. */

export class PlayClock {
  playing = false;
  private from = 0;
  private since = 0;
  private times = 60;

  get speed(): number {
    return this.times;
  }

  /** The moment it shows, epoch ms; `mono`: the page's own clock, ms. */
  at(mono: number): number {
    return this.playing ? this.from + (mono - this.since) * this.times : this.from;
  }

  set(moment: number, mono: number): void {
    this.from = moment;
    this.since = mono;
  }

  pace(times: number, mono: number): void {
    this.set(this.at(mono), mono);
    this.times = times;
  }

  play(playing: boolean, mono: number): void {
    this.set(this.at(mono), mono);
    this.playing = playing;
  }
}
