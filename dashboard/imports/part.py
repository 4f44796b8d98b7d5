"""What the page shows of a file: how it was read, what it holds, what is wrong with it, and what to do next."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard.deeds import page_deed
from dashboard.html_table import table_html
from dashboard.imports.columns import columns_form
from dashboard.imports.map import places_map
from dashboard.imports.work import Work, bring, look, works
from dashboard.markdown import plain
from dashboard.tables import Row
from dashboard.visit import Visit
from dashboard.words import word
from models.audit.deeds import Deed, Did
from models.formats.offences import GROUPS
from models.records.imports import ImportBatch
from store import audit, import_words

#: Bad rows and unknown names that are shown; all of them stand in the file of errors.
_ROWS_SHOWN, _NAMES_SHOWN = 20, 12
_ENCODINGS = {"utf-8-sig": "UTF-8", "cp874": "Windows-874", "utf-16": "UTF-16"}
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


def shown(here: Visit, work: Work) -> None:
    """Draw a file that was looked over."""
    preview, language = work.preview, here.language
    if preview is None:
        if work.problem is not None and work.problem.code == "no_column":
            columns_form(here, work)
        return
    counts, dates = preview.counts, preview.style.dates
    st.subheader(word("imp.preview", language, file=plain(work.name)), anchor=False)
    style = [_ENCODINGS[work.encoding]] if work.encoding else []
    style += [word(f"imp.order_{preview.style.order}", language)]
    if dates.era:
        style.append(word(f"imp.era_{dates.era}", language))
    if work.delimiter:
        style.append(word(f"imp.delimiter_{_DELIMITERS[work.delimiter]}", language))
    if work.sheet:
        style.append(word("imp.sheet_is", language, sheet=plain(work.sheet)))
    st.markdown(word("imp.read_as", language) + " " + " · ".join(style))
    if dates.mixed:
        st.warning(word("imp.mixed", language, day=dates.day, month=dates.month, either=dates.either))
    elif not dates.sure:
        st.info(word("imp.assumed", language, n=f"{dates.either:,}"))
    figures = (
        ("good", counts.good), ("bad", counts.bad), ("known", preview.known), ("no_place", counts.no_place),
        ("windows", counts.windows), ("no_group", counts.no_group), ("outside", counts.outside),
    )  # fmt: skip
    for column, (name, value) in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(word(f"imp.n_{name}", language), f"{value:,}")
    places_map(here, preview)
    columns_form(here, work)
    if counts.unknown:
        _names(here, work)
    if preview.first_bad:
        _bad(here, work)
    _go(here, work)


def _names(here: Visit, work: Work) -> None:
    """Names of offences nobody listed, the most frequent first, to be given a group."""
    language, preview = here.language, work.preview
    assert preview is not None  # noqa: S101 - asked by `shown`
    unknown = preview.counts.unknown.most_common(_NAMES_SHOWN)
    with st.expander(word("imp.unknown", language, n=len(preview.counts.unknown))), st.form(f"names-{work.id}"):
        st.caption(word("imp.unknown_help", language))
        said: dict[str, str] = {}
        for at, (name, count) in enumerate(unknown):
            group = st.selectbox(
                f"{plain(name)} ({count:,})", ["", *(str(number) for number in GROUPS)], key=f"name-{work.id}-{at}",
                format_func=lambda one: GROUPS[int(one)][language == "en"] if one else word("imp.no_group", language),
            )  # fmt: skip
            if group:
                said[name] = group
        if st.form_submit_button(word("imp.look_again", language)) and said:
            now = here.runtime.clock()
            groups = f"names={len(said)} groups={','.join(sorted(set(said.values())))}"
            named = page_deed(here, Did.OFFENCE_NAMED, station=work.plan.station, detail=groups)
            with here.runtime.db.write() as tx:
                for name, group in said.items():
                    meaning = import_words.meaning_of(name, group)
                    import_words.name_offence(tx, work.plan.station, name, meaning, now)
                audit.record(tx, named)
            with here.runtime.db.read() as conn:
                classify = import_words.classifier(conn, work.plan.station)
            work.plan = replace(work.plan, context=replace(work.plan.context, classify=classify))
            look(work, here.runtime)
            st.rerun()


def _bad(here: Visit, work: Work) -> None:
    language, preview = here.language, work.preview
    assert preview is not None  # noqa: S101 - asked by `shown`
    st.markdown(f"**{word('imp.bad_rows', language, n=f'{preview.counts.bad:,}')}**")
    rows: list[Row] = [
        {
            word("imp.row", language): str(one.number),
            word("imp.reason", language): one.th if language == "th" else one.en,
            word("imp.cells", language): " | ".join(cell for cell in one.cells if cell)[:160],
        }
        for one in preview.first_bad[:_ROWS_SHOWN]
    ]
    st.html(table_html(rows, word("imp.bad_rows", language, n=len(rows))))
    # His own rows back to the one who brought them: nothing leaves that was not his.
    st.download_button(
        word("imp.errors", language), work.errors.read_bytes(), f"{work.name}.errors.csv", "text/csv",
        key=f"errors-{work.id}", on_click="ignore",
    )  # fmt: skip


def _go(here: Visit, work: Work) -> None:
    language, preview = here.language, work.preview
    assert preview is not None  # noqa: S101 - asked by `shown`
    counts = preview.counts

    def deed(run: ImportBatch) -> Deed:
        told = f"new={run.new} known={run.known} bad={run.bad} source={run.source}"
        return replace(done, at=here.runtime.clock(), object=f"batch:{run.batch}", detail=told)

    # Who imports is known now: the thread that writes it down has no session.
    done = page_deed(here, Did.INCIDENTS_IMPORTED, station=work.plan.station)
    buttons = st.columns([2, 2, 1.4, 2])
    if counts.outside and buttons[1].button(word("imp.anywhere", language), key=f"anywhere-{work.id}"):
        work.plan = replace(work.plan, anywhere=True)
        look(work, here.runtime)
        st.rerun()
    key = "imp.take_good" if counts.bad else "imp.take"
    if buttons[0].button(
        word(key, language, n=f"{counts.good:,}"), type="primary", disabled=not counts.good, key=f"take-{work.id}"
    ):
        bring(work, here.runtime, bool(counts.bad), deed)
        st.rerun()
    if buttons[2].button(word("imp.drop", language), key=f"drop-{work.id}"):
        works().drop(work)
        st.rerun()
