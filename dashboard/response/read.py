"""What the report's page reads: columns of times, and the zones as they were. Kept for half a minute."""

from __future__ import annotations

import shapely
import streamlit as st

from models.records.base import Millis
from models.response.groups import Area
from models.response.times import Times
from store import registers, response
from store.database import Database

#: How long what was read is shown again, in s: a choice of group or sort reads nothing.
KEEP_S = 30


@st.cache_data(ttl=KEEP_S, max_entries=16, show_spinner=False)
def _read(
    _db: Database, url: str, stations: tuple[str, ...] | None, start: Millis, end: Millis, now: Millis
) -> tuple[Times, int, Millis]:
    own = None if stations is None else frozenset(stations)
    with _db.read() as conn:
        return response.times_between(conn, own, start, end), response.test_presses(conn, own, start, end), now


def read(
    db: Database, stations: frozenset[str] | None, start: Millis, end: Millis, now: Millis
) -> tuple[Times, int, Millis]:
    """The times of the calls for help of a period, how many test presses there were, and when that was read.

    Raises:
        StorageError: the store cannot be read.
    """
    key = None if stations is None else tuple(sorted(stations))
    # One reading for all who ask within the same half minute.
    found: tuple[Times, int, Millis] = _read(db, db.url, key, start, end, now - now % (KEEP_S * 1000))
    return found


def areas(db: Database, stations: frozenset[str] | None, start: Millis, end: Millis) -> list[Area]:
    """Every version of every safety zone that was true for a while in `start <= t < end`."""
    with db.read() as conn:
        zones = [
            zone
            for zone in registers.zones_between(conn, stations, start, end)
            if zone.kind != "beat"  # the ground of one patrol, no safety zone
        ]
    return [
        Area(zone.station, f"{zone.station}/{zone.code}", shapely.from_geojson(zone.polygon), zone.valid_from,
             zone.valid_to)
        for zone in zones
    ]  # fmt: skip
