/** The name of the page or of its one station, the ways to other pages, and the choice of station. */

import { make, put } from "./dom";
import type { Part, Settings } from "./part";
import type { View } from "./view";

export class Names implements Part {
  private readonly title: HTMLElement;
  private readonly menu: HTMLElement;
  private readonly visitor: HTMLElement;
  private shown: string | null = null;

  constructor(
    private readonly view: View, place: HTMLElement, private readonly stations: HTMLSelectElement,
    private readonly titleWord: string,
  ) {
    this.title = make("h1", "", place);
    this.menu = make("nav", "", place);
    this.visitor = make("strong", "ssz-visitor");
    place.after(this.visitor);
  }

  /** Name this station above the map. */
  name(code: string): void {
    this.shown = code;
    this.stations.value = code;
    this.ground();
  }

  retell({ words, links, visitor }: Settings): void {
    put(this.visitor, words["live.visitor"] ?? "");
    this.visitor.hidden = !visitor;
    const wanted = JSON.stringify(links);
    if (this.menu.dataset["text"] !== wanted) {
      this.menu.dataset["text"] = wanted;
      this.menu.replaceChildren(...links.map(({ href, title, here }) => {
        const link = make("a");
        link.href = href;
        link.textContent = title;
        if (here) link.setAttribute("aria-current", "page");
        return link;
      }));
    }
    this.ground();
  }

  ground(): void {
    const stations = this.view.sheet.known?.stations ?? [];
    this.stations.hidden = stations.length < 2;
    const name = (one: { th: string; en: string }): string => (this.view.settings.language === "th" ? one.th : one.en);
    const one = stations.length === 1 ? stations[0] : stations.find((station) => station.code === this.shown);
    put(this.title, one === undefined ? this.view.settings.words[this.titleWord] ?? "" : name(one));
    const wanted = JSON.stringify(stations.map((one) => [one.code, name(one)]));
    if (this.stations.dataset["text"] === wanted) return;
    this.stations.dataset["text"] = wanted;
    const chosen = this.stations.value;
    this.stations.replaceChildren(...stations.map((one) => new Option(name(one), one.code, false, one.code === chosen)));
  }
}
