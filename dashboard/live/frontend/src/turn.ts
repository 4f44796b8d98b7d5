/** A turn that is waited for: something large may begin when what is more urgent is on the screen. */

/** A page in the background has no frames: then this long stands for them, ms. */
const NO_FRAMES_MS = 300;

/** The frame that draws what has been put into the page by now, and two more until it is surely out. */
const FRAMES = 3;

/** What has been put into the page by now is on the screen. */
function painted(): Promise<void> {
  return new Promise((done) => {
    const late = setTimeout(done, NO_FRAMES_MS);
    const frame = (left: number): void => {
      if (left > 0) {
        requestAnimationFrame(() => frame(left - 1));
        return;
      }
      clearTimeout(late);
      setTimeout(done, 0);
    };
    frame(FRAMES);
  });
}

export class Turn {
  /** Kept when the turn has come and what came before it is painted. */
  readonly come: Promise<void>;
  private begin!: () => void;

  /** `patience`: it comes after so many ms at the latest. */
  constructor(patience: number) {
    const begun = new Promise<void>((done) => {
      this.begin = done;
    });
    const late = setTimeout(this.begin, patience);
    this.come = begun.then(() => clearTimeout(late)).then(painted);
  }

  /** What is more urgent is in the page. */
  now(): void {
    this.begin();
  }
}
