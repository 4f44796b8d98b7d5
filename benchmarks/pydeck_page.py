"""The peer of the push feed: 500 units on `st.pydeck_chart` in a fragment that runs each second. A Streamlit script.

As good as it can be made: garbage collection tamed, units computed once a second for all viewers, no base map.
"""

from __future__ import annotations

import gc
import time
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pydeck as pdk
import sklearn.cluster
import sqlmodel
import streamlit as st

from benchmarks.fleet import UNITS
from benchmarks.load import LAT, LON

#: What a dashboard of this kind has in memory: without it the garbage collector would have little to look at.
HEAVY = (geopandas, sklearn.cluster, sqlmodel)


@st.cache_resource
def tamed() -> bool:
    """Take what is steady out of the garbage collector's sight, once a process."""
    gc.collect()
    gc.freeze()
    return True


@st.cache_data(ttl=30, max_entries=4, show_spinner=False)
def units(second: int) -> pd.DataFrame:
    """Where the units are in a second: as `benchmarks.load.position` has them."""
    number = np.arange(UNITS)
    angle = second * 0.02 + number
    lat = np.round(LAT + (number % 22) * 0.004 + 0.0045 * np.sin(angle), 6)
    lon = np.round(LON + (number // 22) * 0.004 + 0.0045 * np.cos(angle), 6)
    heading = np.round(np.degrees(angle) % 360, 1)
    return pd.DataFrame({"id": [f"f{one:03d}" for one in number], "lat": lat, "lon": lon, "hdg": heading})


@st.fragment(run_every=1.0)
def live() -> None:
    """The map."""
    layer: Any = pdk.Layer(
        "ScatterplotLayer", data=units(int(time.time())), get_position="[lon, lat]", get_radius=40,
        get_fill_color=[86, 180, 233], pickable=True, id="units",
    )  # fmt: skip
    view = pdk.ViewState(latitude=LAT, longitude=LON, zoom=12)
    st.pydeck_chart(pdk.Deck(layers=[layer], initial_view_state=view, map_provider=None), key="live")


tamed()
live()
