/** The map's style: sources and layers, bottom to top. No tiles, no glyph server: the page's own Sarabun draws text. */

import type { DataDrivenPropertyValueSpecification, ExpressionSpecification, StyleSpecification } from "maplibre-gl";
import { type Theme, TINTS } from "./tints";
import type { Part } from "./urlstate";

const FONT = ["Sarabun SemiBold"];
const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const source = (): { type: "geojson"; data: GeoJSON.FeatureCollection } => ({ type: "geojson", data: EMPTY });

/** Layers of each part that can be switched off; units and labels are switched in their own layer. */
export const PART_LAYERS: Record<Exclude<Part, "units" | "labels">, readonly string[]> = {
  trails: ["trail-line", "trail-gap", "trail-word"], boxes: ["boxes"], zones: ["zone-fill", "zone-line"], ring: ["ring-fill", "ring-line"],
  beats: ["beat-line", "beat-names"], hotspots: ["hotspot-fill", "hotspot-line", "hotspot-names", "hotspot-ranks"], streets: ["streets", "street-names"],
  cameras: ["cameras"], checkpoints: ["checkpoints"],
};

/** Sources fed by the page, each a feature collection. */
export const SOURCES = [
  "hotspots", "ring", "zones", "streets", "cameras", "checkpoints", "trails", "boxes", "rooms", "area",
] as const;
export type SourceName = (typeof SOURCES)[number];

const BEAT: ExpressionSpecification = ["==", ["get", "kind"], "beat"];
const NAME: DataDrivenPropertyValueSpecification<string> = [
  "coalesce", ["get", "th"], ["get", "name_th"], ["get", "name"], "",
];

const WITH_NOTE: ExpressionSpecification = ["concat", ["get", "name"], "\n", ["get", "note"]];

