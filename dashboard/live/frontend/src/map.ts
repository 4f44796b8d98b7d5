/** One map for the life of the page: made once, its marks moved in place, its pan and zoom never reset by data.
 * What it cannot do it says through `trouble`; it then tries again by itself. */

import { Map as MapLibre, type MapMouseEvent, setWorkerUrl } from "maplibre-gl";
import { DEFAULT_FEED } from "./age";
import type { Area } from "./declutter";
import { Fleet, type Mark } from "./fleet";
import { liveStyle, PART_LAYERS } from "./layers";
import { BOX_STATES, boxImage, cameraImage, checkpointImage } from "./look";
import { MarkLayer } from "./marklayer";
import { boundsOf, type Words } from "./marks";
import { drawable, latOf, lonOf, mercatorX, mercatorY } from "./mercator";
import { xOf, yOf } from "./motion";
import { Pins } from "./pins";
import type { Alarm, Ground } from "./protocol";
import { parseSelection, type Selection, selectionKey } from "./selection";
import { collection, Sheets } from "./sheets";
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
  state: State;
  /** The server's time, epoch ms. */
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
  trouble: Trouble = null;
  private map: MapLibre | null = null;
  private ground: Ground | null = null;
  private camera: { center: [number, number]; zoom: number } | null = null;
  private fitted = false;
  private ready = false;
  private gone = false;
  private byHand = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly styled = new Set<(map: MapLibre) => void>();
  private readonly clicked = new Set<(event: MapMouseEvent) => boolean>();
  private readonly leave: (() => void)[] = [];

  constructor(private readonly place: HTMLElement, private readonly needs: MapNeeds) {
    const { selection, url } = needs;
    this.pins = new Pins((key) => selection.set(selectionKey("alarm", key)));
    this.layer = new MarkLayer({
      fleet: this.fleet,
      must: () => this.must(),
      chosen: () => this.chosen(),
      obstacles: () => this.obstacles(),
      tongue: () => ({ words: needs.tongue().words, feed: needs.state.feed ?? DEFAULT_FEED, now: needs.now() }),
      shows: (part) => !url.view.off.includes(part),
      failed: (error) => this.fail(error),
    });
    if (url.view.camera !== null) {
      this.camera = { center: [url.view.camera.lon, url.view.camera.lat], zoom: url.view.camera.zoom };
      this.fitted = true;
    }
    this.fleet.filter(url.view.filter);
    this.leave.push(selection.on(() => this.again()), url.on(() => this.showView()));
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
      container: this.place, style: liveStyle(), center: [100.55, 13.75], zoom: 5, ...this.camera, fadeDuration: 0,
      attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 19.5, maxPitch: 0, doubleClickZoom: false,
      canvasContextAttributes: { preserveDrawingBuffer: false }, refreshExpiredTiles: false,
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
    map.on("render", () => this.schedule());
    map.on("move", () => this.layer.disturb());
    map.on("movestart", (event) => { this.byHand ||= event.originalEvent !== undefined; });
    map.on("moveend", () => this.remember());
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
    if (map.getLayer(this.layer.id) === undefined) map.addLayer(this.layer, "area-fill");
    this.ready = true;
    for (const told of this.styled) told(map);
    this.sheets.show(map);
    this.pins.show(map);
    this.showView();
    this.showGround();
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
    this.map = null;
    this.sheets.show(null);
    this.pins.show(null);
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
    const mark = this.fleet.marks.get(this.needs.url.view.follow ?? "");
    if (mark === undefined || map.isZooming()) {
      map.triggerRepaint();
      return;
    }
    const now = performance.now();
    map.jumpTo({ center: [lonOf(xOf(mark.glide, now)), latOf(yOf(mark.glide, now))] });
    map.triggerRepaint();
  }

  /** Draw these units as they are in the state now. */
  drawUnits(keys: Iterable<Key>): void {
    const { state } = this.needs;
    this.fleet.take(keys, state.units, { mono: performance.now(), server: this.needs.now(), feed: state.feed ?? DEFAULT_FEED, still: REDUCED.matches });
    this.layer.disturb();
    this.again();
  }

  drawBoxes(keys: Iterable<Key>): void {
    const { words, language } = this.needs.tongue();
    this.sheets.takeBoxes(keys, this.needs.state.boxes, language, words);
    this.layer.disturb();
  }

  drawAlarms(label: (alarm: Alarm) => string): void {
    this.pins.draw(this.needs.state.alarms, label, performance.now());
    this.layer.disturb();
  }

  /** Once a second: everything is a second older. */
  tick(): void {
    this.fleet.age(this.needs.now(), this.needs.state.feed ?? DEFAULT_FEED);
    this.layer.labels.retell({ words: this.needs.tongue().words, feed: this.needs.state.feed ?? DEFAULT_FEED, now: this.needs.now() });
    this.again();
  }

  private must(): Set<Key> {
    const picked = parseSelection(this.needs.selection.key ?? "");
    return new Set([picked?.kind === "unit" ? picked.key : null, this.needs.url.view.follow].filter((key) => key !== null));
  }

  private chosen(): Mark | { x: number; y: number } | null {
    const picked = parseSelection(this.needs.selection.key ?? "");
    if (picked === null || picked.kind === "alarm") return null;
    if (picked.kind === "unit") return this.fleet.marks.get(picked.key) ?? null;
    const box = this.needs.state.boxes.get(picked.key);
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
    this.fleet.filter(view.filter);
    this.layer.disturb();
    if (map === null || !this.ready) return;
    for (const part of PARTS) {
      if (part === "units" || part === "labels") continue;
      for (const id of PART_LAYERS[part]) map.setLayoutProperty(id, "visibility", view.off.includes(part) ? "none" : "visible");
    }
    this.again();
  }

  private remember(): void {
    const { map } = this;
    if (map === null) return;
    const { lat, lng } = map.getCenter();
    this.camera = { center: [lng, lat], zoom: map.getZoom() };
    if (!this.byHand) return;
    this.byHand = false;
    this.needs.url.change({ camera: { lat, lon: lng, zoom: map.getZoom() } });
  }

  setGround(ground: Ground): void {
    this.ground = ground;
    for (const name of ["zones", "streets", "cameras", "checkpoints", "ring", "hotspots"] as const) this.sheets.set(name, ground[name] ?? collection([]));
    if (this.ready) this.showGround();
  }

  private showGround(): void {
    if (!this.fitted) this.fit(null);
  }

  /** Show a whole station; without a code the first one with a zone. Called once by itself, then only by a person. */
  fit(station: string | null): void {
    const ground = this.ground;
    if (ground === null || this.map === null) return;
    const of = (feature: GeoJSON.Feature): string => String(feature.properties?.["station"] ?? feature.properties?.["s"] ?? "");
    const code = station ?? (ground.zones.features[0] === undefined ? "" : of(ground.zones.features[0]));
    const box = boundsOf(ground.zones.features.filter((one) => of(one) === code)) ?? boundsOf(ground.streets.features.filter((one) => of(one) === code));
    if (box !== null) this.map.fitBounds(box, { padding: 70, animate: false, maxZoom: 17 });
    else {
      const known = ground.stations.find((one) => one.code === code) ?? ground.stations[0];
      if (known === undefined || !drawable(known.lat, known.lon)) return;
      this.map.jumpTo({ center: [known.lon!, known.lat!], zoom: 14 });
    }
    this.fitted = true;
  }

  zoom(steps: 1 | -1): void {
    this.byHand = true;
    this.map?.zoomTo(this.map.getZoom() + steps, { animate: false });
  }

  centre(lat: number, lon: number): void {
    if (this.map === null || !drawable(lat, lon)) return;
    this.byHand = true;
    this.map.jumpTo({ center: [lon, lat], zoom: Math.max(this.map.getZoom(), 16) });
  }

  /** Where a unit's mark is drawn now, px of the map; null when it is not on the screen. For tests and benchmarks. */
  where(key: Key): { x: number; y: number } | null {
    const mark = this.fleet.marks.get(key);
    return mark === undefined || mark.x !== mark.x ? null : { x: mark.x + mark.dx, y: mark.y + mark.dy };
  }

  resize(): void {
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
