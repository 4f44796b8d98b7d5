/** Day or night: of the address (`?theme=day`), else as this browser was last told for such a page, else night. */

import { flag } from "./dom";
import { keep, kept } from "./kept";
import { type Theme, THEMES } from "./tints";
import type { ViewUrl } from "./viewurl";

export class Dress {
  private remembered: Theme | null;
  private readonly leave: () => void;

  /** `page`: desk and wall are remembered apart. */
  constructor(private readonly url: ViewUrl, private readonly root: HTMLElement, private readonly page: string) {
    const known = kept(`ssz-theme-${page}`);
    this.remembered = THEMES.find((one) => one === known) ?? null;
    this.show();
    this.leave = url.on(() => this.show());
  }

  get theme(): Theme {
    return this.url.view.theme ?? this.remembered ?? "night";
  }

  choose(theme: Theme): void {
    this.remembered = theme;
    keep(`ssz-theme-${this.page}`, theme);
    this.url.change({ theme });
  }

  stop(): void {
    this.leave();
  }

  private show(): void {
    flag(this.root, "theme", this.theme);
  }
}