export function liveStyle(theme: Theme): StyleSpecification {
  const tints = TINTS[theme];
  const text = (size: number, color: string) => ({
    layout: { "text-font": FONT, "text-size": size, "text-letter-spacing": 0, "text-line-height": 1.3 },
    paint: { "text-color": color, "text-halo-color": tints.halo, "text-halo-width": 2 },
  });
  const proved = (colour: string): ExpressionSpecification => ["case", ["==", ["get", "grey"], true], tints.ring, colour];
  const street = text(14, tints.streetName);
  const small = text(16, tints.ink);
  return {
    version: 8,
    transition: { duration: 0, delay: 0 },
    sources: Object.fromEntries(SOURCES.map((name) => [name, source()])),
    layers: [
      { id: "land", type: "background", paint: { "background-color": tints.land } },
      {
        id: "ring-fill", type: "fill", source: "ring",
        paint: { "fill-color": tints.ring, "fill-opacity": 0.05 },
      },
      { id: "zone-fill", type: "fill", source: "zones", filter: ["!", BEAT], paint: { "fill-color": tints.zone, "fill-opacity": 0.06 } },
      {
        id: "streets", type: "line", source: "streets",
        layout: { "line-cap": "round", "line-join": "round" },
        paint: {
          "line-color": ["match", ["get", "kind"], ["primary", "secondary", "trunk", "tertiary"],
            tints.streetMajor, tints.street],
          "line-width": ["interpolate", ["exponential", 1.6], ["zoom"],
            11, ["match", ["get", "kind"], ["primary", "secondary", "trunk"], 1.5, 0.5],
            18, ["match", ["get", "kind"], ["primary", "secondary", "trunk"], 22, ["tertiary"], 16,
              ["footway", "path", "steps"], 4, 11]],
        },
      },
      {
        id: "street-names", type: "symbol", source: "streets", minzoom: 15,
        layout: { ...street.layout, "symbol-placement": "line", "symbol-spacing": 420, "text-field": NAME },
        paint: street.paint,
      },
      {
        id: "hotspot-fill", type: "fill", source: "hotspots",
        paint: { "fill-color": proved(tints.hotspot), "fill-opacity": 0.12 },
      },
      {
        id: "hotspot-line", type: "line", source: "hotspots",
        paint: { "line-color": proved(tints.hotspot), "line-width": 3 },
      },
      {
        id: "hotspot-names", type: "symbol", source: "hotspots", minzoom: 13, filter: ["has", "th"],
        // Beside its place where a box or a unit stands on it.
        layout: {
          ...small.layout, "text-size": ["interpolate", ["linear"], ["zoom"], 13, 16, 16, 20], "text-field": NAME,
          "text-variable-anchor": ["center", "top", "bottom", "left", "right"], "text-radial-offset": 2,
          "text-justify": "auto", "text-max-width": 14,
        },
        paint: { ...small.paint, "text-color": proved(tints.hotspotName) },
      },
      {
        // At a corner, whatever else stands there: hotspots are told apart by their rank, not by a colour.
        id: "hotspot-ranks", type: "symbol", source: "hotspots", filter: ["has", "mark"],
        layout: {
          ...small.layout, "text-field": ["get", "mark"], "text-size": 26, "text-anchor": "bottom-left",
          "text-allow-overlap": true, // but its name keeps clear of it
        },
        paint: { ...small.paint, "text-color": proved(tints.hotspotName) },
      },
      {
        id: "ring-line", type: "line", source: "ring",
        paint: { "line-color": tints.ring, "line-width": 1.5, "line-dasharray": [1, 3] },
      },
      {
        id: "beat-line", type: "line", source: "zones", filter: BEAT,
        paint: { "line-color": tints.beat, "line-width": 2, "line-dasharray": [6, 2, 1, 2] },
      },
      {
        id: "beat-names", type: "symbol", source: "zones", filter: BEAT, minzoom: 13,
        layout: { ...small.layout, "text-field": NAME }, paint: { ...small.paint, "text-color": tints.beat },
      },
      {
        id: "zone-line", type: "line", source: "zones", filter: ["!", BEAT],
        paint: { "line-color": tints.zone, "line-width": 3, "line-dasharray": [3, 1.5] },
      },
      {
        id: "cameras", type: "symbol", source: "cameras", minzoom: 13.5,
        layout: { "icon-image": "camera", "icon-allow-overlap": true, "icon-size": 0.9 },
        paint: { "icon-opacity": 0.85 },
      },
      {
        id: "checkpoints", type: "symbol", source: "checkpoints", minzoom: 13.5,
        layout: { "icon-image": "checkpoint", "icon-allow-overlap": true, "icon-size": 0.9 },
        paint: { "icon-opacity": 0.85 },
      },
      {
        id: "trail-line", type: "line", source: "trails", filter: ["!", ["get", "gap"]],
        layout: { "line-cap": "round", "line-join": "round" },
        paint: { "line-color": tints.trail, "line-width": 4, "line-opacity": 0.85 },
      },
      {
        id: "trail-gap", type: "line", source: "trails", filter: ["all", ["get", "gap"], ["==", ["geometry-type"], "LineString"]],
        paint: { "line-color": tints.trail, "line-width": 2.5, "line-dasharray": [2, 2], "line-opacity": 0.85 },
      },
      {
        id: "trail-word", type: "symbol", source: "trails", filter: ["==", ["geometry-type"], "Point"],
        layout: { ...street.layout, "text-field": ["get", "note"], "text-anchor": "left", "text-offset": [0.6, 0] },
        paint: { ...street.paint, "text-color": tints.trail },
      },
      {
        // Takes room and is not drawn: names below it are left out there. Boxes above it are placed first.
        id: "rooms", type: "symbol", source: "rooms",
        layout: { "icon-image": ["get", "icon"], "icon-size": ["get", "size"], "icon-allow-overlap": true, "icon-padding": 0 },
        paint: { "icon-opacity": 0 },
      },
      {
        id: "boxes", type: "symbol", source: "boxes",
        layout: {
          ...small.layout, "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-size": 1,
          // Far out only what needs somebody is told in words; near by every box, and that it is ready too.
          "text-field": ["step", ["zoom"], ["case", ["==", ["get", "state"], "ok"], "", ["get", "note"]],
            15.5, ["case", ["==", ["get", "state"], "ok"], ["get", "name"], WITH_NOTE], 17, WITH_NOTE],
          "text-anchor": "top", "text-offset": [0, 1.1], "text-optional": true, "text-max-width": 12,
        },
        paint: small.paint,
      },
      {
        id: "area-fill", type: "fill", source: "area", filter: ["==", ["geometry-type"], "Polygon"],
        paint: { "fill-color": tints.ink, "fill-opacity": 0.1 },
      },
      {
        id: "area-line", type: "line", source: "area", filter: ["!=", ["geometry-type"], "Point"],
        paint: { "line-color": tints.ink, "line-width": 2.5, "line-dasharray": [2, 1] },
      },
      {
        id: "area-corners", type: "circle", source: "area", filter: ["==", ["geometry-type"], "Point"],
        paint: { "circle-radius": 5, "circle-color": tints.ink, "circle-stroke-color": tints.halo, "circle-stroke-width": 2 },
      },
    ],
  };
}
