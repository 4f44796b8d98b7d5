/** Notes begun and not yet stored, one for each alarm: what was begun for one is never stored in another. Pure. */

/** Of so many alarms drafts are kept; the oldest goes first. */
export const MOST_DRAFTS = 50;

export class Drafts {
  private readonly kept = new Map<string, string>();

  get(key: string): string {
    return this.kept.get(key) ?? "";
  }

  keep(key: string, text: string): void {
    this.kept.delete(key);
    if (text.trim() === "") return;
    this.kept.set(key, text);
    const oldest = this.kept.keys().next();
    if (this.kept.size > MOST_DRAFTS && !oldest.done) this.kept.delete(oldest.value);
  }
}
