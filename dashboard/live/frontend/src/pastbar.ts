/** The time machine's band and its bar: a day to choose, its clock to drag, play, steps from alarm to alarm. */

import { dateAndTime } from "./age";
import { fill, flag, make, put } from "./dom";
import type { Words } from "./marks";
import { type Speed, SPEEDS } from "./urlstate";
import { dateOf, dayStart, startOf } from "./zonetime";

const DAY_S = 86_400;

export interface BarNeeds {
  seek(moment: number): void;
  play(): void;
  pace(speed: Speed): void;
  step(way: "before" | "after"): void;
  leave(): void;
}

export interface Shown {
  moment: number;
  now: number;
  playing: boolean;
  speed: number;
  /** Key of the words said beside the clock; empty: nothing. */
  said: string;
  /** Moment named in these words. */
  saidAt: number;
  /** Live alarms nobody has answered. */
  sos: number;
  /** Address of the page that hands tracks out as files; empty where that is not permitted. */
  file: string;
}

export class PastBar {
  private readonly band: HTMLElement;
  private readonly bandText: HTMLElement;
  private readonly bandSos: HTMLButtonElement;
  private readonly bar: HTMLElement;
  private readonly slider: HTMLInputElement;
  private readonly clock: HTMLElement;
  private readonly said: HTMLElement;
  private readonly days: HTMLSelectElement;
  private readonly months: HTMLSelectElement;
  private readonly years: HTMLSelectElement;
  private readonly speeds: HTMLSelectElement;
  private readonly buttons: Record<"back" | "on" | "before" | "play" | "after" | "now", HTMLButtonElement>;
  private readonly file: HTMLAnchorElement;
  private words: Words = {};
  private language = "th";
  private zone = "Asia/Bangkok";
  private day = 0;
  private named = "";

  /** The band goes over the whole `frame`, the bar into `place`. */
  constructor(frame: HTMLElement, place: HTMLElement, private readonly needs: BarNeeds) {
    this.band = make("div", "ssz-past-band");
    frame.prepend(this.band);
    this.bandText = make("strong", "", this.band);
    this.bandSos = make("button", "ssz-past-sos", this.band);
    this.bandSos.type = "button";
    this.bandSos.onclick = () => needs.leave();
    this.bar = make("div", "ssz-past-bar", place);
    this.bar.setAttribute("role", "group");
    const top = make("div", "", this.bar);
    const button = (parent: HTMLElement, act: () => void): HTMLButtonElement => {
      const one = make("button", "", parent);
      one.type = "button";
      one.onclick = act;
      return one;
    };
    const back = button(top, () => this.turn(-1));
    this.days = make("select", "", top);
    this.months = make("select", "", top);
    this.years = make("select", "", top);
    for (const select of [this.days, this.months, this.years]) select.onchange = () => this.choose();
    const on = button(top, () => this.turn(1));
    this.clock = make("time", "ssz-past-clock", top);
    this.said = make("span", "ssz-past-said", top);
    this.said.setAttribute("role", "status");
    this.slider = make("input", "", this.bar);
    this.slider.type = "range";
    this.slider.min = "0";
    this.slider.max = String(DAY_S - 1);
    this.slider.step = "1";
    this.slider.oninput = () => needs.seek(this.day + Number(this.slider.value) * 1000);
    const hours = make("div", "ssz-past-hours", this.bar);
    for (let hour = 0; hour <= 24; hour += 3) put(make("span", "", hours), `${String(hour).padStart(2, "0")}:00`);
    const foot = make("div", "", this.bar);
    const before = button(foot, () => needs.step("before"));
    const play = button(foot, () => needs.play());
    const after = button(foot, () => needs.step("after"));
    this.speeds = make("select", "", foot);
    this.speeds.onchange = () => needs.pace(SPEEDS.find((speed) => String(speed) === this.speeds.value) ?? 60);
    this.file = make("a", "", foot);
    const now = button(foot, () => needs.leave());
    now.className = "ssz-past-now";
    this.buttons = { back, on, before, play, after, now };
    this.bar.onkeydown = (event) => event.stopPropagation(); // arrows move the clock, not the map
    this.hide();
  }

