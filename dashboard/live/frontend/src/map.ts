/** The one map of a page and what is on it: marks moved in place, pan and zoom never reset by data. */

import type { Map as MapLibre, MapMouseEvent } from "maplibre-gl";
import { DEFAULT_FEED } from "./age";
import { Camera } from "./camera";
import { Canvas, type Trouble } from "./canvas";
import type { Area } from "./declutter";
import { Fleet } from "./fleet";
import { MarkLayer } from "./marklayer";
import type { Words } from "./marks";
import { SLOWEST_MS } from "./motion";
import { obstacles } from "./obstacles";
import { Pacer } from "./pacer";
import { Pins } from "./pins";
import { Pointed } from "./pointed";
import type { Alarm, Box, Ground, Hotspots } from "./protocol";
import { redress } from "./redress";
import { Rooms } from "./rooms";
import { type Selection, selectionKey } from "./selection";
import { collection, Sheets } from "./sheets";
import { showLayers } from "./showing";
import type { Key, State } from "./state";
import type { Theme } from "./tints";
import type { ViewUrl } from "./viewurl";

export interface MapNeeds {
  assets: string;
  /** When the map may be made. */
  turn: Promise<void>;
  /** What is shown: now, or a past moment. */
  state(): State;
  /** The time of what is shown, epoch ms. */
  now(): number;
  tongue(): { words: Words; language: string };
  theme(): Theme;
  selection: Selection;
  url: ViewUrl;
  /** The map has drawn. */
  drawn(): void;
  trouble(kind: Trouble): void;
}

const REDUCED = matchMedia("(prefers-reduced-motion: reduce)");

export class LiveMap {
  readonly fleet = new Fleet();
  /** What fills or empties a source shows or hides its layers. */
  readonly sheets = new Sheets(() => {
    this.viewDrawn = "";
    this.showView();
  });
  readonly layer: MarkLayer;
  readonly pins: Pins;
  readonly camera: Camera;
  private readonly pointed: Pointed;
  private readonly rooms: Rooms;
  private readonly canvas: Canvas;
  private dressed: Theme;
  private tickedAt = NaN;
  /** What of the view is drawn, told apart: the address changes for other reasons too, and each drawing costs. */
  private viewDrawn = "";
  private readonly pacer: Pacer;
  private readonly leave: (() => void)[] = [];

