/** The list beside the map: units and boxes, one filter for list and map, what is selected here is selected there. */

import { ageText, DEFAULT_FEED, freshness } from "./age";
import { fill, flag, make, put } from "./dom";
import { UNIT_KINDS, wantedName } from "./filter";
import { FRESH } from "./look";
import { ageWords, boxState, unitWord } from "./marks";
import { boxName, boxOrder, unitOrder } from "./order";
import type { Moment, Part, Settings } from "./part";
import type { Box, Unit } from "./protocol";
import { parseSelection, type SelectionKind, selectionKey } from "./selection";
import type { Key } from "./state";
import { STATUS, statusOf } from "./tints";
import type { View } from "./view";
import { VirtualList } from "./virtual";

/** Height of a row, px. */
const ROW_PX = 58;

type Tab = Extract<SelectionKind, "unit" | "box">;
const TABS: readonly Tab[] = ["unit", "box"];

export class Board implements Part {
  private readonly list: VirtualList;
  private readonly rows: { keys: Key[] } & ConstructorParameters<typeof VirtualList>[2];
  private readonly tabs = new Map<Tab, HTMLButtonElement>();
  private readonly chips = new Map<string, HTMLButtonElement>();
  private readonly filters: HTMLElement;
  private readonly search: HTMLInputElement;
  private readonly kind: HTMLSelectElement;
  private readonly none: HTMLElement;
  private readonly leave: (() => void)[];
  private tab: Tab = "unit";

  constructor(private readonly view: View, place: HTMLElement) {
    const bar = make("div", "ssz-tabs", place);
    bar.setAttribute("role", "group");
    for (const tab of TABS) {
      const button = make("button", "", bar);
      button.type = "button";
      button.onclick = () => this.open(tab);
      this.tabs.set(tab, button);
    }
    this.search = make("input", "ssz-search", place);
    this.search.type = "search";
    this.search.value = view.url.view.filter;
    this.search.maxLength = 80;
    this.search.oninput = () => view.url.change({ filter: this.search.value });
    this.filters = make("div", "ssz-chips", place);
    for (const fresh of ["all", ...FRESH]) {
      const chip = make("button", "", this.filters);
      chip.type = "button";
      flag(chip, "fresh", fresh);
      chip.onclick = () => view.url.change({ fresh: FRESH.find((one) => one === fresh) ?? null });
      this.chips.set(fresh, chip);
    }
    this.kind = make("select", "", this.filters);
    this.kind.onchange = () => view.url.change({ kind: UNIT_KINDS.find((one) => one === this.kind.value) ?? null });
    this.none = make("p", "ssz-none", place);
    this.rows = { keys: [], build: (row) => build(row), fill: (row, key) => this.fill(row, key), chosen: (key) => this.choose(key) };
    this.list = new VirtualList(place, ROW_PX, this.rows);
    this.leave = [view.selection.on(() => this.follow()), view.url.on(() => this.draw())];
  }

  retell({ words }: Settings): void {
    this.search.placeholder = words["live.search"] ?? "";
    this.search.setAttribute("aria-label", words["live.search"] ?? "");
    this.kind.setAttribute("aria-label", words["live.kind"] ?? "");
    const kinds = ["", ...UNIT_KINDS].map((kind) => new Option(words[`live.unit_kind_${kind || "all"}`] ?? kind, kind));
    this.kind.replaceChildren(...kinds);
    this.draw();
  }

  second(_moment: Moment): void {
    this.draw();
  }

  turned(): void {
    this.draw();
  }

  stop(): void {
    this.list.stop();
    for (const end of this.leave) end();
  }

  private open(tab: Tab): void {
    this.tab = tab;
    this.follow();
    this.draw();
  }

  private choose(key: Key): void {
    this.view.selection.set(selectionKey(this.tab, key));
    const one = (this.tab === "unit" ? this.view.shown.units : this.view.shown.boxes).get(key);
    if (one !== undefined && one.lat !== null && one.lon !== null) this.view.map.centre(one.lat, one.lon);
  }

