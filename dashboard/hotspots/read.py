"""What the hotspots' page reads beside the map: the cases behind a hotspot, and the counts of two periods. Nothing is
fitted here; what was counted is shown again for half a minute."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
import streamlit as st

from dashboard.hotspots.chosen import Chosen
from models.analysis.cases import columns_of, prepare
from models.analysis.families import FAMILIES
from models.analysis.hotspots import Hotspot, HotspotMap
from models.analysis.periods import Span, counts, grid_of
from models.analysis.record import Told
from models.analysis.standing import Summary, of_tallies
from models.records.base import Millis
from models.records.incident import Incident
from store import forecast_tally, forecasts, incidents
from store.database import Database
from store.incidents import Wanted

#: How long what was counted is shown again, in s.
KEEP_S = 30

#: The record of more stations than this is not read for one page.
MOST_STATIONS = 40

DAY_MS = 86_400_000
#: How far back the record is told.
YEARS_MS = 730 * DAY_MS

#: Newest forecasts listed, and how far back they are looked for first.
NEWEST, NEW_MS = 200, 35 * DAY_MS


def cases_behind(db: Database, station: str, spot: Hotspot) -> dict[str, Incident]:
    """The incidents that a hotspot names, by `source/id`; those that have gone are missing.

    Raises:
        StorageError: the store cannot be read.
    """
    names = [tuple(name.split("/", 1)) for name, _ in spot.cases]
    with db.read() as conn:
        found = incidents.named(conn, station, [(source, key) for source, key in names])
    return {f"{one.source}/{one.id}": one for one in found}


def outline(chosen: Chosen, found: HotspotMap) -> str:
    """The ground of a map as GeoJSON: the zone's outline, else the frame of its cells."""
    return chosen.zones[0].polygon if chosen.zones else ground_of(found)


def ground_of(found: HotspotMap) -> str:
    """The frame of a map's cells as GeoJSON."""
    grid = grid_of(found)
    return grid.degrees(
        shapely.box(grid.x0, grid.y0, grid.x0 + grid.columns * grid.cell, grid.y0 + grid.rows * grid.cell)
    )


def counted(
    db: Database, chosen: Chosen, found: HotspotMap, spans: tuple[Span, Span], now: Millis
) -> list[tuple[int, int]]:
    """Cases of each hotspot, then of the rest of the zone, in an earlier and a later period.

    What counts goes by the map's own rules; cases of every hour do: a shift's map is compared over the whole day.

    Raises:
        StorageError: the store cannot be read.
    """
    return _counted(db, db.url, chosen.station, chosen.family, outline(chosen, found), found, spans, now // 30_000)


@st.cache_data(
    ttl=KEEP_S, max_entries=32, show_spinner=False, hash_funcs={HotspotMap: lambda one: repr(one.hotspots)}
)
def _counted(
    _db: Database,
    url: str,
    station: str,
    family: str,
    polygon: str,
    found: HotspotMap,
    spans: Sequence[Span],
    now: int,
) -> list[tuple[int, int]]:
    (start, _), (_, end) = spans
    with _db.read() as conn:
        rows = incidents.incidents(conn, Wanted(frozenset({station}), start, end, zone=polygon))
        columns = columns_of(rows)
    cases, _ = prepare(columns, family=FAMILIES[family], now=end, polygon=polygon)
    return counts(cases, found, spans[0], spans[1])


@st.cache_data(ttl=KEEP_S, max_entries=32, show_spinner=False)
def _record(
    _db: Database, url: str, stations: tuple[str, ...], family: str | None, days: int, since: Millis
) -> tuple[Summary, list[Told]]:
    mine, now = frozenset(stations), since + YEARS_MS + DAY_MS
    with _db.read() as conn:
        told = forecast_tally.tallies(conn, mine, days, family=family, since=since, now=now)
        counted = forecast_tally.counted(conn, mine, days, family=family, since=since, now=now)
        for back in (NEW_MS, now - since):  # the newest stand at the end of years of them
            listed = forecasts.record(
                conn, mine, family=family, days=days, shift="", since=now - back, now=now, limit=NEWEST
            )  # fmt: skip
            if len(listed) == NEWEST:
                break
    return of_tallies(told, days, counted), listed


def forecasts_of(
    db: Database, stations: frozenset[str], family: str | None, days: int, now: Millis
) -> tuple[Summary, list[Told]]:
    """The record of the whole day's forecasts of the last two years (whole horizons), and the newest of them with how
    they turned out.

    Raises:
        StorageError: the store cannot be read.
    """
    # A day's bound, so that what was read is found again.
    since = max(0, (now - YEARS_MS) // DAY_MS * DAY_MS)
    found: tuple[Summary, list[Told]] = _record(db, db.url, tuple(sorted(stations)), family, days, since)
    return found
