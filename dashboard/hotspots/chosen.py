"""What the reader chose of the maps there are: station, zone, family, days ahead and shift, all of it in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from sqlalchemy import Connection

from dashboard.filters import choice_filter
from dashboard.hotspots.most import claims_most
from dashboard.hotspots.told import family_name, shift_name
from dashboard.tables import station_names
from dashboard.words import Language, word
from models.access.grants import Stations
from models.analysis.families import FAMILIES
from models.records.station import Zone
from store import hotspots, refits, registers
from store.hotspots import StoredMap

#: Days ahead that maps are made for, the usual one first.
DAYS = (28, 14, 7)

#: In the URL: the whole ground of a station, which has no code, and the whole day.
WHOLE = "-"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice, the map of it (None: there is none yet), and the outlines of the station's safety zones. `changed`:
    families of the choice whose map is not as it was written, and is not shown."""

    station: str
    station_name: str
    family: str
    days: int
    shift: str
    zone: str
    zone_name: str
    zones: list[Zone]
    stored: StoredMap | None
    changed: frozenset[str]


def shift_hours(begin: str, shifts: Sequence[int]) -> str:
    """The hours of a shift by the hour it begins at, `08` -> `08-16`; empty for the whole day."""
    starts = [f"{start:02d}" for start in shifts]
    if begin not in starts:
        return ""
    after = starts[(starts.index(begin) + 1) % len(starts)]
    return f"{begin}-{'24' if after == '00' else after}"


def choose(conn: Connection, stations: Stations, shifts: Sequence[int], language: Language) -> Chosen | None:
    """Draw the bar and read the map of what is chosen; None: there is no station to choose.

    Raises:
        StorageError: the store cannot be read.
    """
    names = station_names(registers.stations(conn, stations), language)
    if not names:
        return None
    columns = st.columns([2.2, 2, 2, 1.2, 1.6])
    first = _first(conn, stations, list(names))
    with columns[0]:
        station = choice_filter("station", word("flt.station", language), list(names), names.__getitem__, first)
    own = frozenset({station})
    zones = [zone for zone in registers.zones(conn, own) if zone.kind != "beat"]
    named = {zone.code: (zone.name_th if language == "th" else zone.name_en) or zone.code for zone in zones}
    named = named or {WHOLE: word("hot.whole_ground", language)}
    with columns[1]:
        zone = choice_filter("zone", word("flt.zone", language), list(named), named.__getitem__, next(iter(named)))
    code = "" if zone == WHOLE else zone
    starts = [WHOLE, *(f"{start:02d}" for start in shifts)]
    with columns[4]:
        shift = choice_filter(
            "shift", word("hot.shift", language), starts,
            lambda begin: shift_name(shift_hours(begin, shifts), language), WHOLE,
        )  # fmt: skip
    with columns[3]:
        label = word("hot.horizon", language)
        days = choice_filter(
            "days", label, [str(day) for day in DAYS], lambda day: word("hot.days", language, n=day), str(DAYS[0])
        )
    begin = "" if shift == WHOLE else shift
    told = hotspots.find(conn, own, days=int(days), shift=begin, zone=code)
    found = {one.family: one for one in told.maps}
    most = claims_most(found.values())
    usual = next(iter(FAMILIES)) if most is None else most.family
    with columns[2]:
        label = word("hot.family", language)
        family = choice_filter("family", label, list(FAMILIES), lambda name: family_name(name, language), usual)
    outlines = [one for one in zones if one.code == code]
    return Chosen(
        station, names[station], family, int(days), begin, code, named[zone], outlines, found.get(family),
        frozenset(key[2] for key in told.changed),
    )  # fmt: skip


def _first(conn: Connection, stations: Stations, codes: Sequence[str]) -> str:
    """The station with maps that most cases were looked at for; the first where none has a map."""
    made, last = hotspots.stations_with_maps(conn, stations), refits.lasts(conn, stations)
    cases = {code: last[code].version.cases if code in last else 0 for code in codes if code in made}
    return max(cases, key=cases.__getitem__) if cases else codes[0]
