/** The part that draws trails: of the selected and the followed unit, or of all; from the server's tracks first. */

import { xOf } from "./motion";
import type { Part } from "./part";
import type { PastShown } from "./past";
import { parseSelection } from "./selection";
import { collection } from "./sheets";
import type { Key, Touched } from "./state";
import { askTracks, TracksError } from "./tracks";
import { fixesOf, MOST_FIXES, trailFeatures, Trails } from "./trails";
import type { View } from "./view";

/** With the trails of all units the map is told anew only so often, s. */
const ALL_EVERY = 3;

export class Trailing implements Part {
  /** Status the server refused the tracks with; 0: it could not be asked; null: it told them. */
  refused: number | null = null;
  private readonly trails = new Trails();
  private readonly leave: (() => void)[];
  private minutes = 0;
  private asked: AbortController | null = null;
  private drawn = "";
  private seconds = 0;

  constructor(private readonly view: View) {
    this.leave = [view.selection.on(() => this.draw()), view.url.on(() => this.change())];
  }

  retell(): void {
    this.change();
  }

  take(touched: Touched): void {
    if (this.minutes === 0) return;
    for (const key of touched.units) {
      const unit = this.view.state.units.get(key);
      if (unit?.at != null && unit.lat !== null && unit.lon !== null) this.trails.add(key, { lon: unit.lon, lat: unit.lat, at: unit.at });
    }
  }

  second(): void {
    this.seconds += 1;
    if (this.minutes === 0) return;
    if (this.seconds % 30 === 0) this.trails.forget(this.since);
    if (this.view.past === null && (!this.view.url.view.trailAll || this.seconds % ALL_EVERY === 0)) this.draw();
  }

  turned(): void {
    this.draw();
  }

  stop(): void {
    this.asked?.abort();
    for (const end of this.leave) end();
  }

  /** Trails tell of what is newer, epoch ms; of now, whatever moment is shown. */
  private get since(): number {
    return this.view.clock.now() - this.span;
  }

  private get span(): number {
    return this.minutes * 60_000;
  }

  private change(): void {
    const minutes = this.view.url.view.trail;
    if (minutes !== this.minutes) {
      this.minutes = minutes;
      this.trails.span(this.span);
      this.asked?.abort();
      if (minutes > 0) void this.ask();
    }
    this.draw();
  }

  /** The tracks up to now; what moves meanwhile comes with the feed. */
  private async ask(): Promise<void> {
    const asked = new AbortController();
    this.asked = asked;
    const to = this.view.clock.now();
    let from = this.since + 1000; // the hour that may be asked for ends while we ask
    try {
      for (;;) {
        const tracks = await askTracks(this.view.settings.base, { from, to, signal: asked.signal });
        for (const [key, { at, lon, lat }] of tracks.units) {
          this.trails.history(key, [...at].map((time, i) => ({ at: time, lon: lon[i]!, lat: lat[i]! })));
        }
        if (!tracks.cut || tracks.end <= from) break;
        from = tracks.end;
      }
      this.refused = null;
    } catch (error) {
      if (asked.signal.aborted) return;
      this.refused = error instanceof TracksError ? error.status : 0;
    }
    this.draw();
  }

  /** The units whose trails are drawn; `all`: those there are. */
  private wanted(all: Iterable<Key>): Iterable<Key> {
    const { view, selection } = { view: this.view.url.view, selection: this.view.selection };
    if (view.trailAll) return all;
    const picked = parseSelection(selection.key ?? "");
    return new Set([picked?.kind === "unit" ? picked.key : null, view.follow].filter((key) => key !== null));
  }

  private draw(): void {
    const { map } = this.view;
    const features = this.minutes === 0 ? [] : this.view.past === null ? this.ofNow() : this.ofThen(this.view.past);
    const told = features.length === 0 ? "" : JSON.stringify(features);
    if (told === this.drawn) return;
    this.drawn = told;
    map.sheets.set("trails", collection(features));
  }

  private get word(): string {
    return this.view.settings.words["live.trail_gap"] ?? "";
  }

  private ofNow(): GeoJSON.Feature[] {
    const { since, word } = this;
    return [...this.wanted(this.trails.keys)].flatMap((key) => trailFeatures(key, this.trails.of(key), since, this.reached(key), word));
  }

  private ofThen(past: PastShown): GeoJSON.Feature[] {
    const since = past.now - this.span;
    const pieces = past.tracks(since);
    const all = new Set(pieces.flatMap((piece) => [...piece.units.keys()]));
    return [...this.wanted(all)].flatMap((key) => trailFeatures(key, fixesOf(pieces, key, since, past.now, this.span / MOST_FIXES), since, past.now, this.word));
  }

  /** The newest fix the mark stands on: its trail does not run ahead of it. */
  private reached(key: Key): number {
    const glide = this.view.map.fleet.marks.get(key)?.glide;
    if (glide === undefined) return Infinity;
    return xOf(glide, performance.now()) === glide.tx ? glide.at : glide.at - 1;
  }
}
