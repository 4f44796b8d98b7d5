"""Which hotspot is told in full: chosen in the list or on the map, and kept in the URL."""

from __future__ import annotations

from functools import partial

import streamlit as st

from models.analysis.hotspots import HotspotMap

#: Widgets a hotspot is chosen with, and its name in the URL.
LIST, MAP, NAME = "hotspot-list", "hotspot-map", "spot"


def picked(found: HotspotMap) -> int:
    """The rank of the hotspot in the URL, else the first; 0 where there is none."""
    ids = [spot.id for spot in found.hotspots]
    asked = st.query_params.get(NAME, "")
    return ids.index(asked) + 1 if asked in ids else min(1, len(ids))


def _keep(found: HotspotMap, key: str) -> None:
    # Told by the browser: only an id of this map is taken.
    spot = getattr(st.session_state[key], NAME, None)
    if spot in {one.id for one in found.hotspots}:
        st.query_params[NAME] = spot


def keeping(found: HotspotMap, key: str) -> partial[None]:
    """What the map or the list with that key calls when a hotspot is chosen."""
    return partial(_keep, found, key)
