/** Where the map looks: set by a person, by the address, by the followed unit; never by data that comes in. */

import type { Map as MapLibre } from "maplibre-gl";
import { boundsOf } from "./marks";
import { drawable, latOf, lonOf } from "./mercator";
import { type Glide, xOf, yOf } from "./motion";
import type { Ground } from "./protocol";
import type { ViewUrl } from "./viewurl";

/** Thailand, until the station is known. */
const FIRST: Start = { center: [100.55, 13.75], zoom: 5 };

interface Start {
  center: [number, number];
  zoom: number;
}

export class Camera {
  /** Where a map made now begins. */
  start: Start = FIRST;
  private map: MapLibre | null = null;
  private ground: Ground | null = null;
  private fitted = false;
  private byHand = false;
  /** What was asked for while there is no map: done, in this order, when there is one. */
  private late: (() => void)[] = [];

  constructor(private readonly url: ViewUrl) {
    const { camera } = url.view;
    if (camera === null) return;
    this.start = { center: [camera.lon, camera.lat], zoom: camera.zoom };
    this.fitted = true;
  }

  show(map: MapLibre | null): void {
    if (map !== null && map !== this.map) {
      map.on("movestart", (event) => { this.byHand ||= event.originalEvent !== undefined; });
      map.on("moveend", () => this.remember(map));
      map.on("dragstart", () => {
        if (this.url.view.follow !== null) this.url.change({ follow: null });
      });
    }
    this.map = map;
    this.fitOnce();
    if (map === null) return;
    const { late } = this;
    this.late = [];
    for (const move of late) move();
  }

  know(ground: Ground): void {
    this.ground = ground;
    this.fitOnce();
  }

  private fitOnce(): void {
    if (!this.fitted && this.map !== null) this.fit(null);
  }

  private remember(map: MapLibre): void {
    const { lat, lng } = map.getCenter();
    this.start = { center: [lng, lat], zoom: map.getZoom() };
    if (!this.byHand) return;
    this.byHand = false;
    this.url.change({ camera: { lat, lon: lng, zoom: map.getZoom() } });
  }

  /** Show a whole station; without a code the first one with a zone. Called once by itself, then only by a person. */
  fit(station: string | null): void {
    const { ground, map } = this;
    if (map === null) this.late = [() => this.fit(station)];
    if (ground === null || map === null) return;
    const of = (feature: GeoJSON.Feature): string => String(feature.properties?.["station"] ?? feature.properties?.["s"] ?? "");
    const code = station ?? (ground.zones.features[0] === undefined ? "" : of(ground.zones.features[0]));
    const box = boundsOf(ground.zones.features.filter((one) => of(one) === code)) ?? boundsOf(ground.streets.features.filter((one) => of(one) === code));
    if (box !== null) map.fitBounds(box, { padding: 70, animate: false, maxZoom: 17 });
    else {
      const known = ground.stations.find((one) => one.code === code) ?? ground.stations[0];
      if (known === undefined || !drawable(known.lat, known.lon)) return;
      map.jumpTo({ center: [known.lon!, known.lat!], zoom: 14 });
    }
    this.fitted = true;
  }

  zoom(steps: 1 | -1): void {
    if (this.map === null) {
      this.late.push(() => this.zoom(steps));
      return;
    }
    this.byHand = true;
    this.map.zoomTo(this.map.getZoom() + steps, { animate: false });
  }

  centre(lat: number, lon: number): void {
    if (!drawable(lat, lon)) return;
    this.fitted = true; // what a person asked to see is not replaced by the whole zone
    if (this.map === null) {
      this.start = { center: [lon, lat], zoom: Math.max(this.start.zoom, 16) };
      this.late = [() => this.map?.jumpTo(this.start)];
      return;
    }
    this.byHand = true;
    this.map.jumpTo({ center: [lon, lat], zoom: Math.max(this.map.getZoom(), 16) });
  }

  /** Bring a place (Mercator units) into the picture, if it is outside; the zoom stays. */
  reveal({ x, y }: { x: number; y: number }): void {
    const { map } = this;
    if (map === null) {
      this.late.push(() => this.reveal({ x, y }));
      return;
    }
    if (map.getBounds().contains([lonOf(x), latOf(y)])) return;
    this.byHand = true;
    map.jumpTo({ center: [lonOf(x), latOf(y)] });
  }

  /** Keep what is followed in the middle. While a person zooms the map is his. */
  onto(glide: Glide): void {
    const { map } = this;
    if (map === null || map.isZooming()) return;
    const now = performance.now();
    map.jumpTo({ center: [lonOf(xOf(glide, now)), latOf(yOf(glide, now))] });
  }
}