  /** Something was selected, perhaps on the map: it is marked here too. */
  private follow(): void {
    const picked = parseSelection(this.view.selection.key ?? "");
    if (picked !== null && picked.kind !== this.tab && picked.kind !== "alarm") {
      this.tab = picked.kind;
      this.draw();
    }
    this.list.mark(picked?.kind === this.tab ? picked.key : null);
  }

  private draw(): void {
    const { shown: state, settings, url, shownNow } = this.view;
    const { words, language } = settings;
    const units = unitOrder(state, url.view, shownNow);
    const boxes = boxOrder(state, language, (box) => boxState(box) === "ok", (names) => wantedName(names, url.view.filter));
    put(this.tabs.get("unit")!, `${words["live.part_units"] ?? ""} ${units.counts.all}`);
    put(this.tabs.get("box")!, `${words["live.part_boxes"] ?? ""} ${boxes.length}`);
    for (const [tab, button] of this.tabs) button.setAttribute("aria-pressed", String(tab === this.tab));
    for (const [fresh, chip] of this.chips) {
      const word = words[fresh === "all" ? "live.all" : `live.fresh_${fresh}`] ?? fresh;
      put(chip, `${word} ${units.counts[fresh as keyof typeof units.counts]}`);
      chip.setAttribute("aria-pressed", String((url.view.fresh ?? "all") === fresh));
    }
    this.kind.value = url.view.kind ?? "";
    if (document.activeElement !== this.search && this.search.value !== url.view.filter) this.search.value = url.view.filter;
    this.filters.hidden = this.tab !== "unit";
    this.rows.keys = this.tab === "unit" ? units.keys : boxes;
    this.list.label(words[this.tab === "unit" ? "live.part_units" : "live.part_boxes"] ?? "");
    this.none.hidden = this.rows.keys.length > 0;
    flag(this.list.root, "past", this.view.past === null ? "no" : "yes");
    const known = this.tab === "unit" ? state.units.size : state.boxes.size;
    put(this.none, words[known === 0 ? "live.list_empty" : "live.list_none"] ?? "");
    this.list.draw();
  }

  private fill(row: HTMLElement, key: Key): void {
    const { shown: state } = this.view;
    if (this.tab === "unit") this.fillUnit(row, state.units.get(key));
    else this.fillBox(row, state.boxes.get(key));
  }

  private fillUnit(row: HTMLElement, unit: Unit | undefined): void {
    if (unit === undefined) return;
    const { shown: state, shownNow: now, settings: { words } } = this.view;
    const feed = state.feed ?? DEFAULT_FEED;
    const fresh = freshness(unit, now, feed);
    const speed = fresh === "live" && unit.spd !== null ? ` · ${fill(words["live.speed"] ?? "", { n: Math.round(unit.spd) })}` : "";
    const status = statusOf(unit.st);
    told(row, STATUS[status].shape, fresh, fresh === "live" ? STATUS[status][this.view.theme] : "",
      unit.call || unit.id, `${unitWord(unit, now, feed, words)}${speed}`, unit.at === null ? "–" : ageText(now - unit.at, ageWords(words)));
  }

  private fillBox(row: HTMLElement, box: Box | undefined): void {
    if (box === undefined) return;
    const { shownNow, settings: { words, language } } = this.view;
    const state = boxState(box);
    told(row, "box", state, "", boxName(box, language), `${box.id} · ${words[`live.box_${state}`] ?? state}`,
      box.heard === 0 ? "–" : ageText(shownNow - box.heard, ageWords(words)));
  }
}

function build(row: HTMLElement): void {
  make("i", "", row).setAttribute("aria-hidden", "true");
  const text = make("div", "", row);
  make("strong", "", text);
  make("span", "", text);
  make("time", "", row);
}

function told(row: HTMLElement, shape: string, state: string, colour: string, name: string, words: string, age: string): void {
  const [glyph, text, time] = [...row.children] as HTMLElement[];
  flag(row, "state", state);
  flag(glyph!, "shape", shape);
  if (glyph!.style.color !== colour) glyph!.style.color = colour;
  put(text!.firstElementChild as HTMLElement, name);
  put(text!.lastElementChild as HTMLElement, words);
  put(time!, age);
}
