/** The units on the map: one canvas over the ground draws marks, headings, legs and labels in four calls, whatever
 * their number. It asks for the next frame only while something moves, and only as often as half a pixel needs. */

import type { Map as MapLibre } from "maplibre-gl";
import type { Area } from "./declutter";
import type { Fleet, Mark } from "./fleet";
import { Labels, type Tongue } from "./labels";
import { Legs } from "./legs";
import { mercatorX, mercatorY } from "./mercator";
import { pace, speed, xOf, yOf } from "./motion";
import { Overlay } from "./overlay";
import { CHOSEN, HEADING, spriteOf, Sprites } from "./sprites";
import type { Key } from "./state";
import { type Theme, TINTS } from "./tints";
import { Measure, Writing } from "./writing";

export interface Scene {
  fleet: Fleet;
  /** Units whose label must be shown: selected, followed. */
  must(): ReadonlySet<Key>;
  /** A place with the ring of the selected, Mercator units; null: none but perhaps a unit. */
  chosen(): { x: number; y: number } | Mark | null;
  obstacles(): Area[];
  /** Labels have found new places. */
  placed(): void;
  tongue(): Tongue;
  theme(): Theme;
  shows(part: "units" | "labels"): boolean;
  /** A frame's commands were given; `out`: whether all of them are carried out. */
  drawn(out: () => boolean): void;
  /** The GPU of the marks was taken away, or given back. */
  lost(lost: boolean): void;
  failed(error: unknown): void;
}

/** Labels find new places at most this often, ms. */
const REPLACE_MS = 400;
/** Marks this far outside the picture, px, may still reach into it. */
const MARGIN = 30;

/** Marks shrink where there are very many, to about the room each has on a screen: [up to so many places, scale].
 * What is drawn over and over costs, and tells nothing. */
const SCALES = [[700, 1], [1500, 0.8], [3000, 0.6], [6000, 0.5], [Infinity, 0.4]] as const;
export const scaleFor = (count: number): number => SCALES.find(([most]) => count <= most)?.[1] ?? 1;

export class MarkLayer {
  /** Frames drawn, marks in the last one, and the page's time of it. */
  renders = 0;
  visible = 0;
  drawnAt = 0;
  readonly labels: Labels;
  private readonly measure = new Measure();
  /** For tests and benchmarks: told after each frame. */
  watched: ((gl: WebGL2RenderingContext) => void) | null = null;
  private map: MapLibre | null = null;
  private overlay: Overlay | null = null;
  private parts: { sprites: Sprites; writing: Writing; legs: Legs; ratio: number; theme: Theme } | null = null;
  private placedAt = 0;
  /** Greatest speed of a mark on the screen, px a ms. */
  private fastest = 0;
  private dirty = true;
  private broken = false;

  constructor(private readonly scene: Scene) {
    this.labels = new Labels(this.measure);
  }

  /** The map whose marks these are; null: none for now. */
  show(map: MapLibre | null): void {
    if (map === this.map) return;
    this.free();
    this.overlay?.remove();
    this.map = map;
    this.broken = false;
    this.overlay = map === null ? null : new Overlay(map.getCanvas(), {
      draw: (gl) => this.render(gl), drawn: (out) => this.scene.drawn(out), lost: (lost) => this.lost(lost),
    });
  }

  /** Draw in the next frame of the page. */
  ask(): void {
    this.overlay?.ask();
  }

  /** The ground was drawn: the marks in the same frame, or they would lag behind a map that is moved. */
  withGround(): void {
    this.overlay?.draw();
  }

  private lost(lost: boolean): void {
    this.parts = null; // gone with the GPU
    this.scene.lost(lost);
    if (!lost) this.ask();
  }

  private free(): void {
    const { parts } = this;
    this.parts = null;
    parts?.sprites.free();
    parts?.writing.free();
    parts?.legs.free();
  }

  /** The colours of the last frame. */
  get theme(): Theme | null {
    return this.parts?.theme ?? null;
  }

  /** Labels may have to move: marks came or went, words changed, the camera moved. */
  disturb(): void {
    this.dirty = true;
  }

  /** What is drawn next is another moment: its labels are placed at once. */
  leap(): void {
    this.placedAt = -Infinity;
  }

  private build(gl: WebGL2RenderingContext): NonNullable<MarkLayer["parts"]> {
    const ratio = this.map?.getPixelRatio() ?? 1;
    const theme = this.scene.theme();
    const tints = TINTS[theme];
    const [sprites, writing] = [new Sprites(gl, ratio, theme), new Writing(gl, ratio, this.measure, tints)];
    this.parts = { sprites, writing, legs: new Legs(gl, tints.ink), ratio, theme };
    return this.parts;
  }

