/** The switch between the colours of day and night; it names the ones it leads to. */

import { make, put } from "./dom";
import type { Part } from "./part";
import type { View } from "./view";

export class ThemeSwitch implements Part {
  private readonly button: HTMLButtonElement;
  private readonly leave: () => void;

  constructor(private readonly view: View, place: HTMLElement) {
    this.button = make("button", "ssz-theme", place);
    this.button.type = "button";
    this.button.onclick = () => view.dress.choose(view.theme === "night" ? "day" : "night");
    this.leave = view.url.on(() => this.retell());
  }

  retell(): void {
    put(this.button, this.view.settings.words[this.view.theme === "night" ? "live.theme_day" : "live.theme_night"] ?? "");
  }

  stop(): void {
    this.leave();
  }
}
