"""The map and the list of hotspots in the page: a component of our own that loads nothing but itself.

A library of maps and one of grids were two thirds of the page's opening. What is drawn is made once for a map and a
language; which one is told in full comes beside it, so that a choice draws nothing anew and the map stays as it is.
What is told rides in a list of one: of a plain dict Streamlit asks for every value whether it is a table, and loads
pandas for that.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from sqlalchemy import Connection

from dashboard.basemap.beside import desk_theme, told
from dashboard.basemap.in_box import InBox, in_box
from dashboard.basemap.shown import Basemap
from dashboard.hotspots.chosen import Chosen
from dashboard.hotspots.drawn import list_html, map_html
from dashboard.hotspots.ground import frame_of
from dashboard.hotspots.picked import LIST, MAP, keeping
from dashboard.hotspots.read import ground_of
from dashboard.hotspots.under import Mark, box_of, under_of
from dashboard.visit import Visit
from dashboard.words import Language, word
from models.analysis.hotspots import HotspotMap
from store import registers
from store.database import Database
from store.hotspots import StoredMap

#: How long streets that were read are drawn again, in s.
KEEP_S = 300

_HERE = Path(__file__).parent


@cache
def _part(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "ssz_spots",
    html='<div class="ssz-spots"></div>',
    css=_part("spots.css"),
    js=_part("spots.js"),
    isolate_styles=False,
)


def spot_map(here: Visit, chosen: Chosen, stored: StoredMap, rank: int) -> None:
    """Draw the map of a choice; the hotspot of `rank` is the one told in full (0: none).

    Raises:
        StorageError: the store cannot be read.
    """
    db, basemap = here.runtime.db, here.runtime.basemap
    zones = tuple(one.polygon for one in chosen.zones)
    state = basemap.now()
    html, source = _map(
        db, db.url, basemap, state.version, chosen.station, zones, stored, stored.hash, here.language
    )  # fmt: skip
    _mount(MAP, html, stored.map, rank)
    base = state.archive.attribution if state.archive else ""
    told({"base": base, "streets": basemap.streets_credit}.get(source, ""), here.language)
    if source in ("marks", ""):
        st.caption(word("hot.no_ground", here.language))


def spot_list(here: Visit, stored: StoredMap, rank: int) -> None:
    """Draw the list; one is chosen by its row."""
    _mount(LIST, _list(stored, stored.hash, here.language), stored.map, rank)


def _mount(key: str, html: str, found: HotspotMap, rank: int) -> None:
    data = {"html": html, "chosen": found.hotspots[rank - 1].id if rank else "", "theme": desk_theme()}
    _component(key=key, data=[data], on_spot_change=keeping(found, key))


@st.cache_data(ttl=KEEP_S, max_entries=64, show_spinner=False)
def _map(
    _db: Database, url: str, _basemap: Basemap, base: str, station: str, zones: tuple[str, ...], _stored: StoredMap,
    of: str, language: Language,
) -> tuple[str, str]:  # fmt: skip
    """The map as HTML, and what its ground is made of (`Under.source`)."""
    found, own = _stored.map, frozenset({station})
    with _db.read() as conn:
        streets = registers.streets(conn, own)
        marks = [] if streets else _marks(conn, own)
    frame = frame_of(zones or tuple(one.outline for one in found.hotspots) or [ground_of(found)])
    archive = _basemap.now().archive
    lying = InBox() if archive is None else in_box(archive, box_of(frame))
    under = under_of(frame, lying, streets, marks, language)
    return map_html(found, frame, zones, under, language), under.source


def _marks(conn: Connection, own: frozenset[str]) -> list[Mark]:
    """Places that an officer knows by name: the station, its SOS boxes, checkpoints and cameras."""
    stations = [(one.lat, one.lon, one.name_th) for one in registers.stations(conn, own)]
    things = (registers.boxes(conn, own), registers.checkpoints(conn, own), registers.cameras(conn, own))
    placed = [(one.lat, one.lon, one.name_th) for some in things for one in some]
    return [(lat, lon, name) for lat, lon, name in [*stations, *placed] if lat is not None and lon is not None]


@st.cache_data(max_entries=64, show_spinner=False)
def _list(_stored: StoredMap, of: str, language: Language) -> str:
    return list_html(_stored.map, language)
