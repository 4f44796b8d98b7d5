/** The strip of figures: made once, changed where something is different. */

import { flag, make, put } from "./dom";
import { runningClock } from "./age";
import { type Counted, FIGURES, type FigureName, figures, waitingSince } from "./kpi";
import type { Moment, Part } from "./part";
import type { View } from "./view";

const ASK_MS = 30_000;

interface Tile {
  root: HTMLElement;
  value: HTMLElement;
  name: HTMLElement;
  health: HTMLElement;
}

export class Figures implements Part {
  private readonly tiles = new Map<FigureName, Tile>();
  private counted: Counted | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly view: View, place: HTMLElement) {
    const strip = make("div", "ssz-figures", place);
    for (const name of FIGURES) {
      const root = make("div", `ssz-figure ssz-figure-${name}`, strip);
      this.tiles.set(name, { root, value: make("strong", "", root), name: make("span", "", root), health: make("em", "", root) });
    }
    void this.ask();
  }

  /** The one figure that runs like a clock. */
  pulse(moment: Moment): void {
    const tile = this.tiles.get("oldest");
    const since = waitingSince(this.view.state);
    if (tile !== undefined && since !== null) put(tile.value, runningClock(moment.now - since));
  }

  second(moment: Moment): void {
    const { words, language, timezone } = this.view.settings;
    const found = figures(this.view.state, this.counted, moment.now, { words, language, zone: timezone });
    for (const [name, tile] of this.tiles) {
      const figure = found[name];
      put(tile.value, figure.value);
      put(tile.name, figure.name);
      put(tile.health, figure.health);
      flag(tile.root, "state", figure.state);
    }
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private async ask(): Promise<void> {
    try {
      const response = await fetch(`${this.view.settings.base}live/figures`, { credentials: "same-origin" });
      if (response.ok) this.counted = (await response.json()) as Counted;
    } catch {
      // What is known grows old, and says so.
    }
    // A room of walls that came back together does not ask together for ever.
    this.timer = setTimeout(() => void this.ask(), ASK_MS * (0.8 + Math.random() * 0.4));
  }
}
