/** One map for the life of the page: made once, its marks moved in place, its pan and zoom never reset by data.
 * What it cannot do it says through `trouble`; it then tries again by itself. */

import { Map as MapLibre, type MapMouseEvent, setWorkerUrl } from "maplibre-gl";
import { DEFAULT_FEED } from "./age";
import { Camera } from "./camera";
import type { Area } from "./declutter";
import { Fleet, type Mark } from "./fleet";
import { liveStyle, PART_LAYERS } from "./layers";
import { BOX_STATES, boxImage, cameraImage, checkpointImage } from "./look";
import { MarkLayer } from "./marklayer";
import type { Words } from "./marks";
import { drawable, mercatorX, mercatorY } from "./mercator";
import { Pins } from "./pins";
import type { Alarm, Ground } from "./protocol";
import { parseSelection, type Selection, selectionKey } from "./selection";
import { collection, Sheets } from "./sheets";
import { Silence } from "./silence";
import type { Key, State } from "./state";
import { PARTS } from "./urlstate";
import type { ViewUrl } from "./viewurl";

declare const WORKER_FILE: string;

export function hasWebGL(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

/** Load every cut of the face before text is drawn: MapLibre itself would ask for the Latin one only. */
async function loadFaces(): Promise<void> {
  const wanted = ["600 20px 'Sarabun SemiBold'", "700 20px Sarabun", "400 20px Sarabun"];
  await Promise.allSettled(wanted.flatMap((font) => [document.fonts.load(font, "ก่ำ"), document.fonts.load(font, "a1")]));
}

/** `lost`: the browser took the GPU away and gives it back; `failed`: the map broke and is made anew. */
export type Trouble = "lost" | "failed" | null;

export interface MapNeeds {
  assets: string;
  /** What is shown: now, or a past moment. */
  state(): State;
  /** The time of what is shown, epoch ms. */
  now(): number;
  tongue(): { words: Words; language: string };
  selection: Selection;
  url: ViewUrl;
  /** The map has drawn. */
  drawn(): void;
  trouble(kind: Trouble): void;
}

const AGAIN_MS = 15_000;
const REDUCED = matchMedia("(prefers-reduced-motion: reduce)");

export class LiveMap {
  readonly fleet = new Fleet();
  readonly sheets = new Sheets();
  readonly layer: MarkLayer;
  readonly pins: Pins;
  readonly camera: Camera;
  trouble: Trouble = null;
  private map: MapLibre | null = null;
  private scale = 1;
  private ready = false;
  private gone = false;
  private silence = new Silence();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly styled = new Set<(map: MapLibre) => void>();
  private readonly clicked = new Set<(event: MapMouseEvent) => boolean>();
  private readonly zoomed: (() => void)[] = [];
  private readonly leave: (() => void)[] = [];

  constructor(private readonly place: HTMLElement, private readonly needs: MapNeeds) {
    const { selection, url } = needs;
    this.pins = new Pins((key) => selection.set(selectionKey("alarm", key)));
    this.layer = new MarkLayer({
      fleet: this.fleet,
      must: () => this.must(),
      chosen: () => this.chosen(),
      obstacles: () => this.obstacles(),
      tongue: () => ({ words: needs.tongue().words, feed: needs.state().feed ?? DEFAULT_FEED, now: needs.now() }),
      shows: (part) => !url.view.off.includes(part),
      failed: (error) => this.fail(error),
    });
    this.camera = new Camera(url);
    this.fleet.filter(url.view);
    this.leave.push(selection.on(() => this.reveal()), url.on(() => this.showView()));
    void this.start();
  }

  private async start(): Promise<void> {
    await loadFaces();
    if (this.gone) return;
    try {
      this.make();
    } catch (error) {
      this.fail(error);
    }
  }

  private make(): void {
    setWorkerUrl(`${this.needs.assets}${WORKER_FILE}`);
    const map = new MapLibre({
      container: this.place, style: liveStyle(), ...this.camera.start, fadeDuration: 0,
      attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 19.5, maxPitch: 0,
      canvasContextAttributes: { preserveDrawingBuffer: false }, pixelRatio: devicePixelRatio * this.scale, refreshExpiredTiles: false,
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    this.map = map;
    map.once("style.load", () => {
      this.furnish(map);
      // Not only "idle": where units move all the time and the machine is slow, a map is never idle.
      map.once("render", () => this.needs.drawn());
    });
    map.on("idle", () => this.needs.drawn());
    map.on("render", () => {
      this.silence.drawn();
      this.schedule();
    });
    map.on("move", () => this.layer.disturb());
    map.on("zoomstart", () => this.zoomed.forEach((tell) => tell()));
    map.on("click", (event) => [...this.clicked].some((take) => take(event)));
    map.on("webglcontextlost", () => {
      this.ready = false;
      this.sheets.show(null);
      this.tell("lost");
    });
    map.on("webglcontextrestored", () => {
      if (map.getLayer("boxes") !== undefined) this.furnish(map);
      else map.once("style.load", () => this.furnish(map));
    });
    map.on("error", (event) => console.warn("map:", event.error?.message ?? event));
  }

  /** Images, layer and data on a map whose style is there: at the start, and after the GPU was away. */
  private furnish(map: MapLibre): void {
    const images = { ...Object.fromEntries(BOX_STATES.map((state) => [`box-${state}`, boxImage(state)])), camera: cameraImage(), checkpoint: checkpointImage() };
    for (const [name, image] of Object.entries(images)) if (!map.hasImage(name)) map.addImage(name, image);
    if (map.getLayer(this.layer.id) === undefined) map.addLayer(this.layer);
    this.ready = true;
    for (const told of this.styled) told(map);
    this.sheets.show(map);
    this.pins.show(map);
    this.showView();
    this.camera.show(map);
    this.tell(null);
  }

  private tell(trouble: Trouble): void {
    if (this.trouble === trouble) return;
    this.trouble = trouble;
    this.needs.trouble(trouble);
  }

  /** Said in words; the map is made anew a little later. */
  private fail(error: unknown): void {
    console.error("map:", error);
    const { map } = this;
    this.ready = false;
    this.silence.drawn();
    this.map = null;
    this.sheets.show(null);
    this.pins.show(null);
    this.camera.show(null);
    this.tell("failed");
    setTimeout(() => {
      try {
        map?.remove();
      } catch (second) {
        console.warn("map:", second);
      }
      this.place.replaceChildren();
    }, 0);
    setTimeout(() => void (this.gone || this.start()), AGAIN_MS);
  }

  get raw(): MapLibre | null {
    return this.map;
  }

  /** Told whenever a map has its style: at once, and of each one that is made anew. */
  onStyle(told: (map: MapLibre) => void): void {
    this.styled.add(told);
    if (this.ready && this.map !== null) told(this.map);
  }

  /** Told of each click until one takes it (returns true); asked in the order of coming. Returns what ends it. */
  onClick(take: (event: MapMouseEvent) => boolean): () => void {
    this.clicked.add(take);
    return () => this.clicked.delete(take);
  }

  /** Told when the zoom begins to change. */
  onZoom(tell: () => void): void {
    this.zoomed.push(tell);
  }

  /** Marks were put elsewhere on the screen. */
  redraw(): void {
    this.layer.disturb();
    this.again();
  }

  private schedule(): void {
    if (this.timer !== null || this.gone) return;
    const wait = this.layer.pause;
    if (wait === Infinity) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.again();
    }, wait - 1);
  }

  /** Draw a frame; the followed unit stays in the middle. */
  again(): void {
    const { map } = this;
    if (map === null || !this.ready) return;
    const followed = this.fleet.marks.get(this.needs.url.view.follow ?? "");
    if (followed !== undefined) this.camera.onto(followed.glide);
    map.triggerRepaint();
  }

  /** Draw these units as they are in the state now. */
  drawUnits(keys: Iterable<Key>): void {
    const state = this.needs.state();
    this.fleet.take(keys, state.units, { mono: performance.now(), server: this.needs.now(), feed: state.feed ?? DEFAULT_FEED, still: REDUCED.matches });
    this.layer.disturb();
    this.again();
  }

  /** Draw the units of a moment that is not now, each exactly where it was; those of no such moment are taken off. */
  placeUnits(): void {
    const state = this.needs.state();
    this.fleet.place(state.units, { mono: performance.now(), server: this.needs.now(), feed: state.feed ?? DEFAULT_FEED, still: true });
    this.layer.disturb();
    this.again();
  }

  drawBoxes(keys: Iterable<Key>): void {
    const { words, language } = this.needs.tongue();
    this.sheets.takeBoxes(keys, this.needs.state().boxes, language, words);
    this.layer.disturb();
  }

  drawAlarms(label: (alarm: Alarm) => string): void {
    this.pins.draw(this.needs.state().alarms, label, performance.now());
    this.layer.disturb();
  }

  /** Once a second: everything is a second older. */
  tick(): void {
    this.fleet.age(this.needs.now(), this.needs.state().feed ?? DEFAULT_FEED);
    this.layer.labels.retell({ words: this.needs.tongue().words, feed: this.needs.state().feed ?? DEFAULT_FEED, now: this.needs.now() });
    this.again();
    this.watch();
  }

  private watch(): void {
    requestAnimationFrame((now) => {
      if (this.ready && !this.gone && this.silence.passed(now)) this.fail(new Error("the map no longer draws"));
    });
  }

  /** What was selected is brought into the picture when it is not in it. */
  private reveal(): void {
    const chosen = this.chosen();
    if (chosen !== null) this.camera.reveal("glide" in chosen ? { x: chosen.glide.tx, y: chosen.glide.ty } : chosen);
    this.redraw();
  }

  private must(): Set<Key> {
    const picked = parseSelection(this.needs.selection.key ?? "");
    return new Set([picked?.kind === "unit" ? picked.key : null, this.needs.url.view.follow].filter((key) => key !== null));
  }

  private chosen(): Mark | { x: number; y: number } | null {
    const picked = parseSelection(this.needs.selection.key ?? "");
    if (picked === null || picked.kind === "alarm") return null;
    if (picked.kind === "unit") return this.fleet.marks.get(picked.key) ?? null;
    const box = this.needs.state().boxes.get(picked.key);
    return box === undefined || box.lat === null || box.lon === null || !drawable(box.lat, box.lon) ? null : { x: mercatorX(box.lon), y: mercatorY(box.lat) };
  }

  /** What the units' labels leave free: the alarms, and the boxes with the room of their names. */
  private obstacles(): Area[] {
    const { map } = this;
    if (map === null) return [];
    const named = map.getZoom() >= 15.5;
    const boxes = this.needs.url.view.off.includes("boxes") ? [] : this.sheets.get("boxes")?.features ?? [];
    return [...this.pins.areas(map), ...boxes.map(({ geometry }): Area => {
      const { x, y } = map.project((geometry as GeoJSON.Point).coordinates as [number, number]);
      return named ? [x - 70, y - 16, x + 70, y + 62] : [x - 28, y - 16, x + 28, y + 16];
    })];
  }

  private showView(): void {
    const { map } = this;
    const { view } = this.needs.url;
    this.fleet.filter(view);
    this.layer.disturb();
    if (map === null || !this.ready) return;
    for (const part of PARTS) {
      if (part === "units" || part === "labels") continue;
      for (const id of PART_LAYERS[part]) map.setLayoutProperty(id, "visibility", view.off.includes(part) ? "none" : "visible");
    }
    this.again();
  }

  setGround(ground: Ground): void {
    for (const name of ["zones", "streets", "cameras", "checkpoints", "ring", "hotspots"] as const) this.sheets.set(name, ground[name] ?? collection([]));
    this.camera.know(ground);
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

  /** `scale`: how much larger than usual everything on the map is shown. */
  resize(scale = 1): void {
    this.scale = scale;
    this.map?.setPixelRatio(devicePixelRatio * scale);
    this.map?.resize();
  }

  stop(): void {
    this.gone = true;
    if (this.timer !== null) clearTimeout(this.timer);
    for (const end of this.leave) end();
    this.pins.show(null);
    this.map?.remove();
    this.map = null;
  }
}
