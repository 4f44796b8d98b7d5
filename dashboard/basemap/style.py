"""The base map's style, written once for both renderers: MapLibre of the live map, mapbox-gl 1.13 inside pydeck.

Ground and lines hold only what both understand. Names are symbol layers for MapLibre alone: the other has no glyphs
and cannot use the app's own face.
"""

from __future__ import annotations

from typing import Any, Final

from dashboard.basemap.palette import Theme, palette
from dashboard.words import Language

SOURCE: Final = "basemap"
_REGULAR: Final = ["Sarabun"]
_STRONG: Final = ["Sarabun SemiBold"]
_ROUND: Final = {"line-cap": "round", "line-join": "round"}

Style = dict[str, Any]


def _wide(*stops: float | list[Any]) -> list[Any]:
    """A width that grows with the zoom as a road on the ground does: (zoom, pixels) pairs."""
    return ["interpolate", ["exponential", 1.6], ["zoom"], *stops]


def _by_kind(default: float | str, **kinds: float | str) -> list[Any]:
    """A value by the feature's kind."""
    return ["match", ["get", "kind"], *(part for pair in kinds.items() for part in pair), default]


_HIGHWAY_WIDTH: Final = _wide(
    7, 0.6, 11, _by_kind(1.4, motorway=2.2, trunk=2.0), 14, _by_kind(4.0, motorway=5.5, trunk=5.0, primary=5.0),
    18, _by_kind(24.0, motorway=30.0, trunk=28.0, primary=27.0),
)  # fmt: skip
_STREET_WIDTH: Final = _wide(
    11, 0.4, 14, _by_kind(1.5, tertiary=2.6, service=0.7), 18, _by_kind(13.0, tertiary=18.0, service=7.0)
)


def _casing(width: list[Any], extra: float) -> list[Any]:
    """The width of what shows on both sides of a road: `extra` pixels wider at every stop."""
    head, stops = width[:3], width[3:]
    wider = [["+", value, extra] if at % 2 else value for at, value in enumerate(stops)]
    return [*head, *wider]


def ground_layers(theme: Theme) -> list[Style]:
    """Water, green, buildings and lines, bottom to top."""
    tint = palette(theme)
    highway = _by_kind(tint["secondary"], motorway=tint["motorway"], trunk=tint["motorway"], primary=tint["primary"])
    green = _by_kind(tint["green"], wood=tint["wood"], pitch=tint["pitch"])
    street = _by_kind(tint["street"], service=tint["service"])
    return [
        _layer("green", "fill", "green", {"fill-color": green}),
        _layer("water", "fill", "water", {"fill-color": tint["water"]}),
        _layer(
            "waterway", "line", "waterway",
            {"line-color": tint["waterway"], "line-width": _wide(10, 0.5, 14, _by_kind(1.0, river=3.0, canal=2.0), 18,
             _by_kind(3.0, river=16.0, canal=9.0))},
        ),
        _layer(
            "building", "fill", "building",
            {"fill-color": tint["building"], "fill-outline-color": tint["buildingEdge"],
             "fill-opacity": ["interpolate", ["linear"], ["zoom"], 14, 0.4, 15.5, 1.0]},
            minzoom=14,
        ),
        _layer(
            "path", "line", "path",
            {"line-color": tint["path"], "line-width": _wide(14, 0.5, 18, 2.5), "line-dasharray": [2, 1.5]},
            minzoom=15,
        ),
        _layer("street-casing", "line", "street",
               {"line-color": tint["casing"], "line-width": _casing(_STREET_WIDTH, 1.6)}, minzoom=13),
        _layer("highway-casing", "line", "highway",
               {"line-color": tint["casing"], "line-width": _casing(_HIGHWAY_WIDTH, 2.0)}, minzoom=11),
        _layer("street", "line", "street", {"line-color": street, "line-width": _STREET_WIDTH}),
        _layer("highway", "line", "highway", {"line-color": highway, "line-width": _HIGHWAY_WIDTH}),
        _layer(
            "rail", "line", "rail",
            {"line-color": tint["rail"], "line-width": _wide(9, 0.6, 14, 1.4, 18, 3.5), "line-dasharray": [5, 1.2]},
        ),
    ]  # fmt: skip


def name_layers(theme: Theme, language: Language) -> list[Style]:
    """Names of streets and places, in the reader's language."""
    tint = palette(theme)
    field = ["get", "name"] if language == "th" else ["coalesce", ["get", "en"], ["get", "name"]]
    along = {"symbol-placement": "line", "symbol-spacing": 460, "text-max-angle": 32, "text-padding": 6}
    colour = _by_kind(tint["publicName"], park=tint["parkName"], water=tint["waterName"], city=tint["placeName"],
                      town=tint["placeName"], suburb=tint["placeName"], village=tint["placeName"])  # fmt: skip
    size = [
        "interpolate", ["linear"], ["zoom"], 6, _by_kind(13.0, city=17.0),
        14, _by_kind(14.0, city=24.0, town=20.0, suburb=18.0, village=17.0),
        18, _by_kind(18.0, city=28.0, town=24.0, suburb=22.0, village=20.0),
    ]  # fmt: skip
    return [
        _names("waterway-name", "waterway", field, _REGULAR, 15, tint["waterName"], tint["halo"], 14, along),
        _names("street-name", "street", field, _REGULAR, 14.5, tint["streetName"], tint["halo"], 15.5, along),
        _names("highway-name", "highway", field, _STRONG, 16.5, tint["highwayName"], tint["halo"], 12.5,
               along | {"text-padding": 22}),
        _names(
            "place", "place", field, _REGULAR, size, colour, tint["halo"], 0,
            {"text-max-width": 9, "text-padding": 6, "symbol-sort-key": ["get", "z"]},
            ["<=", ["get", "z"], ["zoom"]],
        ),
    ]  # fmt: skip


def desk_style(theme: Theme, source: Style | None) -> Style:
    """A whole style for pydeck's renderer. `source`: the vector source with absolute tile addresses; None: plain."""
    land = {"id": "land", "type": "background", "paint": {"background-color": palette(theme)["land"]}}
    if source is None:
        return {"version": 8, "name": theme, "sources": {}, "layers": [land]}
    return {"version": 8, "name": theme, "sources": {SOURCE: source}, "layers": [land, *ground_layers(theme)]}


def _layer(name: str, kind: str, of: str, paint: Style, minzoom: float = 0) -> Style:
    style: Style = {"id": f"base-{name}", "type": kind, "source": SOURCE, "source-layer": of, "paint": paint}
    if kind == "line":
        style["layout"] = _ROUND if "line-dasharray" not in paint else {"line-join": "round"}
    return style | ({"minzoom": minzoom} if minzoom else {})


def _names(
    name: str, of: str, field: Any, face: list[str], size: Any, colour: Any, halo: str, minzoom: float, more: Style,
    only: Any = None,
) -> Style:  # fmt: skip
    style: Style = {
        "id": f"base-{name}", "type": "symbol", "source": SOURCE, "source-layer": of,
        "layout": {"text-field": field, "text-font": face, "text-size": size, "text-letter-spacing": 0,
                   "text-line-height": 1.35, **more},
        "paint": {"text-color": colour, "text-halo-color": halo, "text-halo-width": 1.8},
    }  # fmt: skip
    if minzoom:
        style["minzoom"] = minzoom
    return style | ({"filter": only} if only is not None else {})
