"""Maps of the analysis pages: pydeck over the base map of our own server; no request leaves the building.

No Thai name stands on these maps: the renderer inside pydeck has no glyphs of ours, cannot use the app's face, and
deck.gl's own text garbles Thai. What a mark is, is told by its tip and the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import orjson
import pydeck as pdk
import streamlit as st

from dashboard.basemap.palette import Theme, rgb
from dashboard.filters import GROUPS, group_text
from dashboard.times import moment
from dashboard.words import Language
from models.records.incident import Incident
from models.records.station import Street, Zone

#: Colours of the offence groups, told apart by every kind of colour vision; none is red.
GROUP_COLOURS: dict[int, tuple[int, int, int]] = {
    0: (110, 120, 130), 1: (0, 90, 160), 2: (213, 130, 0), 3: (0, 140, 100), 4: (160, 90, 140),
}  # fmt: skip
_EDGE = [255, 255, 255]
_ZONE: dict[Theme, list[int]] = {"day": [120, 90, 0], "night": [232, 197, 71]}


def style_address(theme: Theme) -> str:
    """The style of a page's map; the page alone knows how the browser reached it."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    scheme = urlsplit(str(st.context.url or "")).scheme
    return f"{f'/{base}' if base else ''}/tiles/style.json?theme={theme}&scheme={scheme}"


def incident_points(incidents: Iterable[Incident], zone: ZoneInfo, language: Language) -> list[dict[str, object]]:
    """One point for each incident with a place: where, in which colour, and the words of its tip."""
    return [
        {
            "at": [one.lon, one.lat],
            "colour": list(GROUP_COLOURS.get(one.offence_group or 0, GROUP_COLOURS[0])),
            "number": str(one.offence_group or "-"),
            "offence": one.offence,
            "group": group_text(str(one.offence_group or 0), language),
            "when": moment(one.occurred_from, zone, language),
        }
        for one in incidents
        if one.lat is not None and one.lon is not None
    ]


def features(texts: Iterable[str]) -> dict[str, object]:
    """GeoJSON texts as one FeatureCollection."""
    features = [{"type": "Feature", "properties": {}, "geometry": orjson.loads(text)} for text in texts]
    return {"type": "FeatureCollection", "features": features}


def view_of(points: Sequence[list[float]], zones: Sequence[Zone]) -> pdk.ViewState:
    """The zones when there are some, else the points (lon, lat); else the country."""
    corners: list[list[float]] = []
    for zone in zones:
        shape = orjson.loads(zone.polygon)
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        corners += [corner for polygon in polygons for corner in polygon[0]]
    corners = corners or list(points)
    if not corners:
        return pdk.ViewState(longitude=101.0, latitude=13.5, zoom=5)
    view = pdk.data_utils.compute_view(corners)
    return pdk.ViewState(longitude=view.longitude, latitude=view.latitude, zoom=min(float(view.zoom) + 0.5, 15.5))


def incident_deck(
    points: Sequence[dict[str, object]], zones: Sequence[Zone], streets: Sequence[Street], theme: Theme = "day"
) -> pdk.Deck:
    """Incidents over the base map, the streets and zone outlines."""
    layers = [
        pdk.Layer("GeoJsonLayer", features(one.line for one in streets), id="streets",
                  get_line_color=rgb(theme, "ownStreet"), line_width_min_pixels=1.5, get_line_width=4),
        pdk.Layer("GeoJsonLayer", features(one.polygon for one in zones), id="zones", filled=False,
                  get_line_color=_ZONE[theme], line_width_min_pixels=2.5),
        pdk.Layer("ScatterplotLayer", list(points), id="incidents", get_position="at", get_fill_color="colour",
                  get_radius=9, radius_min_pixels=8, radius_max_pixels=14, stroked=True, get_line_color=_EDGE,
                  line_width_min_pixels=1, opacity=0.85, pickable=True),
        # The group stands in the mark as a figure too: no state is told by colour alone.
        pdk.Layer("TextLayer", list(points), id="groups", get_position="at", get_text="number", get_size=12,
                  get_color=_EDGE, pickable=False),
    ]  # fmt: skip
    return pdk.Deck(
        layers=layers,
        initial_view_state=view_of([at for point in points if isinstance(at := point["at"], list)], zones),
        map_provider="carto",
        map_style=style_address(theme),
        tooltip={"text": "{offence}\n{group}\n{when}"},
    )


def group_legend(language: Language) -> None:
    """The figures and colours of the marks, with their words."""
    parts = []
    for group in GROUPS:
        colour = ", ".join(str(part) for part in GROUP_COLOURS[int(group)])
        figure = "-" if group == "0" else group
        words = escape(group_text(group, language))
        parts.append(f'<span><i style="background: rgb({colour})">{figure}</i>{words}</span>')
    st.html(f'<div class="ssz-legend">{"".join(parts)}</div>')
