/** The head of a live page: the data-age light, the sound light, the clock, and the bands of what is wrong. */

import { ageText, dateAndTime, feedStale } from "./age";
import { attr, fill, flag, make, put } from "./dom";
import { ageWords } from "./marks";
import type { Moment, Part } from "./part";
import type { Feed } from "./protocol";
import type { View } from "./view";

export class Lights implements Part {
  private readonly date: HTMLElement;
  private readonly time: HTMLElement;
  private readonly data: HTMLElement;
  private readonly sound: HTMLButtonElement;

  constructor(private readonly view: View, head: HTMLElement, private readonly bands: HTMLElement) {
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
    const { date, time } = dateAndTime(health.now, language, timezone);
    put(this.date, date);
    put(this.time, time);
    flag(this.sound, "state", health.sound);
    put(this.sound, words[`live.sound_${health.sound}`] ?? health.sound);
    attr(this.sound, "aria-pressed", String(health.sound === "on"));
    this.drawData(state.feed, health);
    this.drawBands(state.feed, health);
  }

  private drawData(feed: Feed | null, health: Moment): void {
    const { words } = this.view.settings;
    const stale = feedStale(feed, health.now);
    const word = health.starting ? "starting" : stale ? "stale" : health.connected ? "fresh" : "reconnecting";
    flag(this.data, "state", word);
    const age = feed && feed.beat > 0 ? ` · ${ageText(health.now - feed.beat, ageWords(words))}` : "";
    put(this.data, `${words[`live.data_${word}`] ?? word}${age}`);
  }

  private groundWords(): string {
    const { sheet: { flaw }, settings: { words } } = this.view;
    if (flaw === null) return "";
    if (flaw === "unread") return words["live.band_ground"] ?? "";
    const left = flaw.left > 0 ? fill(words["live.band_ground_left"] ?? "", { n: flaw.left }) : "";
    const thinned = flaw.thinned > 0 ? fill(words["live.band_ground_thinned"] ?? "", { n: flaw.thinned }) : "";
    return [left, thinned].filter((text) => text !== "").join(" · ");
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
    const ground = health.connected && !health.starting ? this.groundWords() : "";
    if (ground !== "") wanted.push(["ground", ground]);
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