  retell(words: Words, language: string, zone: string): void {
    Object.assign(this, { words, language, zone });
    const { back, on, before, after, now } = this.buttons;
    put(before, words["live.past_before"] ?? "");
    put(after, words["live.past_after"] ?? "");
    put(now, words["live.past_now"] ?? "");
    put(this.file, words["live.track_file"] ?? "");
    put(back, "‹");
    put(on, "›");
    back.setAttribute("aria-label", words["live.past_dayback"] ?? "");
    on.setAttribute("aria-label", words["live.past_dayon"] ?? "");
    this.slider.setAttribute("aria-label", words["live.past_time"] ?? "");
    this.bar.setAttribute("aria-label", words["live.past_open"] ?? "");
    for (const [select, name] of [[this.days, "day"], [this.months, "month"], [this.years, "year"], [this.speeds, "speed"]] as const) {
      select.setAttribute("aria-label", words[`live.past_${name}`] ?? name);
    }
    const month = new Intl.DateTimeFormat(language === "th" ? "th-TH" : "en-GB", { month: "long", timeZone: "UTC" });
    this.days.replaceChildren(...Array.from({ length: 31 }, (_, i) => new Option(String(i + 1))));
    this.months.replaceChildren(...Array.from({ length: 12 }, (_, i) => new Option(month.format(Date.UTC(2026, i, 15)), String(i + 1))));
    const speed = this.speeds.value;
    this.speeds.replaceChildren(...SPEEDS.map((one) => new Option(fill(words["live.past_times"] ?? "{n}x", { n: one }), String(one), false, String(one) === speed)));
    this.day = 0;
    this.named = "";
  }

  show(shown: Shown): void {
    const { words, language, zone } = this;
    this.reserve();
    for (const one of [this.band, this.bar]) flag(one, "reserved", "no");
    if (shown.moment < this.day || shown.moment >= this.day + DAY_S * 1000) this.showDay(shown);
    const { date, time } = dateAndTime(shown.moment, language, zone);
    put(this.bandText, fill(words["live.past_band"] ?? "{time} {date}", { time, date }));
    this.bandSos.hidden = shown.sos === 0;
    put(this.bandSos, fill(words["live.past_sos"] ?? "SOS {n}", { n: shown.sos }));
    put(this.clock, time);
    const at = dateAndTime(shown.saidAt, language, zone);
    put(this.said, shown.said === "" ? "" : fill(words[shown.said] ?? shown.said, at));
    const second = String(Math.floor((shown.moment - this.day) / 1000));
    if (this.slider.value !== second) this.slider.value = second;
    if (this.named !== time) this.slider.setAttribute("aria-valuetext", time);
    this.named = time;
    this.file.hidden = shown.file === "";
    if (this.file.getAttribute("href") !== shown.file) this.file.href = shown.file;
    put(this.buttons.play, words[shown.playing ? "live.past_pause" : "live.past_play"] ?? "");
    flag(this.bar, "playing", shown.playing ? "yes" : "no");
    if (this.speeds.value !== String(shown.speed)) this.speeds.value = String(shown.speed);
  }

  private showDay({ moment, now }: Shown): void {
    this.day = dayStart(moment, this.zone);
    const { year, month, day } = dateOf(moment, this.zone);
    const last = dateOf(now, this.zone).year;
    const first = Math.min(year, last - 5);
    const era = this.language === "th" ? 543 : 0;
    this.years.replaceChildren(...Array.from({ length: last - first + 1 }, (_, i) => new Option(String(last - i + era), String(last - i))));
    this.days.value = String(day);
    this.months.value = String(month);
    this.years.value = String(year);
  }

  /** Another day at the same time of day. */
  private turn(days: number): void {
    this.needs.seek(this.day + days * DAY_S * 1000 + Number(this.slider.value) * 1000);
  }

  private choose(): void {
    const start = startOf(Number(this.years.value), Number(this.months.value), Number(this.days.value), this.zone);
    this.day = 0; // a day the month does not have is shown as its last
    this.needs.seek(start + Number(this.slider.value) * 1000);
  }

  /** Take the room of the band and the bar, empty. */
  reserve(): void {
    this.band.hidden = false;
    this.bar.hidden = false;
    for (const one of [this.band, this.bar]) flag(one, "reserved", "yes");
  }

  hide(): void {
    this.band.hidden = true;
    this.bar.hidden = true;
  }

  focus(): void {
    this.slider.focus();
  }
}
