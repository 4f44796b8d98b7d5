/** The few tools of a wall are there for a hand on the mouse or a key, and gone again soon after. */

import { flag } from "./dom";
import type { Part } from "./part";

const STAY_MS = 8_000;

export class Hand implements Part {
  private until = 0;
  private x = -1;
  private y = -1;

  constructor(private readonly root: HTMLElement) {
    addEventListener("pointermove", this.moved);
    addEventListener("pointerdown", this.here);
    addEventListener("keydown", this.here);
    flag(root, "hand", "no");
  }

  second(): void {
    if (performance.now() > this.until) flag(this.root, "hand", "no");
  }

  stop(): void {
    removeEventListener("pointermove", this.moved);
    removeEventListener("pointerdown", this.here);
    removeEventListener("keydown", this.here);
  }

  /** A browser tells of a move also when the page moved below a mouse that lies still. */
  private readonly moved = (event: PointerEvent): void => {
    if (event.screenX === this.x && event.screenY === this.y) return;
    this.x = event.screenX;
    this.y = event.screenY;
    this.here();
  };

  private readonly here = (): void => {
    this.until = performance.now() + STAY_MS;
    flag(this.root, "hand", "yes");
  };
}
