"""Saving what the form of an incident says: read, held against what is known, written with history and deed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import streamlit as st

from dashboard.deeds import page_deed
from dashboard.html_table import draw_table
from dashboard.incidents.drawn import offence_name
from dashboard.incidents.form import begin, end, first_of, form
from dashboard.incidents.listed import record_path, when
from dashboard.markdown import plain
from dashboard.tables import Row
from dashboard.times import moment
from dashboard.visit import Visit
from dashboard.words import word
from models.audit.deeds import Did
from models.incidents import entry
from models.incidents.duplicates import Suspect, suspects
from models.incidents.entry import Holds, Said
from models.incidents.said import edited, said_of
from models.records.incident import Incident, IncidentReport
from models.records.incident_change import IncidentChange
from models.records.station import Station
from store import audit, incident_changes, incidents
from store.errors import StorageError
from store.incident_changes import EditedMeanwhileError, GoneError, Key
from store.registry import area_of

#: Address of the record, below the pages.
RECORD = "pages/insight/incident.py"


def _read(here: Visit, key: str, said: Said) -> IncidentReport | None:
    """The form as an incident; None when something is wrong, which then stands below its field."""
    # Kept until it is saved: a second press of the button is the same incident, not another one.
    name = st.session_state.setdefault(f"{key}-id", secrets.token_hex(6))
    found = entry.read(said, here.runtime.values.zone, here.runtime.clock(), name, _holds(here, said.station))
    wrong = {} if isinstance(found, IncidentReport) else found
    st.session_state[f"{key}-wrong"] = wrong
    return found if isinstance(found, IncidentReport) else None


def _holds(here: Visit, station: str) -> Holds:
    """Where incidents of a station can be: as for those of a file."""
    with here.runtime.db.read() as conn:
        area = area_of(conn, station)
    return None if area is None else area.holds


def new_incident(here: Visit, key: str, said: Said) -> None:
    """Below the form: the button, what is wrong, and what may be the same incident."""
    language = here.language
    wrong = st.session_state.get(f"{key}-wrong")
    if wrong:
        st.error(word("ent.wrong", language, n=len(wrong)), icon=":material/error:")
    pressed = st.button(word("ent.save", language), key=f"{key}-save", type="primary")
    asked = st.session_state.get(f"{key}-sure") == said
    if not pressed and not asked:
        return
    report = _read(here, key, said)
    if report is None:
        st.rerun()
    with here.runtime.db.read() as conn:
        # By the name it is kept under: a station may call an offence by words of its own.
        named = incidents.as_named(conn, report)
        same = suspects(named, incident_changes.near_in_time(conn, named))
    if same:
        st.session_state[f"{key}-sure"] = said
        _told(here, same)
        if not st.button(word("ent.save_new", language), key=f"{key}-save-new", type="primary"):
            return
    _enter(here, key, report)


def _told(here: Visit, same: Sequence[Suspect]) -> None:
    language, zone = here.language, here.runtime.values.zone
    st.warning(word("ent.suspects", language), icon=":material/content_copy:")

    def why(one: Suspect) -> str:
        if one.number:
            return word("ent.same_number", language)
        if one.metres is None:
            return word("ent.no_metres", language)
        return word("ent.metres", language, n=f"{one.metres:.0f}")

    rows: list[Row] = [
        {
            word("inc.id", language): one.incident.id,
            word("inc.source", language): one.incident.source,
            word("inc.occurred_at", language): when(one.incident, zone, language),
            word("inc.offence", language): offence_name(one.incident.offence, language),
            word("ent.why", language): why(one),
            word("rec.way", language): f"/{record_path(one.incident.station, one.incident.source, one.incident.id)}",
        }
        for one in same[:20]
    ]
    # Beside this page: what was typed here stays.
    draw_table(rows, word("ent.suspects", language), ways={word("rec.way", language): word("rec.open", language)})


def _enter(here: Visit, key: str, report: IncidentReport) -> None:
    language = here.language
    if not here.who.sees(report.station):
        st.error(word("err.no_permission", language), icon=":material/error:")
        return
    named = f"incident:{report.source}/{report.id}"
    deed = page_deed(here, Did.INCIDENT_RECORDED, station=report.station, object=named)
    try:
        with here.runtime.db.write() as tx:
            new = incident_changes.enter(tx, report, here.who.name)
            if new:
                audit.record(tx, deed)
    except StorageError:
        st.error(word("ent.failed", language), icon=":material/error:")
        return
    if not new:
        st.error(word("ent.taken", language), icon=":material/error:")
        return
    end(key)
    st.session_state["record-said"] = word("ent.saved", language)
    st.switch_page(RECORD, query_params={"station": report.station, "source": report.source, "id": report.id})


def edit_incident(
    here: Visit, one: Incident, history: Sequence[IncidentChange], stations: Sequence[Station], text: bool
) -> bool:
    """The button to change an incident, or the form while it is changed; true: the form is on the page."""
    language, zone = here.language, here.runtime.values.zone
    key = f"edit-{one.station}-{one.source}-{one.id}"
    if said := st.session_state.pop("record-said", ""):
        st.success(said, icon=":material/check_circle:")
    if f"{key}-of" not in st.session_state:
        if st.button(word("rec.edit", language), key="record-edit", icon=":material/edit:"):
            begin(key, said_of(one, zone, text))
            st.session_state[f"{key}-seen"] = history[-1].version if history else 0
            st.session_state[f"{key}-was"] = one
            st.rerun()
        return False
    if st.button(word("rec.edit_end", language), key="record-edit-end"):
        end(key)
        st.rerun()
    said_now = form(here, key, stations, new=False, text=text)
    newest = history[-1] if history else None
    seen = st.session_state[f"{key}-seen"]
    behind = newest is not None and newest.version > seen
    if behind and newest is not None:
        at = moment(newest.at, zone, language)
        st.warning(word("ent.meanwhile", language, who=plain(newest.by), at=at), icon=":material/group:")
        seen = newest.version
    # A button for each version: a press that was on its way when another one saved is no wish to write over it.
    label = word("ent.over" if behind else "ent.save", language)
    if st.button(label, key=f"record-save-{seen}", type="primary"):
        # Over a newer version only what was touched here is written: the rest stays as the other left it.
        before = one if behind else st.session_state[f"{key}-was"]
        fields, wrong = edited(
            before, first_of(key), said_now, zone, here.runtime.clock(), _holds(here, one.station), text
        )
        st.session_state[f"{key}-wrong"] = wrong
        if wrong:
            st.rerun()
        _edit(here, key, one, seen, fields)
    return not behind


def _edit(here: Visit, key: str, one: Incident, seen: int, fields: dict[str, object]) -> None:
    language = here.language
    name = Key(one.station, one.source, one.id)
    deed = page_deed(here, Did.INCIDENT_EDITED, station=one.station, object=f"incident:{one.source}/{one.id}")
    try:
        with here.runtime.db.write() as tx:
            done = incident_changes.edit(tx, name, seen, fields, here.who.name, here.runtime.clock())
            if done is not None:
                audit.record(tx, deed)
    except EditedMeanwhileError:
        st.rerun()  # told above the button, with the history below
    except GoneError:
        st.error(word("ent.gone", language), icon=":material/error:")
        return
    except StorageError:
        st.error(word("ent.failed", language), icon=":material/error:")
        return
    end(key)
    st.session_state["record-said"] = word("ent.saved" if done is not None else "ent.nothing", language)
    st.rerun()
