/** One map for the life of the page: made once, its marks moved in place, its pan and zoom never reset. */

import { type GeoJSONSource, Map as MapLibre, Marker, setWorkerUrl } from "maplibre-gl";
import { liveStyle } from "./layers";
import {
  BOX_STATES, boxImage, cameraImage, checkpointImage, FRESH, headingImage, STATUS, type Status, unitIcon, unitImage,
} from "./look";
import { boundsOf, difference, isEmpty } from "./marks";
import type { Alarm, Ground } from "./protocol";
import type { Key } from "./state";

declare const WORKER_FILE: string;

export function hasWebGL(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

/** Load every cut of the face before text is drawn: MapLibre itself would ask for the Latin one only. */
async function loadFaces(): Promise<void> {
  const wanted = ["600 20px 'Sarabun SemiBold'", "700 20px Sarabun", "400 20px Sarabun"];
  await Promise.allSettled(wanted.flatMap((font) => [document.fonts.load(font, "ก่ำ"), document.fonts.load(font, "a1")]));
}

export class LiveMap {
  private map: MapLibre | null = null;
  private readonly drawn = { units: new Map<Key, GeoJSON.Feature>(), boxes: new Map<Key, GeoJSON.Feature>() };
  private readonly waiting = { units: new Map<Key, GeoJSON.Feature | null>(), boxes: new Map<Key, GeoJSON.Feature | null>() };
  private readonly pins = new Map<Key, Marker>();
  private ground: Ground | null = null;
  private fitted = false;
  private ready = false;
  private gone = false;

  constructor(private readonly place: HTMLElement, private readonly assets: string, private readonly drawnHook: () => void) {
    void this.start();
  }

  private async start(): Promise<void> {
    await loadFaces();
    if (this.gone) return;
    setWorkerUrl(`${this.assets}${WORKER_FILE}`);
    const map = new MapLibre({
      container: this.place, style: liveStyle(), center: [100.55, 13.75], zoom: 5, fadeDuration: 0,
      attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 19.5, maxPitch: 0,
      canvasContextAttributes: { preserveDrawingBuffer: false }, refreshExpiredTiles: false,
    });
    map.touchZoomRotate.disableRotation();
    this.map = map;
    this.addImages(map);
    map.once("style.load", () => {
      this.ready = true;
      this.showGround();
      this.flush("boxes");
      this.flush("units");
      // Not only "idle": where units move all the time and the machine is slow, a map is never idle.
      map.once("render", this.drawnHook);
    });
    map.on("idle", this.drawnHook);
    // A lost GPU context is restored by the browser; MapLibre then draws anew with the same camera.
    map.on("error", (event) => console.warn("map:", event.error?.message ?? event));
  }

  get raw(): MapLibre | null {
    return this.map;
  }

  private addImages(map: MapLibre): void {
    const sharp = { pixelRatio: 1 };
    for (const status of Object.keys(STATUS) as Status[]) {
      for (const fresh of FRESH) map.addImage(unitIcon(status, fresh), unitImage(status, fresh), sharp);
    }
    for (const state of BOX_STATES) map.addImage(`box-${state}`, boxImage(state));
    map.addImage("heading", headingImage(), sharp);
    map.addImage("camera", cameraImage());
    map.addImage("checkpoint", checkpointImage());
  }

  /** Draw these features; a key with null is taken off. Keys not named stay as they are. */
  draw(source: "units" | "boxes", wanted: Map<Key, GeoJSON.Feature | null>): void {
    for (const [key, feature] of wanted) this.waiting[source].set(key, feature);
    if (this.ready) this.flush(source);
  }

  private flush(name: "units" | "boxes"): void {
    const diff = difference(this.drawn[name], this.waiting[name]);
    this.waiting[name].clear();
    if (isEmpty(diff)) return;
    const source = this.map?.getSource<GeoJSONSource>(name);
    void source?.updateData({ add: diff.add, remove: diff.remove, update: diff.update });
  }

  setGround(ground: Ground): void {
    this.ground = ground;
    if (this.ready) this.showGround();
  }

  private showGround(): void {
    const ground = this.ground;
    if (ground === null || this.map === null) return;
    for (const name of ["zones", "streets", "cameras", "checkpoints"] as const) {
      void this.map.getSource<GeoJSONSource>(name)?.setData(ground[name]);
    }
    if (!this.fitted) this.fit(null);
  }

  /** Show a whole station; without a code the first one with a zone. Called once by itself, then only by a person. */
  fit(station: string | null): void {
    const ground = this.ground;
    if (ground === null || this.map === null) return;
    const of = (feature: GeoJSON.Feature): string => String(feature.properties?.["station"] ?? feature.properties?.["s"] ?? "");
    const code = station ?? of(ground.zones.features[0] ?? { type: "Feature", geometry: { type: "Point", coordinates: [] }, properties: {} });
    const zones = ground.zones.features.filter((feature) => of(feature) === code);
    const streets = ground.streets.features.filter((feature) => of(feature) === code);
    const box = boundsOf(zones) ?? boundsOf(streets);
    if (box !== null) this.map.fitBounds(box, { padding: 70, animate: false, maxZoom: 17 });
    else {
      const known = ground.stations.find((one) => one.code === code) ?? ground.stations[0];
      if (known === undefined || known.lat === null || known.lon === null) return;
      this.map.jumpTo({ center: [known.lon, known.lat], zoom: 14 });
    }
    this.fitted = true;
  }

  zoom(steps: 1 | -1): void {
    this.map?.zoomTo(this.map.getZoom() + steps, { animate: false });
  }

  centre(lat: number, lon: number): void {
    if (this.map === null) return;
    this.map.jumpTo({ center: [lon, lat], zoom: Math.max(this.map.getZoom(), 16) });
  }

  /** Open alarms pulse above everything; the mark of a known alarm stays the same element. */
  drawAlarms(alarms: Map<Key, Alarm>, label: (alarm: Alarm) => string): void {
    if (this.map === null) return;
    for (const [key, pin] of this.pins) {
      if (alarms.has(key)) continue;
      pin.remove();
      this.pins.delete(key);
    }
    for (const [key, alarm] of alarms) {
      if (alarm.lat === null || alarm.lon === null) continue;
      let pin = this.pins.get(key);
      if (pin === undefined) {
        pin = new Marker({ element: pinElement(key), anchor: "center" }).setLngLat([alarm.lon, alarm.lat]).addTo(this.map);
        this.pins.set(key, pin);
      } else pin.setLngLat([alarm.lon, alarm.lat]);
      const element = pin.getElement();
      element.dataset["state"] = alarm.state;
      const text = element.querySelector("span");
      const wanted = label(alarm);
      if (text !== null && text.textContent !== wanted) text.textContent = wanted;
      element.setAttribute("aria-label", wanted);
    }
  }

  resize(): void {
    this.map?.resize();
  }

  stop(): void {
    this.gone = true;
    for (const pin of this.pins.values()) pin.remove();
    this.map?.remove();
    this.map = null;
  }
}

function pinElement(key: Key): HTMLElement {
  const element = document.createElement("div");
  element.className = "ssz-pin";
  element.dataset["alarm"] = key;
  element.setAttribute("role", "img");
  element.append(document.createElement("i"), document.createElement("b"), document.createElement("span"));
  return element;
}
