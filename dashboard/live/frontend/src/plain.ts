/** What is shown where the map cannot be (no WebGL, or none for now): everything as a list, in words, alarms first. */

import { ageText, DEFAULT_FEED, freshness, runningClock } from "./age";
import { fill, flag, make, put } from "./dom";
import { EVERYTHING } from "./filter";
import { ageWords, boxState, kindWord, unitWord } from "./marks";
import { boxName, boxOrder, unitOrder } from "./order";
import { type Named, namedPlaces, nearest } from "./places";
import { inOrder, keyOf } from "./state";
import type { View } from "./view";
import { VirtualList } from "./virtual";

export class PlainList {
  private readonly root: HTMLElement;
  private readonly why: HTMLElement;
  private readonly list: VirtualList;
  private readonly rows = {
    keys: [] as string[], build: (row: HTMLElement) => build(row), fill: (row: HTMLElement, key: string) => this.fill(row, key),
    chosen: () => undefined,
  };
  private places: Named[] = [];
  private placed = { at: 0, of: "" };

  constructor(private readonly view: View, place: HTMLElement) {
    this.root = make("div", "ssz-plain", place);
    this.why = make("p", "", this.root);
    this.list = new VirtualList(this.root, view.settings.mode === "wall" ? 76 : 44, this.rows);
  }

  /** `why`: none (no WebGL at all), lost (for a while), failed. */
  draw(why: string, now: number): void {
    const { shown: state, settings: { words, language } } = this.view;
    put(this.why, words[why === "none" ? "live.no_map" : `live.map_${why}`] ?? "");
    this.list.label(words["live.no_map"] ?? "");
    // Boxes and ground may come after the first drawing; afterwards their names hardly change.
    const of = `${state.boxes.size} ${this.view.sheet.known?.version ?? ""} ${language}`;
    if (of !== this.placed.of || now - this.placed.at > 60_000) {
      this.placed = { at: now, of };
      this.places = namedPlaces(this.view.sheet.known, state.boxes.values(), language);
    }
    this.rows.keys = [
      ...inOrder(state.alarms.values()).map((alarm) => `a/${keyOf(alarm.s, alarm.id)}`),
      ...unitOrder(state, EVERYTHING, now).keys.map((key) => `u/${key}`),
      ...boxOrder(state, language, (box) => boxState(box) === "ok", () => true).map((key) => `b/${key}`),
    ];
    this.list.draw();
  }

  stop(): void {
    this.list.stop();
    this.root.remove();
  }

  private fill(row: HTMLElement, rowKey: string): void {
    const { shown: state, shownNow, settings: { words, language } } = this.view;
    const key = rowKey.slice(2);
    const now = shownNow;
    if (rowKey.startsWith("a/")) {
      const alarm = state.alarms.get(key);
      if (alarm === undefined) return;
      const state_ = words[`live.alarm_${alarm.state}`] ?? alarm.state;
      told(row, alarm.state, `${kindWord(alarm, words)} ${alarm.place || this.view.originName(alarm)}`, state_, "", runningClock(now - alarm.raised));
    } else if (rowKey.startsWith("u/")) {
      const unit = state.units.get(key);
      if (unit === undefined) return;
      const feed = state.feed ?? DEFAULT_FEED;
      const age = unit.at === null ? "–" : ageText(now - unit.at, ageWords(words));
      told(row, freshness(unit, now, feed), unit.call || unit.id, unitWord(unit, now, feed, words), this.where(unit.lat, unit.lon), age);
    } else {
      const box = state.boxes.get(key);
      if (box === undefined) return;
      const word = boxState(box);
      const age = box.heard === 0 ? "–" : ageText(now - box.heard, ageWords(words));
      told(row, word === "ok" ? "live" : "lost", boxName(box, language), words[`live.box_${word}`] ?? word, "", age);
    }
  }

  private where(lat: number | null, lon: number | null): string {
    if (lat === null || lon === null) return this.view.settings.words["mark.no_place"] ?? "";
    const near = nearest(lat, lon, this.places);
    const wording = this.view.settings.words["live.near"] ?? "{name}";
    return near === null ? `${lat.toFixed(5)}, ${lon.toFixed(5)}` : fill(wording, { name: near.name, n: Math.round(near.metres / 10) * 10 });
  }
}

function build(row: HTMLElement): void {
  make("strong", "", row);
  make("span", "", row);
  make("em", "", row);
  make("time", "", row);
}

function told(row: HTMLElement, state: string, ...texts: string[]): void {
  flag(row, "state", state);
  texts.forEach((text, i) => put(row.children[i] as HTMLElement, text));
}
