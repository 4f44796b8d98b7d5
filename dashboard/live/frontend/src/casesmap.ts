/** The map of cases: a canvas over the offline base map, moved and zoomed without a run of the page. */

import type { Map as MapLibre } from "maplibre-gl";
import { mapEngine } from "./mapengine";
import { lonOf, latOf } from "./mercator";
import { type Box, boxOf, fitted, moved, mostOf, project, type Shown, unproject, zoomed } from "./casesview";
import { type Cases, drawHexagons, drawPoints, near, type PointRow } from "./casesdraw";
import { drawGround, type Ground } from "./casesground";

type Place = readonly [number, number];

export interface Doing {
  /** The view stands still somewhere new: what is there has to be asked for. */
  readonly settled: (box: Box, zoom: number) => void;
  /** Cases under a click; none: away with what is told of others. */
  readonly chosen: (rows: PointRow[], x: number, y: number) => void;
  /** A place was clicked that is to be taken. */
  readonly picked?: (place: Place) => void;
  readonly drawn: (area: Place[]) => void;
}

const WAIT_MS = 180;
/** Corners of a drawn area at most, as the server takes them. */
export const MOST_CORNERS = 64;

export class CasesMap {
  view: Shown | null = null;
  cases: Cases | null = null;
  private ground: Ground | null = null;
  private area: readonly Place[] = [];
  private pin: Place | null = null;
  private corners: Place[] | null = null;
  private base: MapLibre | null = null;
  /** Address of the base map's newest style. */
  private style = "";
  private gone = false;
  private frame = 0;
  private waiting = 0;
  private from: [number, number] | null = null;
  private dragged = false;
  private readonly watch: ResizeObserver;

  constructor(private readonly canvas: HTMLCanvasElement, private readonly under: HTMLElement, private readonly doing: Doing) {
    this.watch = new ResizeObserver(() => this.settle());
    this.watch.observe(canvas);
    canvas.addEventListener("pointerdown", (event) => { this.from = [event.clientX, event.clientY]; this.dragged = false; });
    canvas.addEventListener("pointermove", (event) => this.drag(event));
    canvas.addEventListener("pointerup", () => { this.from = null; });
    canvas.addEventListener("click", (event) => this.click(event.offsetX, event.offsetY));
    canvas.addEventListener("dblclick", () => this.end());
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.nearer(-Math.sign(event.deltaY) / 2, event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  get width(): number { return this.canvas.clientWidth; }
  get height(): number { return this.canvas.clientHeight; }
  /** What is shown: west, south, east, north in degrees. */
  get box(): Box | null { return this.view && this.width > 0 ? boxOf(this.view, this.width, this.height) : null; }
  get drawing(): boolean { return this.corners !== null; }

  stop(): void {
    this.watch.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.waiting);
    this.gone = true;
    this.base?.remove();
  }

  /** The offline base map below the canvas, by the style of our own server. */
  baseMap(style: string, assets: string): void {
    this.style = style;
    if (this.base !== null) this.base.setStyle(style);
    else mapEngine(assets).then(({ Map }) => this.begin(Map), (error) => console.warn("map:", error)); // plain ground, until the next style
  }

  private begin(Map: typeof MapLibre): void {
    if (this.gone || this.base !== null) return;
    this.base = new Map({ container: this.under, style: this.style, interactive: false, attributionControl: false, fadeDuration: 0 });
    this.redraw();
  }

  retell(told: { ground?: Ground | null; area?: readonly Place[]; pin?: Place | null; cases?: Cases }): void {
    if (told.ground !== undefined) this.ground = told.ground;
    if (told.area !== undefined) this.area = told.area;
    if (told.pin !== undefined) this.pin = told.pin;
    if (told.cases !== undefined) this.cases = told.cases;
    this.redraw();
  }

  /** Show all that is there; true when there was anything. */
  fit(cases: Cases | null = this.cases): boolean {
    const places: Place[] = this.pin ? [this.pin]
      : cases?.kind === "points" && cases.rows.length > 0 ? cases.rows.map((row) => [row[0], row[1]])
        : cases?.kind === "hexagons" && cases.cells.length > 0 ? mostOf(cases.cells) : [...(this.ground?.places ?? [])];
    const view = fitted(places, this.width, this.height);
    if (view !== null) this.show(view);
    return view !== null;
  }

  draw(): void {
    this.corners = [];
    this.canvas.focus();
    this.redraw();
  }

  nearer(by: number, x?: number, y?: number): void {
    if (this.view) this.show(zoomed(this.view, by, this.width, this.height, x, y));
  }

  show(view: Shown): void {
    this.view = view;
    this.redraw();
    this.settle();
  }

  private settle(): void {
    this.redraw();
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => {
      if (this.view && this.width > 0) this.doing.settled(boxOf(this.view, this.width, this.height), this.view.zoom);
    }, WAIT_MS);
  }

