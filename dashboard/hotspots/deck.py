"""The map of the hotspots' page: outlines with their ranks over the base map and the zone."""

from __future__ import annotations

import orjson
import pydeck as pdk

from dashboard.basemap.deck import features, style_address, view_of, zone_colour
from dashboard.basemap.palette import Theme, rgb
from dashboard.hotspots.told import expected_words, spot_name
from dashboard.words import Language
from models.analysis.hotspots import HotspotMap
from models.records.station import Street, Zone

#: Outline of a map that has a backtest, and of one that has none; neither is red.
_LINE: dict[Theme, tuple[int, int, int]] = {"day": (180, 85, 28), "night": (217, 140, 95)}
_GREY: dict[Theme, tuple[int, int, int]] = {"day": (90, 102, 114), "night": (170, 180, 190)}
_CHOSEN: dict[Theme, tuple[int, int, int]] = {"day": (0, 82, 150), "night": (143, 208, 245)}
_INK: dict[Theme, list[int]] = {"day": [255, 255, 255], "night": [16, 22, 29]}


def hotspot_deck(
    found: HotspotMap, chosen: str, zones: list[Zone], streets: list[Street], theme: Theme, language: Language
) -> pdk.Deck:
    """Hotspots over the base map. `chosen`: id of the one told in full, drawn with a wider line.

    A rank stands in each, in words of its tip what is expected; grey where the map has no backtest.
    """
    colour = _GREY[theme] if found.verdict == "grey" else _LINE[theme]
    spots = [
        {
            "type": "Feature",
            "geometry": orjson.loads(spot.outline),
            "properties": {
                "rank": rank, "name": spot_name(spot, language), "said": expected_words(spot, language),
                "line": list(_CHOSEN[theme] if spot.id == chosen else colour),
                "fill": [*colour, 70],
                "width": 5 if spot.id == chosen else 2.5,
            },
        }
        for rank, spot in enumerate(found.hotspots, 1)
    ]  # fmt: skip
    ranks = [
        {
            "at": [spot.lon, spot.lat], "rank": str(rank),
            "plate": list(_CHOSEN[theme] if spot.id == chosen else colour),
            "properties": {"rank": rank, "name": spot_name(spot, language), "said": expected_words(spot, language)},
        }
        for rank, spot in enumerate(found.hotspots, 1)
    ]  # fmt: skip
    layers = [
        pdk.Layer("GeoJsonLayer", features(one.line for one in streets), id="streets",
                  get_line_color=rgb(theme, "ownStreet"), line_width_min_pixels=1.5, get_line_width=4),
        pdk.Layer("GeoJsonLayer", features(one.polygon for one in zones), id="zones", filled=False,
                  get_line_color=zone_colour(theme), line_width_min_pixels=2.5),
        pdk.Layer("GeoJsonLayer", {"type": "FeatureCollection", "features": spots}, id="hotspots", pickable=True,
                  get_fill_color="properties.fill", get_line_color="properties.line",
                  line_width_units=pdk.types.String("pixels"), get_line_width="properties.width"),
        pdk.Layer("ScatterplotLayer", ranks, id="plates", get_position="at", get_fill_color="plate",
                  radius_min_pixels=14, radius_max_pixels=14, get_radius=1, stroked=True,
                  get_line_color=_INK[theme], line_width_min_pixels=1.5, pickable=True),
        # Digits alone: the renderer has no Thai. Names stand in the tip and in the list.
        pdk.Layer("TextLayer", ranks, id="ranks", get_position="at", get_text="rank", get_size=17,
                  get_color=_INK[theme], font_weight=700, pickable=False),
    ]  # fmt: skip
    return pdk.Deck(
        layers=layers,
        initial_view_state=view_of([[spot.lon, spot.lat] for spot in found.hotspots], zones),
        map_provider="carto",
        map_style=style_address(theme),
        tooltip={"text": "{rank} {name}\n{said}"},
    )
