"""The page's way to a unit's track: whose and over which time is chosen, kept in the address, and the file linked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from urllib.parse import urlencode

import streamlit as st

from dashboard.access.asking import RefusedError
from dashboard.deeds import address
from dashboard.exports.tracks import MOST_DAYS, PATH, must_fit
from dashboard.markdown import plain
from dashboard.times import day, moment
from dashboard.visit import Visit
from dashboard.words import word
from models.formats.problems import BadValueError
from models.incidents.periods import typed_day
from models.picture import Key
from models.records.base import Millis
from store import registers
from store.errors import StorageError
from store.one_track import held

#: Proposed at first: the shift up to the moment asked for.
_PROPOSED = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A unit and a window `start <= t < end`."""

    unit: Key
    start: Millis
    end: Millis


def chosen_track(here: Visit) -> Chosen | None:
    """Draw the choice; None while there is none that can be asked for."""
    language, running = here.language, here.runtime
    with running.db.read() as conn:
        units = registers.units(conn, here.who.stations)
        stations = registers.stations(conn, here.who.stations)
    if not units:
        st.info(word("err.no_data", language))
        return None
    places = {one.code: (one.name_th if language == "th" else one.name_en) or one.code for one in stations}
    names = {
        f"{one.station}/{one.unit}": f"{one.call_sign or one.unit} · {places.get(one.station, one.station)}"
        for one in units
    }
    asked = st.query_params.get("unit", "")
    bar = st.columns([3, 2, 1.3, 2, 1.3], vertical_alignment="top")
    unit = bar[0].selectbox(
        word("trk.a_unit", language), list(names), list(names).index(asked) if asked in names else 0,
        format_func=names.__getitem__, key="track-unit",
    )  # fmt: skip
    last = _asked_moment(here)
    ends = []
    for at, name, proposed in ((1, "from", last - _PROPOSED), (3, "to", last)):
        # Typed, as on the analysts' pages: Streamlit's calendar knows the Christian era only.
        text = bar[at].text_input(
            word(f"trk.{name}", language), day(proposed.date(), language), max_chars=40, key=f"track-{name}"
        )
        hour = bar[at + 1].time_input(
            word(f"trk.{name}_time", language), proposed.time(), step=300, key=f"track-{name}-time"
        )
        try:
            picked = typed_day(text, running.values.zone)
        except BadValueError:
            st.warning(word("flt.bad_day", language, text=plain(text)), icon=":material/warning:")
            return None
        if hour is None or unit is None:
            return None
        if text != day(picked, language):
            bar[at].caption(day(picked, language))
        ends.append(datetime.combine(picked, hour, running.values.zone))
    st.query_params["unit"] = unit
    start, end = (int(one.timestamp() * 1000) for one in ends)
    try:
        must_fit(start, end)
    except RefusedError:
        st.warning(word("trk.bad_window", language, n=MOST_DAYS))
        return None
    station, _, name = unit.partition("/")
    return Chosen((station, name), start, end)


def _asked_moment(here: Visit) -> datetime:
    """The moment the address asks for (`at`, ms), else now; rounded up to five minutes, and kept for the visit: a
    rerun must not move what was chosen."""
    said = st.query_params.get("at", "")
    kept = f"track-at-{said}"
    if kept not in st.session_state:
        now = here.runtime.clock()
        at = int(said) if said.isascii() and said.isdigit() and len(said) == 13 else now
        st.session_state[kept] = -(-min(at, now) // 300_000) * 300
    return datetime.fromtimestamp(st.session_state[kept], here.runtime.values.zone)


def track_file(here: Visit, chosen: Chosen, purpose: str) -> None:
    """How much there is of the track, and the link to its file. To look is a reading, and is written down as one."""
    language, running, zone = here.language, here.runtime, here.runtime.values.zone
    end = max(chosen.start + 1, min(chosen.end, running.clock()))
    try:
        running.past.purposes.reading(here.who, purpose, chosen.unit, chosen.start, end, address())
        with running.db.read() as conn:
            found = held(conn, chosen.unit, chosen.start, chosen.end)
    except (RefusedError, StorageError):
        st.error(word("live.purpose_failed", language))
        return
    figures = st.columns([1.2, 1.8, 2, 2])
    figures[0].metric(word("trk.a_n", language), f"{found.drawn:,}", border=True)
    figures[1].metric(word("trk.a_left_out", language), f"{found.left_out:,}", border=True)
    figures[2].metric(word("trk.first", language), moment(found.first, zone, language) or "-", border=True)
    figures[3].metric(word("trk.last", language), moment(found.last, zone, language) or "-", border=True)
    if not found.drawn:
        st.info(word("trk.none", language))
        return
    asked = {"unit": "/".join(chosen.unit), "from": chosen.start, "to": chosen.end, "purpose": purpose}
    way = escape(f"{PATH}?{urlencode(asked)}")
    look = escape(f"/map?{urlencode({'at': found.first or chosen.start})}")
    st.html(
        f'<div class="ssz-way"><a href="{way}" download target="_self">{escape(word("trk.gpx", language))}</a>'
        f' · <a href="{look}" target="_self">{escape(word("trk.look", language))}</a></div>'
    )
    st.caption(word("trk.note", language))
