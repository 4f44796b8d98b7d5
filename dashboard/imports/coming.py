"""The upload, the work while it runs, how it ended, and the list of imports."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboard.deeds import page_deed
from dashboard.html_table import table_html
from dashboard.imports.work import MOST_MB, Work, look, undo, works
from dashboard.markdown import plain
from dashboard.tables import Row
from dashboard.times import moment
from dashboard.visit import Visit
from dashboard.words import word
from models.access.policy import Action
from models.audit.deeds import Did
from models.formats.incident_file import Context
from models.records.imports import DONE
from store import audit, import_runs, import_words, incident_changes, registers
from store.bringing_in import Plan
from store.errors import StorageError
from store.imports import UnknownBatchError

_KEPT = "import-work"
_SOURCE = "file"


def upload(here: Visit) -> Work | None:
    """Ask for a file; returns the work of this tab, new or under way."""
    language, running = here.language, here.runtime
    kept = works().of(st.session_state.get(_KEPT, ""), here.who.name)
    if kept is not None and not here.who.sees(kept.plan.station):
        kept = None  # the station has left the stations of who looks since
    with running.db.read() as conn:
        stations = registers.stations(conn, here.who.stations)
    if not stations:
        st.info(word("err.no_data", language))
        return None
    columns = st.columns([2, 2, 3], vertical_alignment="bottom")
    names = {one.code: one.name_th if language == "th" else one.name_en or one.code for one in stations}
    station = columns[0].selectbox(
        word("flt.station", language), list(names), format_func=names.__getitem__, key="import-station"
    )
    source = columns[1].text_input(
        word("imp.source", language),
        _SOURCE,
        max_chars=64,
        key="import-source",
        help=word("imp.source_help", language),
    )
    file = columns[2].file_uploader(
        word("imp.file", language), ["csv", "txt", "tsv", "xlsx", "geojson", "json", "parquet"], key="import-file",
        max_upload_size=MOST_MB,
    )  # fmt: skip
    if file is None or station not in names or (kept is not None and kept.doing):
        return kept
    asked = f"{file.file_id}/{station}/{source}"
    if st.session_state.get("import-asked") == asked:
        return kept
    with running.db.read() as conn:
        mapping = import_words.mapping(conn, station, source)
        classify = import_words.classifier(conn, station)
    context = Context(station, source or _SOURCE, running.values.zone, running.clock(), classify)
    plan = Plan(station, source or _SOURCE, context, mapping, by=here.who.name)
    try:
        work = works().new(running.values.data_dir, here.who.name, file.name, file.getvalue(), plan)
    except OSError:
        st.error(word("imp.failed_storage", language))
        return None
    st.session_state[_KEPT], st.session_state["import-asked"] = work.id, asked
    look(work, running)
    return work


def coming(here: Visit, work: Work) -> None:
    """How far it is, each second, with a way to stop it."""

    @st.fragment(run_every=timedelta(seconds=1))
    def progress() -> None:
        if not work.doing:
            st.rerun(scope="app")
        st.status(word(f"imp.doing_{work.doing}", here.language, n=f"{work.rows:,}"), state="running")
        if st.button(word("imp.stop", here.language), key=f"stop-{work.id}"):
            work.stop.set()

    progress()


def ended(here: Visit, work: Work) -> None:
    """How a work ended, in words that say what was kept and what to do."""
    language = here.language
    if work.problem is not None:
        said = work.problem.th if language == "th" else work.problem.en
        st.error(f"{plain(work.name)}: {plain(said)}  \n{word('imp.refused_next', language)}")
        if len(work.sheets) > 1:
            _sheets(here, work)
    elif work.failed:
        st.error(word(f"imp.failed_{work.failed}", language))
    elif work.done is not None:
        run = work.done.run
        st.success(word("imp.done", language, new=f"{run.new:,}", known=f"{run.known:,}", bad=f"{run.bad:,}"))
    elif len(work.sheets) > 1:
        _sheets(here, work)


def _sheets(here: Visit, work: Work) -> None:
    """Which sheet of a workbook."""
    picked = st.selectbox(
        word("imp.sheet", here.language, n=len(work.sheets)), work.sheets, work.sheets.index(work.sheet),
        key=f"sheet-{work.id}",
    )  # fmt: skip
    if picked and picked != work.sheet:
        work.sheet = picked
        look(work, here.runtime)
        st.rerun()


def listed(here: Visit) -> None:
    """The imports of the stations of who looks, and a way to undo one."""
    language, running = here.language, here.runtime
    st.subheader(word("imp.list", language), anchor=False)
    with running.db.read() as conn:
        found = import_runs.runs(conn, here.who.stations, 50)
    if not found:
        st.caption(word("imp.none", language))
        return
    zone, names = running.values.zone, here.who.may(Action.SEE_PERSON)
    rows: list[Row] = [
        {
            word("imp.when", language): moment(one.begun, zone, language),
            word("imp.what", language): one.file,
            word("flt.station", language): one.station,
            word("imp.by", language): one.by if names or one.by == here.who.name else word("rec.no_name", language),
            word("imp.n_new", language): one.new,
            word("imp.n_known", language): one.known,
            word("imp.n_bad", language): one.bad,
            word("imp.state", language): word(f"imp.s_{one.state}", language),
        }
        for one in found
    ]
    st.html(table_html(rows, word("imp.list", language)))
    whole = {one.batch: one for one in found if one.state == DONE and one.new}
    if not whole:
        return
    columns = st.columns([4, 2, 3], vertical_alignment="bottom")
    batch = columns[0].selectbox(
        word("imp.undo_which", language), list(whole), key="import-undo",
        format_func=lambda one: f"{moment(whole[one].begun, zone, language)} · {whole[one].file}",
    )  # fmt: skip
    if batch is None:
        return
    with running.db.read() as conn:
        edited = incident_changes.edited_of(conn, whole[batch])
    if edited:
        st.warning(word("imp.undo_edited", language, n=f"{edited:,}"), icon=":material/edit:")
    # A yes is to the number that was told: with another import or another number it is asked anew.
    sure = columns[1].checkbox(word("imp.undo_sure", language), key=f"import-undo-sure-{batch}-{edited}")
    if columns[2].button(word("imp.undo", language), disabled=not sure, key="import-undo-go"):
        _undo(here, batch)


def _undo(here: Visit, batch: str) -> None:
    running = here.runtime
    try:
        with running.db.write() as tx:
            run = import_runs.hide(tx, batch, here.who.stations, running.clock(), here.who.name)
            done = page_deed(here, Did.IMPORT_UNDONE, station=run.station, object=f"batch:{batch}")
            audit.record(tx, done)
    except (StorageError, UnknownBatchError):
        st.error(word("imp.failed_storage", here.language))
        return
    undo(running, batch, running.clock)
    st.rerun()
