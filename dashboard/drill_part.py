"""The drills' part of a page: what runs, announcing and ending, and the record of each."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard.deeds import page_deed
from dashboard.drills import (
    BEGINS,
    LASTS,
    begins_text,
    drill_line,
    drill_name,
    people,
    record_rows,
    refusal_text,
    seconds_text,
)
from dashboard.export_part import File, hand_out
from dashboard.markdown import plain
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from models.audit.deeds import Did
from models.drills import BadDrillError, summary
from models.formats.table_export import CSV, csv_table
from models.records.drill import Drill
from store import audit, drills, registers

_MINUTE_MS = 60_000


@st.fragment(run_every=10)
def running_drills(stations: frozenset[str] | None) -> None:
    """A line for each drill that runs or is announced, with the button that ends it for those who may."""
    here = visit(by_timer=True)
    now, zone, language = here.runtime.clock(), here.runtime.values.zone, here.language
    with here.runtime.db.read() as conn:
        open_now = drills.not_over(conn, stations, now)
        boxes = {one.id: drills.record(conn, one.station, one.id) for one in open_now}
    for one in open_now:
        line, end = st.columns([5, 1], vertical_alignment="center")
        line.warning(drill_line(one, boxes[one.id], now, zone, language))
        if here.who.may(Action.RUN_DRILL) and end.button(word("drill.end", language), key=f"drill-end-{one.id}"):
            _end(one)


def _end(drill: Drill) -> None:
    here = visit()
    try:
        with here.runtime.db.write() as tx:
            drills.end(tx, drill.station, drill.id, by=here.who.name, now=here.runtime.clock())
            audit.record(tx, page_deed(here, Did.DRILL_ENDED, station=drill.station, object=f"drill:{drill.id}"))
    except BadDrillError as error:
        st.error(refusal_text(error, here.language))
        return
    st.rerun()


def announce_drill(station: str | None) -> None:
    """The form that announces a drill of one station's boxes."""
    here = visit()
    language = here.language
    if not here.who.may(Action.RUN_DRILL):
        st.caption(word("drill.not_allowed", language))
        return
    if station is None or not here.who.sees(station):
        st.info(word("drill.no_station", language))
        return
    with here.runtime.db.read() as conn:
        boxes = {one.box: one.name_th if language == "th" else one.name_en for one in registers.boxes(
            conn, frozenset({station}))}  # fmt: skip
    with st.form("drill", clear_on_submit=True, enter_to_submit=False):
        st.caption(word("drill.help", language))
        chosen = st.multiselect(
            word("drill.boxes", language), list(boxes), key="drill-boxes", placeholder=word("drill.choose", language),
            format_func=lambda box: f"{box} · {boxes[box]}" if boxes[box] else box,
        )  # fmt: skip
        when, how_long, what = st.columns([1, 1, 2])
        begins = when.selectbox(
            word("drill.begins", language), BEGINS, format_func=lambda n: begins_text(n, language), key="drill-begins"
        )
        lasts = how_long.selectbox(
            word("drill.lasts", language), LASTS, index=1, key="drill-lasts",
            format_func=lambda n: word("drill.lasts_min", language, n=n),
        )  # fmt: skip
        note = what.text_input(word("drill.note", language), max_chars=200, key="drill-note")
        if st.form_submit_button(word("drill.announce", language), type="primary"):
            _announce(station, chosen, begins * _MINUTE_MS, lasts * _MINUTE_MS, note.strip())


def _announce(station: str, boxes: list[str], begins_ms: int, lasts_ms: int, note: str) -> None:
    here = visit()
    now = here.runtime.clock()
    start = now + begins_ms
    try:
        with here.runtime.db.write() as tx:
            drills.announce(tx, station, boxes, start, start + lasts_ms, by=here.who.name, note=note, now=now)
            detail = f"boxes={len(boxes)} from={start} to={start + lasts_ms}"
            audit.record(tx, page_deed(here, Did.DRILL_ANNOUNCED, station=station, object="drill", detail=detail))
    except BadDrillError as error:
        st.error(refusal_text(error, here.language))
        return
    st.success(word("drill.announced", here.language))


def drill_records(stations: frozenset[str] | None) -> None:
    """The record of a drill: what was expected, what was heard, and how fast each press was acknowledged."""
    here = visit()
    language, values = here.language, here.runtime.values
    with here.runtime.db.read() as conn:
        known = {one.id: one for one in drills.drills(conn, stations)}
        st.subheader(word("drill.record", language), anchor=False)
        if not known:
            st.caption(word("drill.none", language))
            return
        picked = st.selectbox(
            word("drill.title", language), list(known), key="drill-record", label_visibility="collapsed",
            format_func=lambda name: drill_name(known[name], values.zone, language),
        )  # fmt: skip
        drill = known[picked]
        boxes = drills.record(conn, drill.station, drill.id)
    if here.who.may(Action.SEE_PERSON):
        st.caption(plain(people(drill, language)))
    else:
        boxes = [replace(one, acknowledged_by="") for one in boxes]
    told = summary(boxes, values.targets.acknowledge_ms)
    figures = st.columns(3)
    figures[0].metric(word("drill.heard", language), f"{told.heard} / {told.expected}", border=True)
    label = word("drill.answered", language, n=values.targets.acknowledge_ms // 1000)
    figures[1].metric(label, f"{told.in_time} / {told.heard}", border=True)
    figures[2].metric(word("drill.median", language), seconds_text(told.median_ms, language), border=True)
    rows = record_rows(boxes, values.zone, language)
    st.dataframe(rows, hide_index=True, key="drill-boxes-record")
    name, made = "drill-record.csv", partial(csv_table, rows)
    file = File(Did.EXPORTED_OTHER, "drill-record", name, CSV, made, drill.station)
    hand_out(here, word("equip.export", language), file, key="drill-export")
