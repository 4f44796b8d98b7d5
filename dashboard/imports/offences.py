"""A station's own names of offences: told, added to, and the stored cases that stand elsewhere put where they say."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import timedelta

import streamlit as st

from dashboard.deeds import page_deed
from dashboard.filters import group_text
from dashboard.html_table import draw_table
from dashboard.incidents.drawn import offence_name
from dashboard.markdown import plain
from dashboard.runtime import Runtime
from dashboard.tables import Row
from dashboard.visit import Visit
from dashboard.words import Language, word
from models.audit.deeds import Deed, Did
from models.formats.offences import GROUPS, STANDARD
from models.incidents.filter import Filter
from models.incidents.regrouping import Kind, Stray, strays
from store import audit, import_words, regrouping
from store.columns import PreparingError
from store.database import Tx
from store.errors import StorageError

_LOG = logging.getLogger(__name__)

#: Lines of cases that stand elsewhere; the button is for all of them.
_SHOWN = 8


class _Under:
    """The regroupings of this process under way, by station, and those that failed."""

    def __init__(self) -> None:
        self.threads: dict[str, threading.Thread] = {}
        self.failed: set[str] = set()


@st.cache_resource
def _under() -> _Under:
    return _Under()


def own_offences(here: Visit) -> None:
    """Draw it for the station that is chosen above."""
    station = str(st.session_state.get("import-station") or "")
    if not station:
        return
    language, under = here.language, _under()
    thread = under.threads.get(station)
    if thread is not None and thread.is_alive():
        _going_on(language, thread)
        return
    if station in under.failed:
        st.error(word("imp.regroup_failed", language))
    _stray(here, station)
    with here.runtime.db.read() as conn:
        names = import_words.offence_names(conn, station)
    with st.expander(word("imp.own", language, n=len(names))):
        st.caption(word("imp.own_help", language))
        rows: list[Row] = [
            {
                word("imp.own_name", language): one.name,
                word("imp.own_means", language): _kind((one.offence, one.offence_group), language),
            }
            for one in names
        ]
        if rows:
            draw_table(rows, word("imp.own", language, n=len(names)))
        _add(here, station)


def _add(here: Visit, station: str) -> None:
    language = here.language
    codes = {one.code: one.th if language == "th" else one.en for one in STANDARD}
    groups = {str(number): names[language == "en"] for number, names in GROUPS.items()}
    meanings = {"": word("imp.own_choose", language)} | groups | codes
    with st.form(f"own-{station}", clear_on_submit=True):
        columns = st.columns([3, 4, 2], vertical_alignment="bottom")
        name = columns[0].text_input(word("imp.own_name", language), max_chars=200, key=f"own-name-{station}")
        said = columns[1].selectbox(
            word("imp.own_means", language), list(meanings), format_func=meanings.__getitem__,
            key=f"own-means-{station}",
        )  # fmt: skip
        if not columns[2].form_submit_button(word("imp.own_add", language)) or not name.strip() or not said:
            return
    try:
        meaning = import_words.meaning_of(name, said)
    except import_words.ListedError:
        st.error(word("imp.own_listed", language, name=plain(name)))
        return
    named = page_deed(here, Did.OFFENCE_NAMED, station=station, detail=f"names=1 groups={meaning.group}")
    with here.runtime.db.write() as tx:
        import_words.name_offence(tx, station, name, meaning, here.runtime.clock())
        audit.record(tx, named)
    st.rerun()


def _stray(here: Visit, station: str) -> None:
    """How many stored cases stand elsewhere than the table says, and the button that puts them there."""
    language, columns = here.language, here.runtime.columns
    try:
        every = columns.ask(Filter("days", -(2**62), 2**62, stations=frozenset({station})), here.who.stations)
    except PreparingError:
        st.caption(word("imp.counting", language))
        return
    with here.runtime.db.read() as conn:
        classify = import_words.classifier(conn, station)
    found = strays(((offence, group or None, n) for offence, group, n in every.offences), classify)
    if not found:
        return
    cases = sum(one.cases for one in found)
    lines = "\n".join(f"- {_line(one, language)}" for one in found[:_SHOWN])
    st.warning(f"{word('imp.stray', language, n=f'{cases:,}')}\n{lines}", icon=":material/rule:")
    if st.button(word("imp.regroup", language, n=f"{cases:,}"), key=f"regroup-{station}"):
        deed = page_deed(here, Did.OFFENCES_REGROUPED, station=station)
        _begin(here.runtime, station, here.who.name, deed)
        st.rerun()


def _line(one: Stray, language: Language) -> str:
    return word(
        "imp.stray_line", language, n=f"{one.cases:,}", was=plain(_kind(one.was, language)),
        now=plain(_kind(one.now, language)),
    )  # fmt: skip


def _kind(kind: Kind, language: Language) -> str:
    offence, group = kind
    return f"{offence_name(offence, language)} ({group_text(str(group or 0), language)})"


def _begin(running: Runtime, station: str, by: str, deed: Deed) -> None:
    under = _under()
    under.failed.discard(station)

    def note(tx: Tx, cases: int) -> None:
        audit.record(tx, replace(deed, at=running.clock(), detail=f"cases={cases}"))

    def run() -> None:
        before = running.columns.state
        try:
            done = regrouping.regroup(running.db, station, by, running.clock, note)
        except StorageError as error:
            _LOG.warning("cases of %s are regrouped in part: %s", station, error)
            under.failed.add(station)
            return
        if done and before is not None:
            running.columns.wait(before.version + 1)  # what the page counts next is of after it

    under.threads[station] = threading.Thread(target=run, name="regroup", daemon=True)
    under.threads[station].start()


def _going_on(language: Language, thread: threading.Thread) -> None:
    @st.fragment(run_every=timedelta(seconds=1))
    def progress() -> None:
        if not thread.is_alive():
            st.rerun(scope="app")
        st.status(word("imp.regrouping", language), state="running")

    progress()
