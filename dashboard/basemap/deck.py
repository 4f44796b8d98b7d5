"""Maps of pydeck over the base map of our own server: no request leaves the building.

No Thai name stands in these maps: the renderer inside pydeck has no glyphs of ours, and deck.gl's own text garbles
Thai. What a mark is, is told by its tip and by words beside the map. Loads pydeck: import it where a map is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import pydeck as pdk
import streamlit as st

from dashboard.basemap.palette import Theme

#: No closer than this at first, however near to each other the places lie; and of a single place.
_CLOSEST = 15.0


def style_address(theme: Theme) -> str:
    """The style of a page's map; the page alone knows how the browser reached it."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    scheme = urlsplit(str(st.context.url or "")).scheme
    return f"{f'/{base}' if base else ''}/tiles/style.json?theme={theme}&scheme={scheme}"


def view_of(places: Sequence[tuple[float, float]]) -> pdk.ViewState:
    """All places (lon, lat; at least one) with some room round them."""
    lons, lats = zip(*places, strict=True)
    middle = ((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)
    if max(lons) - min(lons) < 1e-9 and max(lats) - min(lats) < 1e-9:
        return pdk.ViewState(longitude=middle[0], latitude=middle[1], zoom=_CLOSEST)
    zoom = float(pdk.data_utils.compute_view([list(place) for place in places]).zoom)
    return pdk.ViewState(longitude=middle[0], latitude=middle[1], zoom=min(max(zoom, 1.0), _CLOSEST))


def over_base(layers: Sequence[pdk.Layer], view: pdk.ViewState, theme: Theme, tip: str) -> pdk.Deck:
    """Layers over the base map. `tip`: the key of a mark's words, which are shown as text, never as markup."""
    # `text` and not `html`: the renderer puts values into markup as they are. A provider must be named, or the
    # style is not drawn; all it is asked for is ours.
    return pdk.Deck(
        layers=list(layers), initial_view_state=view, map_provider="carto", map_style=style_address(theme),
        tooltip={"text": f"{{{tip}}}"},
    )  # fmt: skip
