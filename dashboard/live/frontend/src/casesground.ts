/** The ground of a map of cases: streets and zones of the registers as paths of a canvas, in pixels at one zoom round
 *  one place, so that drawing them anew is one call. */

import type { FeatureCollection, Position } from "geojson";
import { mercatorX, mercatorY } from "./mercator";
import { type Shown, side } from "./casesview";

/** Zoom whose pixels the paths are written in. */
const WRITTEN = side(14);
const MAIN = new Set(["motorway", "trunk", "primary", "secondary", "tertiary"]);

export interface Ground {
  readonly x: number;
  readonly y: number;
  readonly streets: Path2D;
  readonly main: Path2D;
  readonly zones: Path2D;
  /** Corners of the zones, else of the streets: what a map without cases shows. */
  readonly places: readonly [number, number][];
}

interface Sheet {
  streets: FeatureCollection;
  zones: FeatureCollection;
}

const lineOf = (geometry: GeoJSON.Geometry): Position[][] =>
  geometry.type === "LineString" ? [geometry.coordinates]
    : geometry.type === "MultiLineString" || geometry.type === "Polygon" ? geometry.coordinates
      : geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : [];

export function groundOf(sheet: Sheet): Ground | null {
  const zones = sheet.zones.features, streets = sheet.streets.features;
  const corners = (zones.length > 0 ? zones : streets).flatMap((one) => lineOf(one.geometry).flat());
  const first = corners[0];
  if (first === undefined) return null;
  const x = mercatorX(first[0] ?? 0), y = mercatorY(first[1] ?? 0);
  const written = { streets: new Path2D(), main: new Path2D(), zones: new Path2D() };
  const add = (path: Path2D, geometry: GeoJSON.Geometry): void => {
    for (const line of lineOf(geometry))
      line.forEach(([lon, lat], at) => {
        const to = [(mercatorX(lon ?? 0) - x) * WRITTEN, (mercatorY(lat ?? 0) - y) * WRITTEN] as const;
        if (at === 0) path.moveTo(...to);
        else path.lineTo(...to);
      });
  };
  for (const one of streets) add(MAIN.has(String(one.properties?.kind)) ? written.main : written.streets, one.geometry);
  for (const one of zones) add(written.zones, one.geometry);
  return { x, y, ...written, places: corners.map(([lon, lat]) => [lon ?? 0, lat ?? 0]) };
}

export interface Colours {
  readonly land: string;
  readonly lane: string;
  readonly main: string;
  readonly zone: string;
}

/** Draw it for a view; `streets`: the base map does not. `ratio`: pixels of the canvas to one of the page. */
export function drawGround(pen: CanvasRenderingContext2D, ground: Ground, view: Shown, width: number, height: number, ratio: number, colours: Colours, streets: boolean): void {
  const scale = side(view.zoom), by = scale / WRITTEN;
  pen.setTransform(ratio * by, 0, 0, ratio * by, ratio * ((ground.x - view.x) * scale + width / 2), ratio * ((ground.y - view.y) * scale + height / 2));
  pen.lineJoin = "round";
  const stroke = (path: Path2D, colour: string, px: number, dash: number[] = []): void => {
    pen.strokeStyle = colour;
    pen.lineWidth = px / by;
    pen.setLineDash(dash.map((one) => one / by));
    pen.stroke(path);
  };
  if (streets && view.zoom > 12) stroke(ground.streets, colours.lane, 1.5);
  if (streets) stroke(ground.main, colours.main, 2.5);
  stroke(ground.zones, colours.zone, 2.5, [9, 5]);
  pen.setLineDash([]);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
}
