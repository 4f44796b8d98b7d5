/** The canvas of the map: made once for the life of the page, given back after its GPU was away, made anew when it broke
 * or no longer draws. What is on it is put there by who owns it. */

import type { Map as MapLibre, MapMouseEvent } from "maplibre-gl";
import { liveStyle } from "./layers";
import { engineOf, mapEngine } from "./mapengine";
import { Silence } from "./silence";
import type { Theme } from "./tints";

const AGAIN_MS = 15_000;
/** A map that cannot draw for so many seconds (no style, a GPU that was not given back) is made anew. */
const UNABLE_S = 60;

/** `none`: this browser can draw no map; `lost`: it took the GPU away and gives it back; `failed`: the map broke and is
 * made anew. */
export type Trouble = "none" | "lost" | "failed" | null;

/** Asked once, of a canvas of its own: it costs as much as a small picture. */
function hasWebGL(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

export interface CanvasNeeds {
  /** When the first map may be made: what is more urgent on the page comes before it. */
  turn: Promise<void>;
  assets: string;
  theme(): Theme;
  /** Where a map made now looks. */
  start(): { center: [number, number]; zoom: number };
  /** A map has its style: put everything on it. Also after its GPU was away. */
  furnish(map: MapLibre): void;
  /** There is no map for now: `lost` will come back as it was, `failed` is gone for good. */
  empty(why: "lost" | "failed"): void;
  /** The ground was drawn. */
  rendered(): void;
  moved(): void;
  /** The map has drawn what it had to. */
  drawn(): void;
  trouble(kind: Trouble): void;
}

/** Load every cut of the face before text is drawn: MapLibre itself would ask for the Latin one only. */
async function loadFaces(): Promise<void> {
  const wanted = ["600 20px 'Sarabun SemiBold'", "700 20px Sarabun", "400 20px Sarabun"];
  await Promise.allSettled(wanted.flatMap((font) => [document.fonts.load(font, "ก่ำ"), document.fonts.load(font, "a1")]));
}

export class Canvas {
  trouble: Trouble = null;
  raw: MapLibre | null = null;
  private scale = 1;
  private furnished = false;
  private markless = false;
  private gone = false;
  private readonly silence = new Silence();
  private readonly unable = new Silence(UNABLE_S);
  private readonly styled = new Set<(map: MapLibre) => void>();
  private readonly clicked = new Set<(event: MapMouseEvent) => boolean>();
  private readonly zoomed: (() => void)[] = [];

  constructor(private readonly place: HTMLElement, private readonly needs: CanvasNeeds) {
    void this.begin();
  }

  /** The map, when it has its style and its GPU. */
  get ready(): MapLibre | null {
    return this.furnished ? this.raw : null;
  }

  /** Told whenever a map has its style: at once, and of each one that is made anew. */
  onStyle(told: (map: MapLibre) => void): void {
    this.styled.add(told);
    if (this.ready !== null) told(this.ready);
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

  /** `scale`: how much larger than usual everything on the map is shown. */
  resize(scale: number): void {
    this.scale = scale;
    this.raw?.setPixelRatio(devicePixelRatio * scale);
    this.raw?.resize();
  }

  /** Once a second: whether the map still draws. A ground at rest is asked to now and then. */
  watch(): void {
    requestAnimationFrame((now) => {
      if (this.gone || this.raw === null) return;
      if (!this.furnished || this.markless) {
        if (this.unable.passed(now)) this.fail(new Error("the map cannot draw"));
        return;
      }
      this.unable.drawn();
      if (this.silence.passed(now)) this.fail(new Error("the map no longer draws"));
      else if (this.silence.long) this.raw?.triggerRepaint();
    });
  }

  /** Said in words; the map is made anew a little later. */
  fail(error: unknown): void {
    console.error("map:", error);
    const map = this.raw;
    this.furnished = false;
    this.markless = false;
    this.silence.drawn();
    this.unable.drawn();
    this.raw = null;
    this.needs.empty("failed");
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

  stop(): void {
    this.gone = true;
    this.raw?.remove();
    this.raw = null;
  }

  private async begin(): Promise<void> {
    await this.needs.turn;
    if (this.gone) return;
    if (hasWebGL()) await this.start();
    else this.tell("none");
  }

  private async start(): Promise<void> {
    try {
      await Promise.all([loadFaces(), mapEngine(this.needs.assets)]);
      if (this.gone) return;
      this.make();
    } catch (error) {
      this.fail(error);
    }
  }

  private make(): void {
    const map = new (engineOf().Map)({
      container: this.place, style: liveStyle(this.needs.theme()), ...this.needs.start(), fadeDuration: 0,
      attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 19.5, maxPitch: 0,
      canvasContextAttributes: { preserveDrawingBuffer: false }, pixelRatio: devicePixelRatio * this.scale, refreshExpiredTiles: false,
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    this.raw = map;
    map.once("style.load", () => {
      this.furnish(map);
      // Not only "idle": where units move all the time and the machine is slow, a map is never idle.
      map.once("render", () => this.needs.drawn());
    });
    map.on("idle", () => this.needs.drawn());
    map.on("render", () => {
      this.silence.drawn();
      this.needs.rendered();
    });
    map.on("move", () => this.needs.moved());
    map.on("zoomstart", () => this.zoomed.forEach((tell) => tell()));
    map.on("click", (event) => [...this.clicked].some((take) => take(event)));
    map.on("webglcontextlost", () => {
      this.furnished = false;
      this.needs.empty("lost");
      this.tell("lost");
    });
    map.on("webglcontextrestored", () => {
      if (map.getLayer("boxes") !== undefined) this.furnish(map);
      else map.once("style.load", () => this.furnish(map));
    });
    map.on("error", (event) => console.warn("map:", event.error?.message ?? event));
  }

  private furnish(map: MapLibre): void {
    this.furnished = true;
    try {
      this.needs.furnish(map);
      for (const told of this.styled) told(map);
    } catch (error) {
      return this.fail(error);
    }
    this.tell(this.markless ? "lost" : null);
  }

  /** The marks have lost their GPU, or have it back. */
  marksLost(lost: boolean): void {
    this.markless = lost;
    if (this.furnished) this.tell(lost ? "lost" : null);
  }

  private tell(trouble: Trouble): void {
    if (this.trouble === trouble) return;
    this.trouble = trouble;
    this.needs.trouble(trouble);
  }
}
