/** Where the map looks: what was asked for before there is a map is not lost. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Map as MapLibre } from "maplibre-gl";
import { Camera } from "../src/camera";
import { mercatorX, mercatorY } from "../src/mercator";
import type { Ground } from "../src/protocol";
import type { ViewUrl } from "../src/viewurl";

const url = { view: { camera: null, follow: null }, change: () => undefined } as unknown as ViewUrl;
const none = { type: "FeatureCollection", features: [] };
const stations = [{ code: "a", th: "ก", en: "A", lat: 16.5, lon: 104.7 }, { code: "b", th: "ข", en: "B", lat: 13.7, lon: 100.5 }];
const ground = { version: "1", stations, zones: none, streets: none, cameras: none, checkpoints: none } as unknown as Ground;

/** A map that only looks: where, and how near. */
class Looking {
  at: [number, number];
  constructor(camera: Camera, public zoom = camera.start.zoom) {
    this.at = camera.start.center;
  }
  on(): void {}
  getZoom(): number {
    return this.zoom;
  }
  zoomTo(zoom: number): void {
    this.zoom = zoom;
  }
  jumpTo({ center, zoom = this.zoom }: { center: [number, number]; zoom?: number }): void {
    this.at = center;
    this.zoom = zoom;
  }
  getBounds(): { contains(at: [number, number]): boolean } {
    return { contains: ([lon, lat]) => Math.abs(lon - this.at[0]) < 0.1 && Math.abs(lat - this.at[1]) < 0.1 };
  }
}

function shown(camera: Camera): Looking {
  const map = new Looking(camera);
  camera.show(map as unknown as MapLibre);
  return map;
}

test("the first station is shown by itself, whatever comes first", () => {
  const early = new Camera(url);
  const map = shown(early);
  early.know(ground);
  assert.deepEqual(map.at, [104.7, 16.5]);
  const late = new Camera(url);
  late.know(ground);
  assert.deepEqual(shown(late).at, [104.7, 16.5]);
});

test("a station that was asked for before there was a map is shown by the map that comes", () => {
  const camera = new Camera(url);
  camera.know(ground);
  camera.fit("b");
  assert.deepEqual(shown(camera).at, [100.5, 13.7]);
});

test("what was asked for while a broken map is made anew counts too: the last place, and every step nearer", () => {
  const camera = new Camera(url);
  camera.know(ground);
  shown(camera);
  camera.show(null);
  camera.fit("b");
  camera.centre(16.5, 104.7);
  camera.zoom(1);
  camera.zoom(1);
  const map = shown(camera);
  assert.deepEqual(map.at, [104.7, 16.5]);
  assert.equal(map.zoom, 18);
  assert.deepEqual(shown(camera).zoom, 16, "once");
});

test("a unit chosen before there was a map is brought into the picture", () => {
  const camera = new Camera(url);
  camera.know(ground);
  camera.reveal({ x: mercatorX(100.5), y: mercatorY(13.7) });
  const map = shown(camera);
  assert.deepEqual(map.at.map((one) => Number(one.toFixed(6))), [100.5, 13.7]);
});
