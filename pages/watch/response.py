"""Response times: from the press of a button to boots on the ground, by station, zone, box, unit, shift and month."""

from functools import partial

import streamlit as st

from dashboard.basemap.beside import desk_theme
from dashboard.desk import desk_head
from dashboard.export_part import File, hand_out
from dashboard.filters import choice_filter, period_filter, station_filter
from dashboard.html_table import draw_table
from dashboard.response.chart import MOST, drawn, spread_chart
from dashboard.response.names import names_of
from dashboard.response.read import areas, read
from dashboard.response.rows import (
    export_rows,
    group_name,
    group_rows,
    interval,
    leg_rows,
    length,
    newest_rows,
    percent,
    quantile,
    sort_rows,
)
from dashboard.times import day, moment, span
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from models.audit.deeds import Did
from models.formats.table_export import CSV, XLSX, csv_table, xlsx_tables
from models.response.figures import LEAST
from models.response.groups import By, keys
from models.response.report import Leg, by_group, legs_of, summary_of
from models.response.times import Sort, sorts
from store import registers

#: Newest alarms listed with their sheets.
NEWEST = 200

#: A table of more groups stands in a frame of its own.
MOST_ROWS = 25

here = visit(Action.SEE_REPORTS)
language, values = here.language, here.runtime.values
targets, clock_zone = values.targets, values.zone
desk_head(here, word("nav.response", language), word("resp.help", language))

with here.runtime.db.read() as conn:
    stations = registers.stations(conn, here.who.stations)
bar = st.columns([2, 2, 2, 3])
with bar[0]:
    first, last = period_filter(clock_zone, language)
with bar[1]:
    station = station_filter(stations, language)
with bar[2]:
    label = word("resp.group", language)
    by = By(choice_filter("by", label, list(By), lambda name: word(f"resp.by_{name}", language), By.STATION))
start, end = span(first, last, clock_zone)
own = here.who.only(station)
times, test_presses, read_at = read(here.runtime.db, own, start, end, here.runtime.clock())

counted = {}
of_sort = sorts(times)
for one in Sort:
    part = times.where(of_sort == one.value)
    counted[one] = summary_of(part, targets, read_at)
# A town that is all simulated shows its own figures at first, and says so; real calls always come before them.
usual = Sort.SIMULATED if values.demo and not counted[Sort.REAL].alarms else Sort.REAL
with bar[3]:
    label = word("resp.sort", language)
    sort = Sort(choice_filter("sort", label, list(Sort), lambda name: word(f"resp.sort_{name}", language), usual))
st.caption(f"{day(first, language)} - {day(last, language)}")

all_of_it = counted[sort]
if not all_of_it.alarms:
    st.info(word("resp.none", language))
else:
    chosen = times.where(of_sort == sort.value)
    names = names_of(here.runtime.db, own, language)
    legs = legs_of(chosen, targets, read_at)
    zones = areas(here.runtime.db, own, start, end) if by is By.ZONE else []
    groups = by_group(chosen, legs, targets, keys(by, chosen, zones, clock_zone, targets.shifts))

    figures = st.columns(5)
    answered, reached = all_of_it.answered, all_of_it.reached
    figures[0].metric(word("resp.calls", language), f"{all_of_it.alarms:,}", border=True)
    figures[0].caption(word("resp.calls_help", language))
    within = word("resp.ack_in", language, time=length(targets.acknowledge_ms, language))
    figures[1].metric(within, percent(answered, language), border=True)
    figures[1].caption(interval(answered, language))
    within = word("resp.scene_in", language, time=length(targets.scene_ms, language))
    figures[2].metric(within, percent(reached, language), border=True)
    figures[2].caption(interval(reached, language))
    for column, leg, name in ((figures[3], Leg.ACKNOWLEDGED, "ack"), (figures[4], Leg.ON_SCENE, "scene")):
        spread = all_of_it.legs[leg]
        column.metric(word(f"resp.{name}_p50", language), quantile(spread.p50, spread, language), border=True)
        column.caption(f"P90 {quantile(spread.p90, spread, language)} · n = {spread.n:,}")
    at = moment(read_at, clock_zone, language)
    sent = all_of_it.legs[Leg.ON_SCENE].n + all_of_it.no_arrival
    unknown = {"unknown": f"{all_of_it.no_arrival:,}", "sent": f"{sent:,}", "hand": f"{all_of_it.by_hand:,}"}
    st.caption(
        word("resp.health", language, at=at, share=f"{all_of_it.no_arrival / sent:.0%}", **unknown)
        if sent
        else word("resp.health_none", language, at=at)
    )

    st.subheader(word("resp.chart", language), anchor=False)
    called = {key: group_name(by, key, names, targets.shifts, language) for key in groups}
    ink = "#f3f6f9" if desk_theme() == "night" else "#16202a"
    bars = drawn(groups, Leg.ON_SCENE, called, ordered=by in (By.SHIFT, By.MONTH))
    if bars.empty:
        st.caption(word("resp.chart_few", language, least=LEAST))
    else:
        st.altair_chart(spread_chart(bars, targets.scene_ms, language, ink), key="response-chart")
        if len(groups) > MOST:
            st.caption(word("resp.chart_more", language, n=MOST))

    rows = group_rows(groups, by, names, targets.shifts, language)
    if rows:
        draw_table(rows, word("resp.group", language), heads=True, scrolled=len(rows) > MOST_ROWS)
    st.caption(word("resp.few_note", language, least=LEAST))
    exported = export_rows(groups, by, names, targets.shifts, language)
    exported += export_rows({word("flt.all", language): all_of_it}, By.STATION, {}, targets.shifts, language)
    name = f"response-{sort.value}-{by.value}-{first.isoformat()}-{last.isoformat()}"
    buttons = st.columns([1, 1, 4])
    for place, label, ending, mime, make in (
        (buttons[0], "resp.csv", "csv", CSV, partial(csv_table, exported)),
        (buttons[1], "resp.xlsx", "xlsx", XLSX, partial(xlsx_tables, {by.value: exported})),
    ):
        file = File(Did.EXPORTED_RESPONSE, f"{name}.{ending}", f"{name}.{ending}", mime, make, station or "")
        hand_out(here, word(label, language), file, key=f"response-{ending}", place=place)

    st.subheader(word("resp.legs", language), anchor=False)
    draw_table(leg_rows(all_of_it, language), word("resp.legs", language), heads=True)

st.subheader(word("resp.sorts", language), anchor=False)
draw_table(sort_rows(counted, test_presses, language), word("resp.sorts", language), heads=True)
if all_of_it.alarms:
    st.subheader(word("resp.newest", language), anchor=False)
    ways = {word("resp.sheet", language): word("resp.sheet_open", language)}
    newest = newest_rows(chosen, NEWEST, names, clock_zone, language)
    draw_table(newest, word("resp.newest", language), scrolled=True, ways=ways)
