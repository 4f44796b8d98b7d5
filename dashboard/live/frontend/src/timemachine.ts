/** The time machine: shows any past moment on the page's own map, and plays it. What is open now is never hidden: the
 * list, the siren and the band go on telling of it, and its mark stays on the map. */

import { DEFAULT_FEED } from "./age";
import { flag, make, put } from "./dom";
import type { Part, Settings } from "./part";
import { type Chunk, momentAt } from "./past";
import { PastBar } from "./pastbar";
import { PurposeForm } from "./pastform";
import { alarmsAround, PastLoader, type Purpose, type Raised, statePurpose } from "./pastload";
import type { Alarm } from "./protocol";
import { emptyState, type Key, type Touched } from "./state";
import { TracksError } from "./tracks";
import type { View } from "./view";

/** The newest moment that is past: what is younger is on its way into the store. */
const EDGE_MS = 5_000;
/** Earliest moment that may be looked for, 2000-01-01. */
const EARLIEST = 946_684_800_000;
/** Between two pictures while playing, ms. */
const FRAME_MS = 50;
/** After a refusal the server is asked again this much later, ms. */
const AGAIN_MS = 2_000;

export class TimeMachine implements Part {
  private readonly bar: PastBar;
  private readonly form: PurposeForm;
  private readonly door: HTMLButtonElement;
  private readonly loader: PastLoader;
  private readonly root: HTMLElement;
  private readonly state = emptyState();
  private purpose: Purpose | null = null;
  private moment = 0;
  private speed = 60;
  private playing = false;
  private open = false;
  /** Where the play clock was set last: (moment, monotonic ms). */
  private from: [number, number] = [0, 0];
  private frame = 0;
  private drawnAt = 0;
  private drawn: { chunk: Chunk; boxes: string } | null = null;
  private noted = "";
  private asked = 0;

  constructor(private readonly view: View, place: HTMLElement, foot: HTMLElement) {
    this.root = place.closest<HTMLElement>(".ssz") ?? place;
    this.door = make("button", "ssz-past-door", place);
    this.door.type = "button";
    this.door.onclick = () => this.enter(this.view.clock.now() - 60_000);
    this.form = new PurposeForm(place, { state: (reason, text) => this.stated(reason, text), closed: () => this.leave() });
    this.bar = new PastBar(place.closest<HTMLElement>(".ssz-frame") ?? this.root, foot, {
      seek: (moment) => this.seek(moment), play: () => this.play(), pace: (speed) => this.pace(speed),
      step: (way) => void this.step(way), leave: () => this.leave(),
    });
    this.loader = new PastLoader(view.settings.base, {
      purpose: () => this.purpose?.id ?? "", now: () => this.view.clock.now() - EDGE_MS, changed: () => this.arrived(),
    });
  }

  /** For the tests and the benchmark: what is shown. */
  get shown(): { moment: number; whole: boolean; playing: boolean } {
    return { moment: this.moment, whole: this.drawn !== null && this.drawn.chunk === this.loader.chunks.at(this.moment), playing: this.playing };
  }

  retell({ words, language, timezone }: Settings): void {
    put(this.door, words["live.past_open"] ?? "");
    this.bar.retell(words, language, timezone);
    this.form.retell(words);
    if (this.open) this.draw();
    else if (this.view.url.view.at !== null) this.enter(this.view.url.view.at);
  }

  /** Frames of now: only open alarms are of interest here. */
  take(touched: Touched): void {
    if (this.open && touched.alarms) this.draw();
  }

