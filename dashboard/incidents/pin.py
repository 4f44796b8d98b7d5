"""A map to put a pin on, or to show where one stands: the incidents' map without its cases."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.incidents.frame import map_html
from dashboard.incidents.views import common, component
from dashboard.visit import Visit

#: (lon, lat), degrees.
Place = tuple[float, float]


def pin_map(
    here: Visit,
    key: str,
    pin: Place | None,
    around: Place | None,
    picked: Callable[[float, float], None] | None = None,
) -> None:  # fmt: skip
    """Draw the map round a pin, or round a place where there is none yet. `picked`: told (lon, lat) of a click; None:
    the pin stays where it is."""

    def took() -> None:
        said = (st.session_state.get(key) or {}).get("picked")
        if picked is not None and isinstance(said, list) and len(said) == 2:
            lon, lat = float(said[0]), float(said[1])
            if abs(lon) <= 180 and abs(lat) <= 85:
                picked(lon, lat)

    told = common(here) | {
        "frame": f'<section class="panel ground pin">{map_html(here.language, draw=False)}</section>',
        "parts": {},
        "pick": {"pin": pin, "around": around, "fixed": picked is None},
    }
    component()(key=key, data=[told], on_picked_change=took)
