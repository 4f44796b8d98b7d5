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


def _keep(found: HotspotMap, index: int) -> None:
    if 0 <= index < len(found.hotspots):
        st.query_params[NAME] = found.hotspots[index].id


def _from_list(found: HotspotMap) -> None:
    for row in st.session_state[LIST].selection.rows[:1]:
        _keep(found, row)


def _from_map(found: HotspotMap) -> None:
    for rows in st.session_state[MAP].selection.indices.values():
        _keep(found, rows[0])


def from_list(found: HotspotMap) -> partial[None]:
    """What the list calls when a row is chosen."""
    return partial(_from_list, found)


def from_map(found: HotspotMap) -> partial[None]:
    """What the map calls when a mark is chosen."""
    return partial(_from_map, found)
