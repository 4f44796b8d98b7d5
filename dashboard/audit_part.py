"""The audit log's parts of a page: what is asked for, whether the log is as it was written, and the rows."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.audit_rows import ACTIONS, audit_rows, picked_text, unchained
from dashboard.deeds import page_deed
from dashboard.export_part import File, hand_out
from dashboard.filters import ALL, choice_filter, period_filter, station_filter
from dashboard.times import moment, span
from dashboard.visit import visit
from dashboard.words import Language, word
from models.audit.deeds import Did
from models.formats.table_export import CSV, csv_table
from models.records.station import Station
from store import audit
from store.audit import kept, reading
from store.audit.verifying import verify

#: Rows of a page, and most rows of a file.
PAGE, MOST_EXPORTED = 100, 50_000


def search(stations: Sequence[Station]) -> reading.Wanted:
    """Draw the search; what is asked for, and that it was (once for each question of a session)."""
    here = visit()
    language = here.language
    bar = st.columns([2, 3, 2, 2, 2])
    with bar[0]:
        first, last = period_filter(here.runtime.values.zone, language)
    with bar[1]:
        label = word("aud.action", language)
        action = choice_filter("action", label, [ALL, *ACTIONS], lambda one: _action(one, language), ALL)
    with bar[2]:
        station = station_filter(stations, language)
    who = bar[3].text_input(word("aud.who", language), key="audit-who", max_chars=200).strip()
    what = bar[4].text_input(word("aud.object", language), key="audit-object", max_chars=200).strip()
    start, end = span(first, last, here.runtime.values.zone)
    own = here.who.only(station)
    wanted = reading.Wanted(own, start, end, who, "" if action == ALL else action, what)
    if st.session_state.get("audit-asked") != wanted:
        with here.runtime.db.write() as tx:
            audit.record(tx, page_deed(here, Did.SAW_AUDIT, station=station or "", detail=f"from={start} to={end}"))
        st.session_state["audit-asked"] = wanted
        st.session_state["audit-before"] = []
    return wanted


def _action(action: str, language: Language) -> str:
    return word("flt.all", language) if action == ALL else picked_text(action, language)


def verifying() -> None:
    """The button that follows the whole chain, and what it found last."""
    here = visit()
    language = here.language
    button, said = st.columns([1, 5], vertical_alignment="center")
    keys = here.runtime.db.audit_keys
    if here.who.stations is not None or keys is None:
        said.caption(word("aud.verify_all", language))
        return
    if button.button(word("aud.verify", language), key="audit-verify", width="stretch"):
        with st.spinner(word("aud.verify_runs", language)), here.runtime.db.read() as conn:
            begun = time.perf_counter()
            verdict = verify(conn, keys, kept.kept_of(here.runtime.db.url, here.runtime.values.data_dir))
            took = time.perf_counter() - begun
        with here.runtime.db.write() as tx:
            found = f"rows={verdict.rows} newest={verdict.newest} bad={verdict.bad or 'none'}"
            audit.record(tx, page_deed(here, Did.AUDIT_VERIFIED, detail=found))
        st.session_state["audit-verdict"] = (verdict, took, here.runtime.clock())
    if "audit-verdict" not in st.session_state:
        said.caption(word("aud.verify_help", language))
        return
    verdict, took, at = st.session_state["audit-verdict"]
    when = moment(at, here.runtime.values.zone, language)
    told = {"rows": f"{verdict.rows:,}", "lines": f"{verdict.lines:,}", "s": f"{took:.1f}", "at": when}
    if verdict.bad is None:
        said.success(word("aud.verify_ok", language, **told))
    else:
        said.error(
            word(
                "aud.verify_bad",
                language,
                seq=f"{verdict.bad.seq:,}",
                why=word(f"aud.f_{verdict.bad.fault}", language),
                at=when,
            )
        )


def not_chained(names: Mapping[str, str]) -> None:
    """Deeds of commands that ran without the secret, until a process that has it chains them: somebody who owns the
    database could still remove them unseen."""
    here = visit()
    language = here.language
    with here.runtime.db.read() as conn:
        found = reading.waiting(conn, here.who.stations, PAGE)
    if not found:
        return
    st.warning(word("aud.waiting", language, n=f"{len(found):,}"))
    rows = audit_rows(map(unchained, found), names, here.runtime.values.zone, language)
    number = word("aud.seq", language)
    rows = [{name: value for name, value in row.items() if name != number} for row in rows]
    st.dataframe(rows, hide_index=True, key="audit-waiting", row_height=36)


def listed(wanted: reading.Wanted, names: Mapping[str, str]) -> None:
    """The rows, a page at a time, the newest first, and the button that takes them along as a file."""
    here = visit()
    language, zone = here.language, here.runtime.values.zone
    # Where each page before this one began: the way back to the newest rows.
    before: list[int] = st.session_state.setdefault("audit-before", [])
    with here.runtime.db.read() as conn:
        total = reading.count(conn, wanted)
        found = reading.page(conn, wanted, PAGE + 1, before[-1] if before else None)
    if not found:
        st.info(word("err.no_data", language))
        return
    rows = audit_rows(found[:PAGE], names, zone, language)
    whole = {word("aud.at", language): st.column_config.TextColumn(width=170)}  # to the second, never cut
    st.dataframe(rows, hide_index=True, key="audit-rows", height=560, row_height=36, column_config=whole)
    newer, older, told, export = st.columns([1, 1, 3, 1], vertical_alignment="center")
    if newer.button(word("aud.newer", language), key="audit-newer", disabled=not before, width="stretch"):
        before.pop()
        st.rerun()
    if older.button(word("aud.older", language), key="audit-older", disabled=len(found) <= PAGE, width="stretch"):
        before.append(found[PAGE - 1].seq)
        st.rerun()
    first = len(before) * PAGE + 1
    told.caption(
        word("aud.shown", language, first=f"{first:,}", last=f"{first + len(rows) - 1:,}", total=f"{total:,}")
    )

    def made() -> bytes:
        with here.runtime.db.read() as conn:
            return csv_table(audit_rows(reading.page(conn, wanted, MOST_EXPORTED), names, zone, language))

    file = File(Did.EXPORTED_AUDIT, "audit.csv", "audit.csv", CSV, made)
    hand_out(here, word("aud.export", language), file, key="audit-export", place=export, width="stretch")
