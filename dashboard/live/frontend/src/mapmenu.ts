/** The part with what can be set on the map: which parts are shown, the minutes of the trails, a new area. */

import { fill, make, put } from "./dom";
import type { Area } from "./area";
import type { Part } from "./part";
import type { Trailing } from "./trailing";
import { PARTS, TRAIL_MINUTES } from "./urlstate";
import type { View } from "./view";

export class MapMenu implements Part {
  private readonly summary: HTMLElement;
  private readonly boxes = new Map<string, { box: HTMLInputElement; text: HTMLElement }>();
  private readonly trail: HTMLSelectElement;
  private readonly trailName: HTMLElement;
  private readonly all: { box: HTMLInputElement; text: HTMLElement };
  private readonly said: HTMLElement;
  private readonly draw: HTMLButtonElement;
  private readonly leave: () => void;

  constructor(private readonly view: View, place: HTMLElement, area: Area, private readonly trailing: Trailing) {
    this.draw = make("button", "ssz-draw", place);
    this.draw.type = "button";
    this.draw.onclick = () => area.begin();
    const menu = make("details", "ssz-menu", place);
    this.summary = make("summary", "", menu);
    const body = make("div", "", menu);
    const trailRow = make("label", "", body);
    this.trailName = make("span", "", trailRow);
    this.trail = make("select", "", trailRow);
    this.trail.onchange = () => view.url.change({ trail: TRAIL_MINUTES.find((minutes) => String(minutes) === this.trail.value) ?? 0 });
    this.all = this.check(body, () => view.url.change({ trailAll: this.all.box.checked }));
    this.said = make("p", "", body);
    for (const part of PARTS) {
      this.boxes.set(part, this.check(body, () => {
        const off = new Set(view.url.view.off);
        if (this.boxes.get(part)?.box.checked) off.delete(part);
        else off.add(part);
        view.url.change({ off: PARTS.filter((one) => off.has(one)) });
      }));
    }
    this.leave = view.url.on(() => this.show());
  }

  private check(place: HTMLElement, change: () => void): { box: HTMLInputElement; text: HTMLElement } {
    const label = make("label", "", place);
    const box = make("input", "", label);
    box.type = "checkbox";
    box.onchange = change;
    return { box, text: make("span", "", label) };
  }

  retell(): void {
    const { words } = this.view.settings;
    put(this.summary, words["live.layers"] ?? "");
    put(this.draw, words["live.area_draw"] ?? "");
    put(this.trailName, words["live.trail"] ?? "");
    put(this.all.text, words["live.trail_all"] ?? "");
    for (const [part, { text }] of this.boxes) put(text, words[`live.part_${part}`] ?? part);
    this.trail.replaceChildren(...TRAIL_MINUTES.map((minutes) =>
      new Option(minutes === 0 ? words["live.trail_off"] : fill(words["live.trail_minutes"] ?? "", { n: minutes }), String(minutes))));
    this.show();
  }

  second(): void {
    const { refused } = this.trailing;
    const { words } = this.view.settings;
    put(this.said, this.view.url.view.trail === 0 || refused === null ? "" : words[refused === 403 ? "live.trail_refused" : "live.trail_failed"] ?? "");
  }

  stop(): void {
    this.leave();
  }

  private show(): void {
    const { view } = this.view.url;
    this.trail.value = String(view.trail);
    this.all.box.checked = view.trailAll;
    this.all.box.disabled = view.trail === 0;
    for (const [part, { box }] of this.boxes) box.checked = !view.off.some((off) => off === part);
  }
}
