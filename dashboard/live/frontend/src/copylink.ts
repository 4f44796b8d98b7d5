/** The button that copies the link to what is shown: whoever opens it sees the same part of the map, and the same moment. */

import { make, put } from "./dom";
import type { Part } from "./part";
import type { View } from "./view";

/** How long the button says what became of it, ms. */
const SAID_MS = 2_500;

type Said = "live.copy_link" | "live.copied" | "live.copy_failed";

export class CopyLink implements Part {
  private readonly button: HTMLButtonElement;
  private said: Said = "live.copy_link";
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly view: View, place: HTMLElement) {
    this.button = make("button", "ssz-copy", place);
    this.button.type = "button";
    this.button.setAttribute("aria-live", "polite");
    this.button.onclick = () => void copy(view.url.address).then((done) => this.say(done ? "live.copied" : "live.copy_failed"));
  }

  retell(): void {
    put(this.button, this.view.settings.words[this.said] ?? "");
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private say(said: Said): void {
    this.said = said;
    this.retell();
    this.stop();
    this.timer = setTimeout(() => {
      this.said = "live.copy_link";
      this.retell();
    }, SAID_MS);
  }
}

/** Whether it was copied. Without HTTPS a browser has no clipboard for pages: then by way of a field, as of old. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    const before = document.activeElement;
    field.value = text;
    field.style.cssText = "position:fixed;opacity:0";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    return done;
  }
}
