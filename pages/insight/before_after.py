"""Before / after: did crime change in a zone since it began, and did it move next door? With what chance does."""

from datetime import datetime, timedelta
from functools import partial

import streamlit as st

from dashboard.basemap.beside import told
from dashboard.before_after.chosen import groups_of, months_of, place, start_of, width_of
from dashboard.before_after.drawn import forest_html, ground_html
from dashboard.before_after.read import Asked, look, reach
from dashboard.before_after.told import (
    area_rows,
    days_words,
    earlier_rows,
    earlier_words,
    left_out_words,
    power_words,
    quotient_words,
    verdict_words,
)
from dashboard.desk import desk_head
from dashboard.figure import figure
from dashboard.html_table import draw_table
from dashboard.report.part import report_buttons
from dashboard.report.views import of_before_after
from dashboard.times import day, day_of, moment
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from models.analysis.windows import later, whole_months
from store import registers

here = visit(Action.SEE_HOTSPOTS)
language, clock_zone = here.language, here.runtime.values.zone
desk_head(here, word("nav.before_after", language), word("ba.help", language))

if here.runtime.columns.state is None:
    # Before anything is chosen, or the choice of the address would be gone by the next run.
    st.info(word("ba.preparing", language), icon=":material/hourglass_top:")
    here.runtime.columns.wait()
    st.rerun()
with here.runtime.db.read() as conn:
    chosen = place(conn, here.who.stations, language)
if chosen is None:
    st.info(word("ba.no_zone", language), icon=":material/info:")
    st.stop()
today = datetime.fromtimestamp(here.runtime.clock() / 1000, clock_zone).date()
known = reach(here.runtime.columns, chosen.station, here.who.stations, today)
if known is None:
    st.info(word("err.no_data", language), icon=":material/info:")
    st.stop()

# Nothing is known of the days after the newest case: they are no days without crime.
until = min(today, known.last + timedelta(days=1))
bar = st.columns([3, 2, 2, 2])
with bar[0]:
    usual = later(until.replace(day=1), -12)
    start = start_of(chosen.zone, usual, max(until, usual), language)
most = whole_months(start, until)
if not most:
    st.info(word("ba.no_month", language, until=day(until, language)), icon=":material/info:")
    st.stop()
with bar[1]:
    months = months_of(most, language)
with bar[2]:
    width = width_of(language)
with bar[3]:
    groups = groups_of(language)

asked = Asked(chosen.station, chosen.zone.polygon, chosen.others, width, groups, start, months)
found = look(here.runtime.columns, asked, known.first, here.who.stations, clock_zone)
said = verdict_words(found, language)
note = {"likely": st.warning, "diffusion": st.success}.get(found.moved.verdict if found.whole else "", st.info)
note(said, icon=":material/balance:")
before, after = (days_words(window, language) for window in (found.pair.before, found.pair.after))
st.caption(word("ba.windows", language, before=before, after=after, months=months))

draw_table(area_rows(found, language), word("ba.table", language), heads=True)
left, right = st.columns([3, 2])
with left:
    figure("before-after-chart", forest_html(found, language))
with right:
    with here.runtime.db.read() as conn:
        streets = registers.streets(conn, frozenset({chosen.station}))
    figure("before-after-ground", ground_html(found.ground, chosen.name, streets, language))
    told(here.runtime.basemap.streets_credit if streets else "", language)
    version = {"version": chosen.zone.version, "since": day_of(chosen.zone.valid_from, clock_zone, language)}
    ground = {"zone": f"{chosen.zone.area_m2:,.0f}", "ring": f"{found.ground.ring_m2:,.0f}"}
    st.caption(word("ba.polygon", language, **version, **ground))
st.markdown(quotient_words(found, language))
st.caption(word("ba.wdq_help", language))
st.markdown(power_words(found.power, found.zone.before, language))
st.caption(left_out_words(found, language))

st.subheader(word("ba.placebo_head", language), anchor=False)
st.markdown(earlier_words(found.earlier, language))
draw_table(earlier_rows(found.earlier, language), word("ba.placebo_head", language), heads=True)
newest = moment(known.newest, clock_zone, language)
st.caption(word("ba.method", language, newest=newest, first=day(known.first, language)))
cases = sum(one.before + one.after for one in (found.zone, found.ring, found.rest))
method = word("ba.method", language, newest=newest, first=day(known.first, language))
on_paper = partial(of_before_after, here, found, chosen.name, f"{before} / {after}", cases, known.newest, method)
report_buttons(here, "before-after", on_paper, station=chosen.station)