  private drag(event: PointerEvent): void {
    if (!this.from || !(event.buttons & 1) || !this.view || this.corners) return;
    const by = [event.clientX - this.from[0], event.clientY - this.from[1]] as const;
    if (!this.dragged && Math.hypot(...by) < 5) return;
    if (!this.dragged) this.canvas.setPointerCapture(event.pointerId);
    this.dragged = true;
    this.from = [event.clientX, event.clientY];
    this.show(moved(this.view, ...by));
  }

  private click(x: number, y: number): void {
    if (this.dragged) {
      this.dragged = false;
      return;
    }
    if (!this.view) return;
    const place = unproject(this.view, this.width, this.height, x, y);
    if (this.corners) {
      const first = this.corners[0];
      const at = first && project(this.view, this.width, this.height, ...first);
      if (at && this.corners.length > 2 && Math.hypot(at[0] - x, at[1] - y) < 12) this.end();
      else if (this.corners.length < MOST_CORNERS) this.corners.push(place);
      this.redraw();
    } else if (this.doing.picked) this.doing.picked(place);
    else if (this.cases?.kind === "points") this.doing.chosen(near(this.cases, this.view, this.width, this.height, x, y), x, y);
    else this.nearer(2, x, y);
  }

  /** The area is as it should be. A double click has set its last corner twice. */
  private end(): void {
    if (!this.corners) return;
    const corners = this.corners.filter((one, at, all) => at === 0 || Math.hypot(one[0] - (all[at - 1]?.[0] ?? 0), one[1] - (all[at - 1]?.[1] ?? 0)) > 1e-6);
    this.corners = null;
    this.redraw();
    if (corners.length > 2) this.doing.drawn(corners);
  }

  private key(event: KeyboardEvent): void {
    const way = ({ ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] } as Record<string, [number, number]>)[event.key];
    if (way && this.view) this.show(moved(this.view, ...way));
    else if (event.key === "+" || event.key === "=") this.nearer(1);
    else if (event.key === "-") this.nearer(-1);
    else if (event.key === "Enter" && this.corners) this.end();
    else if (event.key === "Escape" && this.corners) this.corners = null;
    else if ((event.key === "Enter" || event.key === " ") && this.doing.picked && this.view) this.doing.picked([lonOf(this.view.x), latOf(this.view.y)]);
    else return;
    this.redraw();
    event.preventDefault();
  }

  private redraw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    const { canvas, width, height, view } = this;
    if (!view || width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      this.base?.resize();
    }
    const pen = canvas.getContext("2d");
    if (!pen) return;
    const style = getComputedStyle(canvas), colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    this.base?.jumpTo({ center: [lonOf(view.x), latOf(view.y)], zoom: view.zoom - 1 });
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    if (!this.base) {
      pen.fillStyle = colour("land");
      pen.fillRect(0, 0, width, height);
    }
    const ground = { land: colour("land"), lane: colour("lane"), main: colour("main"), zone: colour("zone") };
    if (this.ground) drawGround(pen, this.ground, view, width, height, ratio, ground, this.base === null);
    const ink = { groups: [0, 1, 2, 3, 4].map((n) => colour(`g${n}`)), steps: [0, 1, 2, 3, 4, 5].map((n) => colour(`l${n}`)), word: colour("word"), edge: colour("edge") };
    if (this.cases?.kind === "points") drawPoints(pen, this.cases, view, width, height, ink);
    else if (this.cases) drawHexagons(pen, this.cases, view, width, height, ink);
    this.outline(pen, this.corners ?? this.area, colour("picked"), this.corners === null);
    if (this.pin) this.cross(pen, ...project(view, width, height, ...this.pin), colour("picked"));
    canvas.dataset.drawn = String(Number(canvas.dataset.drawn ?? 0) + 1);
    canvas.dataset.version = String(this.cases?.version ?? 0);
    canvas.dataset.n = String(this.cases?.n ?? 0);
  }

  private outline(pen: CanvasRenderingContext2D, corners: readonly Place[], colour: string, closed: boolean): void {
    const view = this.view;
    if (corners.length === 0 || !view) return;
    pen.beginPath();
    for (const corner of corners) pen.lineTo(...project(view, this.width, this.height, ...corner));
    if (closed) pen.closePath();
    pen.strokeStyle = colour;
    pen.lineWidth = 3;
    pen.stroke();
    if (closed) return;
    for (const corner of corners) {
      const [x, y] = project(view, this.width, this.height, ...corner);
      pen.fillStyle = colour;
      pen.fillRect(x - 4, y - 4, 8, 8);
    }
  }

  /** A pin: a drop with its point at the place. */
  private cross(pen: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
    pen.beginPath();
    pen.moveTo(x, y);
    pen.bezierCurveTo(x - 16, y - 18, x - 11, y - 34, x, y - 34);
    pen.bezierCurveTo(x + 11, y - 34, x + 16, y - 18, x, y);
    pen.fillStyle = colour;
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = 2;
    pen.fill();
    pen.stroke();
    pen.beginPath();
    pen.arc(x, y - 22, 4.5, 0, 7);
    pen.fillStyle = "#ffffff";
    pen.fill();
  }
}
