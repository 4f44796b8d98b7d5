/** The time machine: shows any past moment on the page's own map and in its lists, and plays it. What is open now is
 * never hidden: its list, the siren and the band go on telling of it, and its mark stays on the map. */

import { flag, make, put } from "./dom";
import type { Part, Settings } from "./part";
import { PastBar } from "./pastbar";
import { PurposeForm } from "./pastform";
import { alarmsAround, PastLoader, type Purpose, type Raised, statePurpose } from "./pastload";
import { PastPicture } from "./pastpicture";
import { PlayClock } from "./playclock";
import type { Touched } from "./state";
import { trackFile } from "./trackfile";
import { TracksError } from "./tracks";
import type { Speed } from "./urlstate";
import type { View } from "./view";

/** The newest moment that is past: what is younger is on its way into the store. */
const EDGE_MS = 5_000;
/** Earliest moment that may be looked for, 2000-01-01. */
const EARLIEST = 946_684_800_000;
/** Between two pictures while playing, and between two of the lists and trails, ms. */
const FRAME_MS = 50;
const LISTS_MS = 250;
/** After a refusal the server is asked again this much later, ms. */
const AGAIN_MS = 2_000;
/** The first past moment takes the place of now at once; if it is late, now is taken off after this, ms. */
const GRACE_MS = 400;

export class TimeMachine implements Part {
  private readonly bar: PastBar;
  private readonly form: PurposeForm;
  private readonly door: HTMLButtonElement;
  private readonly loader: PastLoader;
  private readonly root: HTMLElement;
  private readonly picture: PastPicture;
  private readonly clock = new PlayClock();
  private readonly leaving: () => void;
  private purpose: Purpose | null = null;
  /** The moment that is looked at. */
  private moment = 0;
  private open = false;
  private frame = 0;
  private drawnAt = 0;
  private listedAt = 0;
  private grace: ReturnType<typeof setTimeout> | null = null;
  private noted = "";
  private asked = 0;

  constructor(private readonly view: View, place: HTMLElement, foot: HTMLElement) {
    this.picture = new PastPicture(view);
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
    this.clock.pace(view.url.view.speed, 0);
    this.leaving = view.url.on(() => {
      if (this.view.past !== null) this.want(); // longer trails lead farther back
    });
  }

  /** For the tests and the benchmark: what is shown. */
  get shown(): { moment: number; whole: boolean; playing: boolean } {
    return { moment: this.moment, whole: this.picture.isOf(this.moment), playing: this.clock.playing };
  }

  retell({ words, language, timezone }: Settings): void {
    put(this.door, words["live.past_open"] ?? "");
    this.bar.retell(words, language, timezone);
    this.form.retell(words);
    if (this.open) this.draw(true);
    else if (this.view.url.view.at !== null) this.enter(this.view.url.view.at);
  }

  /** Frames of now: only open alarms are of interest here. */
  take(touched: Touched): void {
    if (!this.open || !touched.alarms) return;
    this.picture.pins();
    this.tell();
  }

  second(): void {
    if (this.view.past !== null) this.picture.pins(); // a map that was made anew has lost them
    if (!this.open || this.form.open) return;
    if (performance.now() - this.asked > AGAIN_MS && this.loader.chunks.at(this.moment) === undefined) this.want();
    this.tell();
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    if (this.grace !== null) clearTimeout(this.grace);
    this.leaving();
  }

  private enter(moment: number): void {
    this.open = true;
    this.door.hidden = true;
    this.moment = this.bounded(moment);
    this.bar.reserve(); // the map gets its new size now, not with the first picture
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
    this.grace = setTimeout(() => this.arrived(true), GRACE_MS);
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
    this.view.past = null;
    flag(this.root, "past", "no");
    this.view.url.change({ at: null });
    this.picture.leave();
    this.view.turned();
  }

  private bounded(moment: number): number {
    return Math.max(EARLIEST, Math.min(moment, this.view.clock.now() - EDGE_MS));
  }

  private seek(moment: number): void {
    this.moment = this.bounded(moment);
    this.clock.set(this.moment, performance.now());
    this.noted = "";
    this.want();
    this.view.url.change({ at: Math.round(this.moment) });
    this.draw(true);
  }

  private play(): void {
    if (this.clock.playing) {
      this.pause();
      this.view.url.change({ at: Math.round(this.moment) });
      return;
    }
    this.clock.play(true, performance.now());
    this.frame = requestAnimationFrame(this.tick);
    this.tell();
  }

  private pause(): void {
    this.clock.play(false, performance.now());
    this.clock.set(this.moment, performance.now());
    cancelAnimationFrame(this.frame);
    if (this.open) this.tell();
  }

  private pace(speed: Speed): void {
    this.clock.pace(speed, performance.now());
    this.view.url.change({ speed });
  }

  /** The play clock: it waits where the past is not here yet, and ends at now. */
  private readonly tick = (): void => {
    if (!this.clock.playing) return;
    this.frame = requestAnimationFrame(this.tick);
    const mono = performance.now();
    if (mono - this.drawnAt < FRAME_MS) return;
    this.drawnAt = mono;
    const moment = this.clock.at(mono);
    if (moment >= this.view.clock.now() - EDGE_MS) {
      this.leave();
      return;
    }
    if (this.loader.chunks.at(moment) === undefined) this.clock.set(this.moment, mono);
    else this.moment = moment;
    this.want(moment);
    this.draw(false);
    if (mono - this.listedAt < LISTS_MS) return;
    this.listedAt = mono;
    this.view.turned();
  };

  private want(moment = this.moment): void {
    if (this.loader.refused !== null && performance.now() - this.asked < AGAIN_MS) return;
    this.asked = performance.now();
    this.loader.want(moment, this.clock.playing ? this.clock.speed : 0, this.view.url.view.trail * 60_000);
  }

  /** A chunk has come, or was refused; or the first one is `late`. */
  private arrived(late = false): void {
    if (!this.open || this.form.open) return;
    if (this.loader.refused === 403) {
      // The purpose has ended, or the server does not know it: nothing more is shown under it.
      this.pause();
      this.purpose = null;
      this.form.show();
      return;
    }
    this.want();
    if (this.shown.whole) this.view.turned(); // what came leads up to the moment: its trails are longer now
    else this.draw(true, late);
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

  /** Draw the moment; what is not here yet leaves the last picture that was, and says so. `leap`: not the next picture
   * of a play. `late`: the first one is waited for no longer. */
  private draw(leap: boolean, late = false): void {
    const chunk = this.loader.chunks.at(this.moment);
    if (chunk === undefined && this.view.past === null && !late) {
      this.tell();
      return;
    }
    if (chunk !== undefined) this.picture.fill(chunk, this.moment);
    else if (this.view.past === null) this.picture.empty();
    if (this.view.past === null || chunk !== undefined) {
      const { moment, picture } = this;
      this.view.past = {
        state: picture.state, now: moment, alarms: picture.alarms,
        tracks: (since) => this.loader.chunks.upTo(moment, since).map(({ tracks }) => tracks),
      };
      this.view.map.placeUnits(leap);
      if (leap) this.view.turned();
    }
    this.picture.pins();
    this.tell();
  }

  private tell(): void {
    if (!this.open || this.form.open) return;
    const [said, saidAt] = this.words();
    this.bar.show({
      moment: this.moment, now: this.view.clock.now(), playing: this.clock.playing, speed: this.clock.speed, said, saidAt, sos: this.picture.pressing.size,
      file: trackFile(this.view.settings, this.moment),
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
