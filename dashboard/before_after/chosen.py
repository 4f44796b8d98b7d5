"""What the reader chose: station, zone, the day it began, months, the ring's width and the offences; in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st
from sqlalchemy import Connection

from dashboard.filters import ALL, choice_filter, group_text
from dashboard.tables import station_names
from dashboard.times import day
from dashboard.words import Language, word
from models.access.grants import Stations
from models.formats.dates import FIRST_YEAR
from models.records.station import Zone
from models.thai_time import BUDDHIST_ERA
from store import registers

#: Widths of the ring, in m; `same`: as wide as gives it the zone's own area.
SAME = "same"
WIDTHS = (SAME, "100", "200", "300", "500", "1000")
MONTHS = (1, 2, 3, 6, 12, 24, 36)
USUAL_MONTHS = 12
GROUPS = (ALL, "1", "2", "3")
_FIRST = date(FIRST_YEAR - BUDDHIST_ERA, 1, 1)


@dataclass(frozen=True, slots=True)
class Place:
    """A station, one of its safety zones and the others."""

    station: str
    zone: Zone
    others: tuple[str, ...]
    name: str


def place(conn: Connection, stations: Stations, language: Language) -> Place | None:
    """Draw the choice of station and zone; None: there is no safety zone to choose.

    An address that names another's or none stops the page with a word: the verdict of one zone is never read as that
    of another.

    Raises:
        StorageError: the store cannot be read.
    """
    zones = [zone for zone in registers.zones(conn, stations) if zone.kind != "beat"]
    having = {zone.station for zone in zones}
    known = station_names(registers.stations(conn, stations), language)
    names = {code: name for code, name in known.items() if code in having}
    if not names:
        return None
    wanted = st.query_params.get("station", next(iter(names)))
    wanted_zone = st.query_params.get("zone")
    if wanted not in names or wanted_zone not in {None, *(zone.code for zone in zones if zone.station == wanted)}:
        st.warning(word("ba.unknown", language), icon=":material/warning:")
        st.button(word("ba.choose", language), on_click=_forget)
        st.stop()
    columns = st.columns(2)
    with columns[0]:
        label = word("flt.station", language)
        station = choice_filter("station", label, list(names), names.__getitem__, next(iter(names)))
    own = {zone.code: zone for zone in zones if zone.station == station}
    with columns[1]:
        label = word("flt.zone", language)
        code = choice_filter("zone", label, list(own), lambda one: zone_name(own[one], language), next(iter(own)))
    others = tuple(zone.polygon for zone in own.values() if zone.code != code)
    return Place(station, own[code], others, zone_name(own[code], language))


def _forget() -> None:
    for name in ("station", "zone", "start"):
        st.query_params.pop(name, None)


def start_of(zone: Zone, usual: date, today: date, language: Language) -> date:
    """Draw the day the zone began: as recorded, or as the reader supposes while none is."""
    recorded = None if zone.started is None else date.fromisoformat(zone.started)
    try:
        asked = date.fromisoformat(st.query_params.get("start", ""))
    except ValueError:
        asked = recorded or usual
    asked = min(max(asked, _FIRST), today)
    label = word("ba.start", language)
    found = st.date_input(
        label,
        asked,
        min_value=_FIRST,
        max_value=today,
        format="DD/MM/YYYY",
        key=f"ba-start-{zone.station}/{zone.code}",
    )
    if found == (recorded or usual):
        st.query_params.pop("start", None)
    else:
        st.query_params["start"] = found.isoformat()
    st.caption(f"{day(found, language)} · {word(_said(recorded, found), language)}")
    return found


def _said(recorded: date | None, found: date) -> str:
    if recorded is None:
        return "ba.start_unknown"
    return "ba.start_recorded" if recorded == found else "ba.start_other"


def months_of(most: int, language: Language) -> int:
    """Draw the choice of whole months; `most`: how many there are."""
    options = [str(number) for number in MONTHS if number <= most]
    usual = max((number for number in MONTHS if number <= min(most, USUAL_MONTHS)), default=1)
    return int(
        choice_filter(
            "months", word("ba.months", language), options, lambda one: word("ba.n_months", language, n=one),
            str(usual),
        )
    )  # fmt: skip


def width_of(language: Language) -> float | None:
    """Draw the choice of the ring's width, m; None: of the zone's own area."""

    def text(one: str) -> str:
        return word("ba.ring_same", language) if one == SAME else word("ba.metres", language, n=one)

    chosen = choice_filter("ring", word("ba.ring_width", language), WIDTHS, text, SAME)
    return None if chosen == SAME else float(chosen)


def groups_of(language: Language) -> frozenset[int] | None:
    """Draw the choice of the offence group; None: all that count."""
    options: Sequence[str] = GROUPS
    chosen = choice_filter("group", word("inc.group", language), options, lambda one: group_text(one, language), ALL)
    return None if chosen == ALL else frozenset({int(chosen)})


def zone_name(zone: Zone, language: Language) -> str:
    """The zone's name, or its code."""
    return (zone.name_th if language == "th" else zone.name_en) or zone.code