  constructor(place: HTMLElement, private readonly needs: MapNeeds) {
    const { selection, url } = needs;
    this.dressed = needs.theme();
    this.pointed = new Pointed(selection, url, this.fleet, needs.state);
    this.pins = new Pins((key) => selection.set(selectionKey("alarm", key)));
    this.layer = new MarkLayer({
      fleet: this.fleet,
      must: () => this.pointed.must(),
      chosen: () => this.pointed.chosen(),
      obstacles: () => this.obstacles(),
      placed: () => this.rooms.changed(),
      tongue: () => ({ words: needs.tongue().words, feed: needs.state().feed ?? DEFAULT_FEED, now: needs.now() }),
      theme: () => this.dressed,
      shows: (part) => !url.view.off.includes(part),
      drawn: (out) => this.pacer.drawn(out),
      lost: (lost) => this.canvas.marksLost(lost),
      failed: (error) => this.canvas.fail(error),
    });
    this.camera = new Camera(url);
    this.pacer = new Pacer({
      draw: () => this.frame(), pause: () => this.layer.pause, now: () => performance.now(),
      later: (work, ms) => {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
    });
    this.rooms = new Rooms((map) => [...this.pins.areas(map), ...(this.worded ? this.layer.labels.areas() : [])]);
    this.fleet.filter(url.view);
    this.canvas = new Canvas(place, {
      assets: needs.assets, turn: needs.turn, theme: () => this.dressed, start: () => this.camera.start, furnish: (map) => this.furnish(map), empty: (why) => this.empty(why),
      rendered: () => this.layer.withGround(), moved: () => this.layer.disturb(), drawn: needs.drawn, trouble: needs.trouble,
    });
    this.leave.push(selection.on(() => this.reveal()), url.on(() => this.showView()));
  }

  get trouble(): Trouble {
    return this.canvas.trouble;
  }

  get raw(): MapLibre | null {
    return this.canvas.raw;
  }

  /** The map, when it has its style and its GPU. */
  get ready(): MapLibre | null {
    return this.canvas.ready;
  }

  onStyle(told: (map: MapLibre) => void): void {
    this.canvas.onStyle(told);
  }

  onClick(take: (event: MapMouseEvent) => boolean): () => void {
    return this.canvas.onClick(take);
  }

  onZoom(tell: () => void): void {
    this.canvas.onZoom(tell);
  }

  /** Images, layer and data on a map whose style is there: at the start, and after the GPU was away. */
  private furnish(map: MapLibre): void {
    redress(map, this.dressed);
    this.layer.show(map);
    this.sheets.show(map);
    this.pins.show(map);
    this.rooms.show(map);
    this.viewDrawn = "";
    this.showView();
    this.camera.show(map);
  }

  private empty(why: "lost" | "failed"): void {
    this.sheets.show(null);
    this.rooms.show(null);
    if (why === "lost") return;
    this.layer.show(null);
    this.pins.show(null);
    this.camera.show(null);
  }

  /** Marks were put elsewhere on the screen. */
  redraw(): void {
    this.layer.disturb();
    this.again();
  }

  /** Draw what is news. */
  again(): void {
    this.pacer.soon();
  }

  /** Draw a frame; the followed unit stays in the middle. */
  private frame(): void {
    if (this.ready === null) return;
    const { followed } = this.pointed;
    if (followed !== undefined) this.camera.onto(followed.glide);
    this.layer.ask();
  }

  /** Draw these units as they are in the state now. */
  drawUnits(keys: Iterable<Key>): void {
    const state = this.needs.state();
    const news = this.fleet.take(keys, state.units, { mono: performance.now(), server: this.needs.now(), feed: state.feed ?? DEFAULT_FEED, still: REDUCED.matches });
    this.layer.disturb();
    if (news) this.again();
    else this.pacer.within(SLOWEST_MS);
  }

  /** Draw the units of a moment that is not now, each exactly where it was; those of no such moment are taken off.
   * `leap`: far from what was drawn before, so that the labels find their places in the same frame. */
  placeUnits(leap: boolean): void {
    const state = this.needs.state();
    const now = this.needs.now();
    const feed = state.feed ?? DEFAULT_FEED;
    this.fleet.place(state.units, { mono: performance.now(), server: now, feed, still: true });
    this.fleet.age(now, feed);
    this.tickedAt = now;
    if (leap) this.layer.leap();
    this.layer.disturb();
    this.again();
  }

  drawBoxes(keys: Iterable<Key>, boxes: Map<Key, Box> = this.needs.state().boxes): void {
    const { words, language } = this.needs.tongue();
    this.sheets.takeBoxes(keys, boxes, language, words);
    this.layer.disturb();
  }

  drawAlarms(label: (alarm: Alarm) => string): void {
    // As if the ground had moved: names below a new pin are not left for half a minute.
    if (this.pins.draw(this.needs.state().alarms, label, performance.now())) this.rooms.moved();
    this.layer.disturb();
  }

  /** Once a second: everything is a second older. A moment of the past grows no older. */
  tick(): void {
    const now = this.needs.now();
    if (now === this.tickedAt) return;
    this.tickedAt = now;
    this.fleet.age(now, this.needs.state().feed ?? DEFAULT_FEED);
    this.layer.labels.retell({ words: this.needs.tongue().words, feed: this.needs.state().feed ?? DEFAULT_FEED, now });
    this.again();
    this.canvas.watch();
  }

  /** What was selected is brought into the picture when it is not in it. */
  private reveal(): void {
    const chosen = this.pointed.chosen();
    if (chosen !== null) this.camera.reveal("glide" in chosen ? { x: chosen.glide.tx, y: chosen.glide.ty } : chosen);
    this.redraw();
  }

  /** Whether units wear their words. */
  private get worded(): boolean {
    const { off } = this.needs.url.view;
    return !off.includes("units") && !off.includes("labels");
  }

  private obstacles(): Area[] {
    const { raw } = this;
    if (raw === null) return [];
    this.pins.lean(raw);
    return obstacles(raw, this.pins, this.needs.url.view.off.includes("boxes") ? [] : this.sheets.get("boxes")?.features ?? []);
  }

  private showView(): void {
    const map = this.ready;
    const { view } = this.needs.url;
    const wanted = JSON.stringify([view.off, view.filter, view.fresh, view.kind, view.follow, this.needs.theme()]);
    if (wanted === this.viewDrawn) return;
    this.fleet.filter(view);
    this.layer.disturb();
    const different = this.dressed !== this.needs.theme();
    this.dressed = this.needs.theme();
    if (map === null) return;
    this.viewDrawn = wanted;
    if (different) redress(map, this.dressed);
    showLayers(map, view.off, (source) => this.sheets.empty(source));
    this.again();
  }

  setGround(ground: Ground): void {
    for (const name of ["zones", "streets", "cameras", "checkpoints", "ring"] as const) this.sheets.set(name, ground[name] ?? collection([]));
    this.camera.know(ground);
  }

  setHotspots(sheet: Hotspots): void {
    this.sheets.set("hotspots", sheet.hotspots);
  }

  fit(station: string | null): void {
    this.camera.fit(station);
  }

  zoom(steps: 1 | -1): void {
    this.camera.zoom(steps);
  }

  centre(lat: number, lon: number): void {
    this.camera.centre(lat, lon);
  }

  /** Where a unit's mark is drawn now, px of the map; null when it is not on the screen. For tests and benchmarks. */
  where(key: Key): { x: number; y: number } | null {
    const mark = this.fleet.marks.get(key);
    return mark === undefined || mark.x !== mark.x ? null : { x: mark.x + mark.dx, y: mark.y + mark.dy };
  }

  resize(scale = 1): void {
    this.canvas.resize(scale);
  }

  stop(): void {
    this.pacer.stop();
    for (const end of this.leave) end();
    this.rooms.stop();
    this.pins.show(null);
    this.layer.show(null);
    this.canvas.stop();
  }
}
