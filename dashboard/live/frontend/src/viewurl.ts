/** The page's view and its address, kept the same. Everybody on the page changes the view through here. */

import { safely } from "./safely";
import { formatView, parseView, type ViewState } from "./urlstate";

/** Browsers refuse more than a hundred changes of the address in half a minute. */
const WRITE_MS = 500;

export class ViewUrl {
  private readonly now: ViewState = parseView(location.search);
  private readonly told = new Set<(view: ViewState) => void>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  get view(): Readonly<ViewState> {
    return this.now;
  }

  /** The whole address of the view as it is now, also while the browser's own is not written yet. */
  get address(): string {
    return `${location.origin}${this.path}`;
  }

  private get path(): string {
    return `${location.pathname}${formatView(this.now, location.search)}${location.hash}`;
  }

  change(part: Partial<ViewState>): void {
    Object.assign(this.now, part);
    this.timer ??= setTimeout(() => this.write(), WRITE_MS);
    for (const tell of [...this.told]) safely(() => tell(this.now));
  }

  /** Called at each change. Returns what ends it. */
  on(tell: (view: ViewState) => void): () => void {
    this.told.add(tell);
    return () => this.told.delete(tell);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private write(): void {
    this.timer = null;
    const wanted = this.path;
    if (wanted !== `${location.pathname}${location.search}${location.hash}`) history.replaceState(history.state, "", wanted);
  }
}
