"""What the reader chose beside the filter: the day the zone began, months and the ring's width; in the URL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import streamlit as st
from sqlalchemy import Connection

from dashboard.filters import choice_filter
from dashboard.times import day
from dashboard.words import Language, word
from models.access.grants import Stations
from models.formats.dates import FIRST_YEAR
from models.formats.problems import BadValueError
from models.incidents.filter import Filter
from models.incidents.periods import typed_day
from models.records.station import BEAT, Zone
from models.thai_time import BUDDHIST_ERA
from store import registers

#: Widths of the ring, in m; `same`: as wide as gives it the zone's own area.
SAME = "same"
WIDTHS = (SAME, "100", "200", "300", "500", "1000")
MONTHS = (1, 2, 3, 6, 12, 24, 36)
USUAL_MONTHS = 12
_SHOWN, _BAD = "ba-zone", "ba-bad-start"
_FIRST = date(FIRST_YEAR - BUDDHIST_ERA, 1, 1)


@dataclass(frozen=True, slots=True)
class Place:
    """A station, one of its safety zones and the others."""

    station: str
    zone: Zone
    others: tuple[str, ...]
    name: str


def place(conn: Connection, chosen: Filter, stations: Stations, language: Language) -> Place | None:
    """The safety zone of the filter; None: the stations that are seen have none.

    A filter that names another's, one that has gone or a beat stops the page with a word: the verdict of one zone is
    never read as that of another. The same for a station that is not there.

    Raises:
        StorageError: the store cannot be read.
    """
    zones = {f"{zone.station}/{zone.code}": zone for zone in registers.zones(conn, stations) if zone.kind != BEAT}
    if not zones:
        return None
    zone = zones.get(chosen.zone or "")
    if zone is None or (chosen.stations is not None and zone.station not in chosen.stations):
        st.warning(word("ba.unknown", language), icon=":material/warning:")
        st.button(word("ba.choose", language), on_click=_forget)
        st.stop()
    others = tuple(one.polygon for key, one in zones.items() if one.station == zone.station and key != chosen.zone)
    return Place(zone.station, zone, others, zone_name(zone, language))


def _forget() -> None:
    for name in ("station", "zone", "start"):
        st.query_params.pop(name, None)


def start_of(zone: Zone, usual: date, today: date, clock_zone: ZoneInfo, language: Language) -> date:
    """Draw the day the zone began: as recorded, or as the reader supposes while none is."""
    # A day that was supposed of one zone is none of another's.
    shown, st.session_state[_SHOWN] = st.session_state.get(_SHOWN), (zone.station, zone.code)
    if shown not in (None, (zone.station, zone.code)):
        st.query_params.pop("start", None)
    recorded = None if zone.started is None else date.fromisoformat(zone.started)
    try:
        asked = date.fromisoformat(st.query_params.get("start", ""))
    except ValueError:
        asked = recorded or usual
    asked = min(max(asked, _FIRST), today)
    key = f"ba-start-{zone.station}/{zone.code}"

    def changed() -> None:
        text = str(st.session_state[key])
        try:
            typed = typed_day(text, clock_zone)
        except BadValueError:
            st.session_state[_BAD] = text[:40]
            return
        if typed == (recorded or usual):
            st.query_params.pop("start", None)
        else:
            st.query_params["start"] = typed.isoformat()

    # As people write it, in their era, like the days of the filter.
    st.session_state[key] = day(asked, language)
    st.text_input(word("ba.start", language), key=key, on_change=changed, max_chars=40)
    st.caption(word(_said(recorded, asked), language))
    if bad := st.session_state.pop(_BAD, ""):
        st.warning(word("flt.bad_day", language, text=bad), icon=":material/warning:")
    return asked


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


def zone_name(zone: Zone, language: Language) -> str:
    """The zone's name, or its code."""
    return (zone.name_th if language == "th" else zone.name_en) or zone.code
