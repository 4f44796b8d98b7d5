/** The part that says what is selected, and who is followed: a card and a chip at the foot of the map. */

import { fill, make, put } from "./dom";
import type { Part } from "./part";
import { alarmText, boxText, unitText } from "./rows";
import { parseSelection } from "./selection";
import { trackFile } from "./trackfile";
import type { View } from "./view";

export class Chosen implements Part {
  private readonly card: HTMLElement;
  private readonly text: HTMLElement;
  private readonly follow: HTMLButtonElement;
  private readonly track: HTMLAnchorElement;
  private readonly chip: HTMLElement;
  private readonly who: HTMLElement;
  private readonly end: HTMLButtonElement;
  private readonly notes: HTMLElement;
  private readonly leave: (() => void)[];

  constructor(private readonly view: View, place: HTMLElement) {
    const foot = make("div", "ssz-foot", place);
    this.notes = make("p", "ssz-note", foot);
    this.notes.setAttribute("role", "status");
    this.chip = make("div", "ssz-chip", foot);
    this.who = make("span", "", this.chip);
    this.end = make("button", "", this.chip);
    this.card = make("div", "ssz-card", foot);
    this.text = make("span", "", this.card);
    this.follow = make("button", "", this.card);
    this.track = make("a", ""); // on the page only where it leads somewhere: a screen nobody sits at has no ways
    const close = make("button", "ssz-x", this.card);
    for (const button of [this.end, this.follow, close]) button.type = "button";
    close.textContent = "×";
    close.setAttribute("aria-label", view.settings.words["live.close"] ?? "");
    close.onclick = () => view.selection.set(null);
    this.end.onclick = () => view.url.change({ follow: null });
    this.follow.onclick = () => {
      const picked = parseSelection(view.selection.key ?? "");
      if (picked?.kind === "unit") view.url.change({ follow: picked.key });
    };
    this.leave = [view.selection.on(() => this.second()), view.url.on(() => this.second())];
  }

  retell(): void {
    this.second();
  }

  stop(): void {
    for (const end of this.leave) end();
  }

  second(): void {
    const { words } = this.view.settings;
    put(this.end, words["live.follow_end"] ?? "");
    put(this.follow, words["live.follow"] ?? "");
    put(this.track, words["live.track_file"] ?? "");
    this.drawCard();
    this.drawChip();
    this.drawNotes();
  }

  private drawCard(): void {
    const { shown: state, selection, url } = this.view;
    const picked = parseSelection(selection.key ?? "");
    const unit = picked?.kind === "unit" ? state.units.get(picked.key) : undefined;
    const box = picked?.kind === "box" ? state.boxes.get(picked.key) : undefined;
    // On a desk the chosen alarm is told in full beside the map.
    const alarm = picked?.kind === "alarm" && this.view.settings.mode !== "desk" ? state.alarms.get(picked.key) : undefined;
    const text = unit ? unitText(this.view, unit) : box ? boxText(this.view, box) : alarm ? alarmText(this.view, alarm) : "";
    this.card.hidden = text === "";
    put(this.text, text);
    this.drawTrack(unit === undefined ? "" : picked?.key ?? "");
    this.follow.hidden = unit === undefined || url.view.follow === picked?.key || this.view.map.trouble === "none";
  }

  /** The way to the file of a unit's track, up to the moment that is shown. */
  private drawTrack(unit: string): void {
    const href = unit === "" ? "" : trackFile(this.view.settings, this.view.past?.now ?? this.view.clock.now(), unit);
    if (href === "") return this.track.remove();
    if (this.track.getAttribute("href") !== href) this.track.href = href;
    if (!this.track.isConnected) this.follow.after(this.track);
  }

  private drawChip(): void {
    const { shown: state, url, map, settings } = this.view;
    const { follow } = url.view;
    this.chip.hidden = follow === null;
    if (follow === null) return;
    const unit = state.units.get(follow);
    const there = map.fleet.marks.has(follow);
    const name = unit?.call || unit?.id || follow;
    put(this.who, fill(settings.words[there ? "live.following" : "live.following_lost"] ?? "", { unit: name }));
  }

  /** Units whose fix no map can show: said, not left out in silence. */
  private drawNotes(): void {
    const { map, shown: state, settings } = this.view;
    const keys = [...map.fleet.nowhere];
    this.notes.hidden = keys.length === 0;
    if (keys.length === 0) return;
    const names = keys.slice(0, 5).map((key) => state.units.get(key)?.call || key);
    const more = keys.length > 5 ? ` ${fill(settings.words["live.more"] ?? "", { n: keys.length - 5 })}` : "";
    put(this.notes, `${fill(settings.words["live.off_map"] ?? "", { units: names.join(", ") })}${more}`);
  }
}
