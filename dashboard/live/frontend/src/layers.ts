/** The map's style: sources and layers, bottom to top. No tiles, no glyph server: the page's own Sarabun draws text. */

import type { DataDrivenPropertyValueSpecification, StyleSpecification } from "maplibre-gl";
import { GROUND } from "./look";

const FONT = ["Sarabun SemiBold"];
const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const source = (): { type: "geojson"; data: GeoJSON.FeatureCollection; promoteId: string } => ({
  type: "geojson", data: EMPTY, promoteId: "id",
});
const line = (): { type: "geojson"; data: GeoJSON.FeatureCollection } => ({ type: "geojson", data: EMPTY });

const NAME: DataDrivenPropertyValueSpecification<string> = [
  "coalesce", ["get", "th"], ["get", "name_th"], ["get", "name"], "",
];

const text = (size: number, color: string) => ({
  layout: { "text-font": FONT, "text-size": size, "text-letter-spacing": 0, "text-line-height": 1.3 },
  paint: { "text-color": color, "text-halo-color": GROUND.halo, "text-halo-width": 2 },
});

export function liveStyle(): StyleSpecification {
  const street = text(14, GROUND.streetName);
  const small = text(16, GROUND.label);
  const unit = text(21, GROUND.label);
  return {
    version: 8,
    transition: { duration: 0, delay: 0 },
    sources: {
      zones: line(), streets: line(), cameras: line(), checkpoints: line(), boxes: source(), units: source(),
    },
    layers: [
      { id: "land", type: "background", paint: { "background-color": GROUND.land } },
      { id: "zone-fill", type: "fill", source: "zones", paint: { "fill-color": GROUND.zoneFill, "fill-opacity": 0.06 } },
      {
        id: "streets", type: "line", source: "streets",
        layout: { "line-cap": "round", "line-join": "round" },
        paint: {
          "line-color": ["match", ["get", "kind"], ["primary", "secondary", "trunk", "tertiary"],
            GROUND.streetMajor, GROUND.street],
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
        id: "zone-line", type: "line", source: "zones",
        paint: { "line-color": GROUND.zone, "line-width": 3, "line-dasharray": [3, 1.5] },
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
        id: "boxes", type: "symbol", source: "boxes",
        layout: {
          ...small.layout, "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-size": 1,
          "text-field": ["step", ["zoom"], ["get", "note"], 15.5,
            ["case", ["==", ["get", "note"], ""], ["get", "name"],
              ["concat", ["get", "name"], "\n", ["get", "note"]]]],
          "text-anchor": "top", "text-offset": [0, 1.1], "text-optional": true, "text-max-width": 12,
        },
        paint: small.paint,
      },
      {
        id: "heading", type: "symbol", source: "units", filter: [">=", ["get", "heading"], 0],
        layout: {
          "icon-image": "heading", "icon-rotate": ["get", "heading"], "icon-rotation-alignment": "map",
          "icon-allow-overlap": true, "icon-ignore-placement": true,
        },
      },
      {
        id: "units", type: "symbol", source: "units",
        layout: {
          ...unit.layout, "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-ignore-placement": true,
          "text-field": ["format", ["get", "call"], {}, "\n", {}, ["get", "note"], { "font-scale": 0.82 }],
          // Where two units are close, the label goes to the side that is free.
          "text-variable-anchor": ["top", "left", "right", "bottom"], "text-radial-offset": 1.2, "text-justify": "auto",
          "text-optional": true, "text-max-width": 16,
          "symbol-sort-key": ["match", ["get", "fresh"], "live", 0, "stale", 1, 2],
        },
        paint: { ...unit.paint, "text-color": ["match", ["get", "fresh"], "live", GROUND.label, "#b4bec8"] },
      },
    ],
  };
}
