"""The day a safety zone began, put on record on the page that needs it; the audit log is its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.deeds import page_deed
from dashboard.html_table import draw_table
from dashboard.tables import Row
from dashboard.times import day, moment
from dashboard.visit import Visit
from dashboard.words import Language, word
from models.access.policy import Action
from models.audit.deeds import Did
from models.formats.problems import BadValueError
from models.incidents.periods import FIRST_DAY, typed_day
from models.records.audit import AuditRow
from models.records.station import Zone
from store import audit, registers
from store.audit.reading import Wanted, page
from store.errors import StorageError

_TOLD = "ba-record-told"

#: Between the day before and the day after in a deed; no day is `-`.
_TO = " > "

#: Rows of history that are told.
_MOST = 20


def set_start(here: Visit, zone: Zone) -> None:
    """Draw the popover, for those who may; what stands in it is made when it is opened.

    Raises:
        StorageError: the store cannot be read.
    """
    if not here.who.may(Action.START_ZONE):
        return
    language = here.language
    key = f"ba-record-{zone.station}/{zone.code}"
    box = st.popover(
        word("ba.record", language), icon=":material/edit_calendar:", type="tertiary", key=key, on_change="rerun"
    )
    if not box.open:
        return
    with box:
        known = "" if zone.started is None else day(date.fromisoformat(zone.started), language)
        # Side by side: on a small screen what stands below the words would be out of sight.
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        left.text_input(word("ba.record_day", language), known, key=f"{key}-day", max_chars=40)
        label = word("ba.record_save", language)
        right.button(label, key=f"{key}-save", type="primary", on_click=_save, args=(here, zone, key))
        st.caption(word("ba.record_help", language))
        if told := st.session_state.pop(_TOLD, None):
            kind, words = told
            (st.success if kind == "saved" else st.warning)(words)
        now = here.runtime.clock() + 1
        asked = Wanted(frozenset({zone.station}), 0, now, action=Did.ZONE_STARTED, object=_object(zone))
        with here.runtime.db.read() as conn:
            found = [row for row in page(conn, asked, _MOST) if row.object == _object(zone)]
        rows = history_rows(found, here.runtime.values.zone, language)
        if rows:
            draw_table(rows, word("ba.record_history", language))
        else:
            st.caption(word("ba.record_none", language))


def _save(here: Visit, zone: Zone, key: str) -> None:
    language, clock_zone, now = here.language, here.runtime.values.zone, here.runtime.clock()
    text = str(st.session_state.get(f"{key}-day", "")).strip()
    try:
        told = typed_day(text, clock_zone) if text else None
    except BadValueError:
        st.session_state[_TOLD] = "wrong", word("flt.bad_day", language, text=text)
        return
    if told is not None and not FIRST_DAY <= told <= datetime.fromtimestamp(now / 1000, clock_zone).date():
        st.session_state[_TOLD] = "wrong", word("ba.record_ahead", language)
        return
    started = None if told is None else told.isoformat()
    deed = page_deed(
        here, Did.ZONE_STARTED, station=zone.station, object=_object(zone),
        detail=f"{zone.started or '-'}{_TO}{started or '-'}",
    )  # fmt: skip
    try:
        with here.runtime.db.write() as tx:
            same = registers.started(tx.conn, zone.station, zone.code) == zone.started
            if same and started != zone.started:
                registers.start_zone(tx, zone.station, zone.code, started, now)
                audit.record(tx, deed)
    except StorageError:
        st.session_state[_TOLD] = "wrong", word("ba.record_failed", language)
        return
    if not same:
        st.session_state[_TOLD] = "wrong", word("ba.record_meanwhile", language)
        return
    # The day on record is what the page goes by now.
    st.query_params.pop("start", None)
    st.session_state[_TOLD] = "saved", word("ba.record_saved", language)


def history_rows(deeds: Sequence[AuditRow], zone: ZoneInfo, language: Language) -> list[Row]:
    """One row for each time the day was put on record, as the log gives them: the newest first. Pure."""
    return [
        {
            word("rec.when", language): moment(one.at, zone, language),
            word("rec.who", language): one.who,
            word("rec.before", language): _day_words(one.detail.partition(_TO)[0], language),
            word("rec.after", language): _day_words(one.detail.partition(_TO)[2], language),
        }
        for one in deeds
    ]


def _day_words(text: str, language: Language) -> str:
    try:
        return day(date.fromisoformat(text), language)
    except ValueError:
        return "-"


def _object(zone: Zone) -> str:
    return f"zone:{zone.code}"