  private render(gl: WebGL2RenderingContext): void {
    if (this.map === null || this.broken) return;
    try {
      this.draw(this.map, gl);
      this.watched?.(gl);
    } catch (error) {
      this.broken = true;
      this.scene.failed(error);
    }
  }

  private draw(map: MapLibre, gl: WebGL2RenderingContext): void {
    let { parts } = this;
    if (parts !== null && (parts.ratio !== map.getPixelRatio() || parts.theme !== this.scene.theme())) {
      this.free();
      parts = null;
    }
    const { sprites, writing, legs } = parts ?? this.build(gl);
    const now = performance.now();
    const { clientWidth: width, clientHeight: height } = map.getCanvas();
    this.renders += 1;
    this.drawnAt = now;
    this.spot(map, width, height, now);
    const scale = scaleFor(this.labels.places);
    this.marks(sprites, map, width, height);
    if (this.dirty && now - this.placedAt >= REPLACE_MS) {
      this.labels.place(this.scene.fleet, this.scene.must(), this.scene.obstacles(), this.scene.tongue());
      this.placedAt = now;
      this.dirty = false;
      this.scene.placed();
    }
    if (this.scene.shows("labels") && this.scene.shows("units")) {
      // Words under marks: a unit that has just come is seen before the words around it have made room.
      writing.begin(width, height);
      this.labels.write((text, hand, x, y) => writing.add(text, hand, x, y));
      writing.draw();
    }
    const spread = this.scene.fleet.order.filter((mark) => (mark.dx !== 0 || mark.dy !== 0) && mark.x === mark.x);
    legs.draw(spread, width, height);
    sprites.draw(width, height, scale);
  }

  /** Where every mark is on the screen now. */
  private spot(map: MapLibre, width: number, height: number, now: number): void {
    const centre = map.getCenter();
    const cx = mercatorX(centre.lng);
    const cy = mercatorY(centre.lat);
    const world = 512 * 2 ** map.getZoom();
    const shown = this.scene.shows("units");
    let visible = 0;
    let fastest = 0;
    for (const mark of this.scene.fleet.marks.values()) {
      let dx = xOf(mark.glide, now) - cx;
      if (dx > 0.5) dx -= 1;
      else if (dx < -0.5) dx += 1;
      const x = dx * world + width / 2;
      const y = (yOf(mark.glide, now) - cy) * world + height / 2;
      const there = shown && !mark.hidden && x > -MARGIN && y > -MARGIN && x < width + MARGIN && y < height + MARGIN;
      mark.x = there ? x : NaN;
      mark.y = there ? y : NaN;
      if (!there) continue;
      visible += 1;
      fastest = Math.max(fastest, speed(mark.glide, now));
    }
    if (visible !== this.visible || fastest > 0) this.dirty = true;
    this.visible = visible;
    this.fastest = fastest * world;
  }

  private marks(sprites: Sprites, map: MapLibre, width: number, height: number): void {
    const { order } = this.scene.fleet;
    sprites.begin();
    const chosen = this.scene.chosen();
    if (chosen !== null && "glide" in chosen) {
      if (chosen.x === chosen.x) sprites.add(chosen.x + chosen.dx, chosen.y + chosen.dy, CHOSEN);
    } else if (chosen !== null) {
      const centre = map.getCenter();
      const world = 512 * 2 ** map.getZoom();
      sprites.add((chosen.x - mercatorX(centre.lng)) * world + width / 2, (chosen.y - mercatorY(centre.lat)) * world + height / 2, CHOSEN);
    }
    for (const mark of order) {
      const { unit } = mark;
      if (mark.x !== mark.x || mark.fresh !== "live" || unit.hdg === null || !((unit.spd ?? 1) > 0)) continue;
      sprites.add(mark.x + mark.dx, mark.y + mark.dy, HEADING, (unit.hdg * Math.PI) / 180);
    }
    for (const mark of order) {
      if (mark.x === mark.x) sprites.add(mark.x + mark.dx, mark.y + mark.dy, spriteOf(mark.status, mark.fresh));
    }
  }

  /** After how many ms to draw again; Infinity when nothing moves. */
  get pause(): number {
    const label = this.dirty && this.visible > 0 ? Math.max(1, this.placedAt + REPLACE_MS - performance.now()) : Infinity;
    return Math.min(pace(this.fastest), label);
  }
}