  second(): void {
    if (!this.open || this.form.open) return;
    if (performance.now() - this.asked > AGAIN_MS && this.loader.chunks.at(this.moment) === undefined) this.want();
    this.tell();
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  private enter(moment: number): void {
    this.open = true;
    this.door.hidden = true;
    this.moment = this.bounded(moment);
    if (this.purpose === null || this.purpose.until <= this.view.clock.now()) this.form.show();
    else this.begin();
  }

  private async stated(reason: string, text: string): Promise<number> {
    try {
      this.purpose = await statePurpose(this.view.settings.base, this.view.settings.csrf, reason, text);
    } catch (error) {
      return error instanceof TracksError ? error.status : 0;
    }
    this.loader.clear();
    if (this.open) this.begin();
    return 201;
  }

  private begin(): void {
    flag(this.root, "past", "yes");
    this.seek(this.moment);
    this.bar.focus();
  }

  /** Back to now. */
  private leave(): void {
    this.pause();
    this.open = false;
    this.door.hidden = false;
    this.form.hide();
    this.bar.hide();
    this.drawn = null;
    this.view.past = null;
    flag(this.root, "past", "no");
    this.view.url.change({ at: null });
    this.redrawNow();
  }

  private redrawNow(): void {
    const { map, state } = this.view;
    map?.placeUnits();
    map?.drawBoxes(new Set([...this.state.boxes.keys(), ...state.boxes.keys()]));
    this.pins();
  }

  private bounded(moment: number): number {
    return Math.max(EARLIEST, Math.min(moment, this.view.clock.now() - EDGE_MS));
  }

  private seek(moment: number): void {
    this.moment = this.bounded(moment);
    this.from = [this.moment, performance.now()];
    this.noted = "";
    this.view.url.change({ at: Math.round(this.moment) });
    this.want();
    this.draw();
  }

  private play(): void {
    if (this.playing) {
      this.pause();
      this.view.url.change({ at: Math.round(this.moment) });
      return;
    }
    this.playing = true;
    this.from = [this.moment, performance.now()];
    this.frame = requestAnimationFrame(this.tick);
    this.tell();
  }

  private pause(): void {
    this.playing = false;
    cancelAnimationFrame(this.frame);
    if (this.open) this.tell();
  }

  private pace(speed: number): void {
    this.speed = speed;
    this.from = [this.moment, performance.now()];
  }

  /** The play clock: it waits where the past is not here yet, and ends at now. */
  private readonly tick = (): void => {
    if (!this.playing) return;
    this.frame = requestAnimationFrame(this.tick);
    const mono = performance.now();
    if (mono - this.drawnAt < FRAME_MS) return;
    this.drawnAt = mono;
    const moment = this.from[0] + (mono - this.from[1]) * this.speed;
    if (moment >= this.view.clock.now() - EDGE_MS) {
      this.leave();
      return;
    }
    if (this.loader.chunks.at(moment) === undefined) this.from = [this.moment, mono];
    else this.moment = moment;
    this.want(moment);
    this.draw();
  };

  private want(moment = this.moment): void {
    if (this.loader.refused !== null && performance.now() - this.asked < AGAIN_MS) return;
    this.asked = performance.now();
    this.loader.want(moment, this.playing ? this.speed : 0);
  }

  private arrived(): void {
    if (!this.open || this.form.open) return;
    if (this.loader.refused === 403) {
      // The purpose has ended, or the server does not know it: nothing more is shown under it.
      this.pause();
      this.purpose = null;
      this.form.show();
      return;
    }
    this.want();
    this.draw();
  }

  private async step(way: "before" | "after"): Promise<void> {
    this.pause();
    try {
      const around = await alarmsAround(this.view.settings.base, this.purpose?.id ?? "", this.moment);
      const found: Raised = around[way];
      if (found !== null) this.seek(found[0]);
      else this.noted = `live.past_none_${way}`;
    } catch {
      this.noted = "live.past_failed";
    }
    this.tell();
  }

  /** Draw the moment; what is not here yet leaves the last picture that was, and says so. */
  private draw(): void {
    const chunk = this.loader.chunks.at(this.moment);
    if (chunk !== undefined) this.fill(chunk);
    else if (this.view.past === null) Object.assign(this.state, { units: new Map(), boxes: new Map(), alarms: new Map() });
    if (this.view.past === null || chunk !== undefined) {
      this.view.past = { state: this.state, now: this.moment };
      this.view.map?.placeUnits();
    }
    this.pins();
    this.tell();
  }

  private fill(chunk: Chunk): void {
    const { units, boxes, alarms } = momentAt(chunk, this.moment, this.view.state.units);
    const before = new Set(this.state.boxes.keys());
    Object.assign(this.state, { units, boxes, alarms, feed: this.view.state.feed ?? DEFAULT_FEED });
    this.view.past = { state: this.state, now: this.moment };
    const told = JSON.stringify([...boxes.values()]);
    if (this.drawn?.boxes !== told) this.view.map?.drawBoxes(new Set([...before, ...boxes.keys()]));
    this.drawn = { chunk, boxes: told };
  }

  private get pressing(): Map<Key, Alarm> {
    return new Map([...this.view.state.alarms].filter(([, alarm]) => alarm.state === "raised"));
  }

  /** The alarms of the moment, and over them what waits for an answer now. */
  private pins(): void {
    const now = this.pressing;
    const { map, settings } = this.view;
    if (this.open) for (const [key, alarm] of now) this.state.alarms.set(key, alarm);
    map?.drawAlarms((alarm) => {
      const name = alarm.place || this.view.originName(alarm);
      const live = this.open && [...now.values()].some((one) => one.s === alarm.s && one.id === alarm.id);
      return live ? `${settings.words["live.past_pressing"] ?? ""} ${name}` : name;
    });
  }

  private tell(): void {
    if (!this.open || this.form.open) return;
    const [said, saidAt] = this.words();
    this.bar.show({
      moment: this.moment, now: this.view.clock.now(), playing: this.playing, speed: this.speed, said, saidAt, sos: this.pressing.size,
    });
  }

  private words(): [string, number] {
    const { refused } = this.loader;
    const chunk = this.loader.chunks.at(this.moment);
    if (chunk === undefined) return [refused === null ? "live.past_loading" : "live.past_failed", 0];
    const { kept, first } = chunk.answer;
    if (this.moment < kept) return ["live.past_deleted", kept];
    if (first === null) return ["live.past_nothing", 0];
    return this.moment < first ? ["live.past_too_early", first] : [this.noted, 0];
  }
}
