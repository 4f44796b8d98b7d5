/** The ground under everything: streets, water, green and names from our own server's one file, whose data it is,
 *  and in words what is wrong with it. A map without one stays as it is. */

import type { LayerSpecification, Map as MapLibre } from "maplibre-gl";
import { Protocol } from "pmtiles";
import { make, put } from "./dom";
import { engineOf } from "./mapengine";
import type { Part, Settings } from "./part";
import type { Ground } from "./protocol";
import { setShown } from "./showing";
import type { Theme } from "./tints";
import type { View } from "./view";

const SOURCE = "basemap";
/** Of our own layers, bottom to top, the first that must lie above the ground and above its names. */
const ABOVE_GROUND = "ring-fill";
const ABOVE_NAMES = "hotspot-fill";
/** Drawn from the registers, and the same streets again where there is a base map. */
const OWN_STREETS = ["streets", "street-names"];
/** Layers of the tiles that the page's switch of the streets is for. */
const ROADS = ["highway", "street", "path"];

/** What `/tiles/basemap.json` answers. */
export interface Told {
  note: string;
  torn: string;
  /** Whose data it is, worded; empty: nobody's. `streetsCredit`: of the registers' streets. */
  credit: string;
  streetsCredit: string;
  /** Path of the file below the product's own; none when there is no base map. */
  file?: string;
  minzoom?: number;
  maxzoom?: number;
  bounds?: [number, number, number, number];
  /** Whether it draws streets, so that those of the registers need not be. */
  streets?: boolean;
  layers: LayerSpecification[];
  names: LayerSpecification[];
}

/** The credit to be shown: that of the base map, or of imported streets where they are what is seen. */
export function creditOf(told: Told, streets: number): string {
  if (told.file !== undefined && told.credit !== "") return told.credit;
  return streets > 0 ? told.streetsCredit : "";
}

/** Generated streets have no owner to name and are never those of the base map: they stay. */
export function hidesOwnStreets(told: Told): boolean {
  return told.streets === true && told.streetsCredit !== "";
}

let protocol: Protocol | null = null;

function register(): void {
  if (protocol !== null) return;
  protocol = new Protocol();
  engineOf().addProtocol("pmtiles", protocol.tile);
}

export class Basemap implements Part {
  private readonly credit: HTMLElement;
  private readonly note: HTMLElement;
  private readonly listened = new WeakSet<MapLibre>();
  private readonly leave: () => void;
  private told: Told | null = null;
  private language = "";
  private theme: Theme;
  private streets = 0;
  private asked = 0;

  constructor(private readonly view: View, place: HTMLElement) {
    this.credit = make("p", "ssz-credit", place);
    this.note = make("p", "ssz-mapnote", place);
    this.note.setAttribute("role", "status");
    this.say("", "");
    this.theme = view.theme;
    this.leave = view.url.on(() => this.follow());
    view.map.onStyle((map) => {
      this.listen(map);
      this.show();
    });
  }

  retell(settings: Settings): void {
    if (settings.language === this.language) return;
    this.language = settings.language;
    void this.ask();
  }

  /** Fetched anew after each connection: the file may have been changed meanwhile. */
  ground(ground: Ground): void {
    this.streets = ground.streets.features.length;
    void this.ask();
  }

  stop(): void {
    this.asked += 1;
    this.leave();
  }

  /** The view was changed: other colours, streets shown or not. */
  private follow(): void {
    if (this.theme === this.view.theme) this.showStreets();
    else {
      this.theme = this.view.theme;
      void this.ask();
    }
  }

  private listen(map: MapLibre): void {
    if (this.listened.has(map)) return;
    this.listened.add(map);
    map.on("error", (event) => {
      if (!("sourceId" in event) || event.sourceId !== SOURCE || this.told === null) return;
      this.say(this.told.torn, creditOf(this.told, this.streets));
    });
  }

  private async ask(): Promise<void> {
    const turn = (this.asked += 1);
    try {
      const response = await fetch(`${this.view.settings.base}tiles/basemap.json?theme=${this.theme}&language=${this.language}`, { credentials: "same-origin" });
      if (!response.ok || turn !== this.asked) return;
      const told = (await response.json()) as Told;
      if (turn !== this.asked) return;
      const same = JSON.stringify(told) === JSON.stringify(this.told);
      this.told = told;
      if (same) this.say(this.note.textContent ?? "", creditOf(told, this.streets));
      else this.show();
    } catch {
      return; // asked again with the next connection
    }
  }

  private show(): void {
    const { told } = this;
    const map = this.view.map.ready;
    if (told === null) return;
    this.say(told.note, creditOf(told, this.streets));
    if (map === null) return;
    this.clear(map);
    if (told.file !== undefined) this.draw(map, told, told.file);
    for (const id of OWN_STREETS) map.setFilter(id, hidesOwnStreets(told) ? ["boolean", false] : null);
    this.showStreets();
  }

  /** The switch of the streets is that of the base map's too, where it draws them. */
  private showStreets(): void {
    const map = this.view.map.ready;
    if (map === null) return;
    const shown = !this.view.url.view.off.includes("streets");
    for (const id of this.drawn(map, ROADS)) setShown(map, id, shown);
  }

  /** Names of the base map's layers on a map, of these layers of its tiles. */
  private drawn(map: MapLibre, of?: readonly string[]): string[] {
    const layers = map.getStyle().layers.filter((layer) => "source" in layer && layer.source === SOURCE);
    return layers.filter((layer) => of === undefined || ("source-layer" in layer && of.includes(layer["source-layer"] ?? ""))).map(({ id }) => id);
  }

  private clear(map: MapLibre): void {
    for (const id of this.drawn(map)) map.removeLayer(id);
    if (map.getSource(SOURCE) !== undefined) map.removeSource(SOURCE);
  }

  private draw(map: MapLibre, told: Told, file: string): void {
    register();
    const url = new URL(`${this.view.settings.base}${file}`, location.href).href;
    map.addSource(SOURCE, {
      type: "vector", tiles: [`pmtiles://${url}/{z}/{x}/{y}`],
      ...(told.minzoom === undefined ? {} : { minzoom: told.minzoom }),
      ...(told.maxzoom === undefined ? {} : { maxzoom: told.maxzoom }),
      ...(told.bounds === undefined ? {} : { bounds: told.bounds }),
    });
    for (const layer of told.layers) map.addLayer(layer, ABOVE_GROUND);
    for (const layer of told.names) map.addLayer(layer, ABOVE_NAMES);
  }

  private say(note: string, credit: string): void {
    put(this.note, note);
    this.note.hidden = note === "";
    put(this.credit, credit);
    this.credit.hidden = credit === "";
  }
}
