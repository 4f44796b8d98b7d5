/** The head of the wall: figures, the data-age light, the sound light, the clock, and the bands of what is wrong. */

import { ageText, dateAndTime, DEFAULT_FEED, feedStale, freshness } from "./age";
import { fill, flag, make, put } from "./dom";
import { ageWords, boxState } from "./marks";
import type { Moment, Part } from "./part";
import type { Feed } from "./protocol";
import type { State } from "./state";
import type { View } from "./view";

const FIGURES = ["alarms", "live", "stale", "lost", "boxes"] as const;

export class Lights implements Part {
  private readonly date: HTMLElement;
  private readonly time: HTMLElement;
  private readonly data: HTMLElement;
  private readonly sound: HTMLButtonElement;
  private readonly figures = new Map<string, { root: HTMLElement; value: HTMLElement; name: HTMLElement }>();

  constructor(private readonly view: View, head: HTMLElement, private readonly bands: HTMLElement) {
    const strip = make("div", "ssz-figures", head);
    for (const name of FIGURES) {
      const root = make("div", `ssz-figure ssz-figure-${name}`, strip);
      this.figures.set(name, { root, value: make("strong", "", root), name: make("span", "", root) });
    }
    const lights = make("div", "ssz-lights", head);
    this.data = make("div", "ssz-light ssz-light-data", lights);
    this.data.setAttribute("role", "status");
    this.sound = make("button", "ssz-light ssz-light-sound", lights);
    this.sound.type = "button";
    this.sound.onclick = () => this.view.siren.toggle();
    const clock = make("div", "ssz-now", head);
    this.time = make("time", "", clock);
    this.date = make("span", "", clock);
    bands.setAttribute("aria-live", "assertive");
  }

  pulse(health: Moment): void {
    const { state } = this.view;
    const { words, language, timezone } = this.view.settings;
    const feed = state.feed ?? DEFAULT_FEED;
    const { date, time } = dateAndTime(health.now, language, timezone);
    put(this.date, date);
    put(this.time, time);
    flag(this.sound, "state", health.sound);
    put(this.sound, words[`live.sound_${health.sound}`] ?? health.sound);
    this.sound.setAttribute("aria-pressed", String(health.sound === "on"));
    this.drawFigures(state, feed, health.now);
    this.drawData(state.feed, health);
    this.drawBands(state.feed, health);
  }

  private drawFigures(state: State, feed: Feed, now: number): void {
    const { words } = this.view.settings;
    const units = { live: 0, stale: 0, lost: 0 };
    for (const unit of state.units.values()) units[freshness(unit, now, feed)] += 1;
    const boxes = [...state.boxes.values()];
    const heard = boxes.filter((box) => boxState(box) === "ok").length;
    const values: Record<string, string> = {
      alarms: String(state.alarms.size), live: String(units.live), stale: String(units.stale),
      lost: String(units.lost), boxes: `${heard}/${boxes.length}`,
    };
    for (const [name, tile] of this.figures) {
      put(tile.value, values[name] ?? "");
      put(tile.name, words[`live.figure_${name}`] ?? name);
      flag(tile.root, "some", values[name] === "0" ? "no" : "yes");
    }
  }

  private drawData(feed: Feed | null, health: Moment): void {
    const { words } = this.view.settings;
    const stale = feedStale(feed, health.now);
    const word = health.starting ? "starting" : stale ? "stale" : health.connected ? "fresh" : "reconnecting";
    flag(this.data, "state", word);
    const age = feed && feed.beat > 0 ? ` · ${ageText(health.now - feed.beat, ageWords(words))}` : "";
    put(this.data, `${words[`live.data_${word}`] ?? word}${age}`);
  }

  private drawBands(feed: Feed | null, health: Moment): void {
    const { words } = this.view.settings;
    const wanted: [string, string][] = [];
    if (!health.starting && feedStale(feed, health.now)) {
      const known = feed !== null && feed.beat > 0;
      const since = known ? dateAndTime(feed.beat, this.view.settings.language, this.view.settings.timezone) : null;
      const age = known ? ageText(health.now - feed.beat, ageWords(words)) : "";
      const text = since === null ? words["live.band_never"] : fill(words["live.band_stale"] ?? "", { time: since.time, age });
      const link = health.connected ? "" : ` · ${words["live.band_reconnecting"] ?? ""}`;
      wanted.push(["stale", `${text ?? ""}${link}`]);
    }
    if (health.trouble.kind !== "none") {
      const text = words[`live.band_${health.trouble.kind}`] ?? health.trouble.kind;
      wanted.push([health.trouble.kind, fill(text, { n: String(health.trouble.count) })]);
    }
    if (feed !== null) {
      if (feed.broker === "down") wanted.push(["broker", words["live.band_broker_down"] ?? ""]);
      if (feed.storage !== "ok") wanted.push(["storage", words[`live.band_storage_${feed.storage}`] ?? ""]);
      if (feed.broker === "demo") wanted.push(["demo-broker", words["live.band_broker_demo"] ?? ""]);
      if (feed.demo) wanted.push(["demo", words["sys.simulated"] ?? ""]);
      if (feed.replay) wanted.push(["replay", words["live.band_replay"] ?? ""]);
    }
    if (this.bands.dataset["text"] === JSON.stringify(wanted)) return;
    this.bands.dataset["text"] = JSON.stringify(wanted);
    this.bands.replaceChildren(...wanted.map(([kind, text]) => {
      const band = make("div", "ssz-band");
      band.dataset["band"] = kind;
      band.textContent = text;
      return band;
    }));
  }
}
