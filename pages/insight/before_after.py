"""Before / after: did crime change in a zone since it began, and did it move next door? With what chance does."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

import streamlit as st

from dashboard.basemap.beside import told
from dashboard.before_after.chosen import Place, months_of, place, start_of, width_of
from dashboard.before_after.drawn import forest_html, ground_html
from dashboard.before_after.read import Asked, Found, Reach, cases_of, look, reach
from dashboard.before_after.recording import set_start
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
from dashboard.incidents.bar import filter_bar
from dashboard.incidents.parts import parts_in_words
from dashboard.report.part import report_buttons
from dashboard.report.views import of_before_after
from dashboard.times import day, day_of, moment
from dashboard.visit import Visit, visit
from dashboard.words import word
from models.access.policy import Action
from models.analysis.windows import later, whole_months
from models.incidents.filter import Filter
from models.incidents.periods import days_of
from store import registers

here = visit(Action.SEE_HOTSPOTS)
desk_head(here, word("nav.before_after", here.language), word("ba.help", here.language))


@st.fragment
def before_after() -> None:
    """Bar, choices and figures: a change of them runs and draws these alone, not the head and the list of pages."""
    here = visit(Action.SEE_HOTSPOTS)  # asked again: the session may have ended since the page was opened
    language, clock_zone = here.language, here.runtime.values.zone
    chosen = filter_bar(here, safety=True)
    with here.runtime.db.read() as conn:
        ground = place(conn, chosen, here.who.stations, language)
    if ground is None:
        st.info(word("ba.no_zone", language), icon=":material/info:")
        return
    today = datetime.fromtimestamp(here.runtime.clock() / 1000, clock_zone).date()
    known = reach(here.runtime.columns, ground.station, here.who.stations, today)
    if known is None:
        st.info(word("err.no_data", language), icon=":material/info:")
        return

    # Nothing is known of the days after the newest case: they are no days without crime.
    last = days_of(chosen.start, chosen.end, clock_zone)[1]
    until = min(today, known.last + timedelta(days=1), last + timedelta(days=1))
    asked = choices(here, chosen, ground, until)
    if asked is None:
        return
    found = look(here.runtime.columns, asked, known.first, here.who.stations, clock_zone)
    figures(here, found, ground, asked)
    sureness(here, found)
    hand_over(here, chosen, found, ground, known)


def choices(here: Visit, chosen: Filter, ground: Place, until: date) -> Asked | None:
    """Draw what is chosen beside the filter: start, months, width of the ring; None: not a month has passed since."""
    language, clock_zone = here.language, here.runtime.values.zone
    bar = st.columns([3, 2, 2])
    with bar[0]:
        usual = later(until.replace(day=1), -12)
        start = start_of(ground.zone, usual, max(until, usual), clock_zone, language)
        set_start(here, ground.zone)
    most = whole_months(start, until)
    if not most:
        st.info(word("ba.no_month", language, until=day(until, language)), icon=":material/info:")
        return None
    with bar[1]:
        months = months_of(most, language)
    with bar[2]:
        width = width_of(language)
    st.caption(word("ba.area_not" if chosen.area is not None else "ba.filter", language))
    cases = cases_of(chosen, ground.station)
    return Asked(ground.station, ground.zone.polygon, ground.others, width, cases, start, months)


def figures(here: Visit, found: Found, ground: Place, asked: Asked) -> None:
    """Verdict, counts and ratios, in words, as a table and drawn."""
    language, clock_zone = here.language, here.runtime.values.zone
    note = {"likely": st.warning, "diffusion": st.success}.get(found.moved.verdict if found.whole else "", st.info)
    note(verdict_words(found, language), icon=":material/balance:")
    before, after = windows(found, here)
    st.caption(word("ba.windows", language, before=before, after=after, months=asked.months))
    draw_table(area_rows(found, language), word("ba.table", language), heads=True)
    left, right = st.columns([3, 2])
    with left:
        figure("before-after-chart", forest_html(found, language))
    with right:
        with here.runtime.db.read() as conn:
            streets = registers.streets(conn, frozenset({ground.station}))
        figure("before-after-ground", ground_html(found.ground, ground.name, streets, language))
        told(here.runtime.basemap.streets_credit if streets else "", language)
        version = {"version": ground.zone.version, "since": day_of(ground.zone.valid_from, clock_zone, language)}
        sizes = {"zone": f"{ground.zone.area_m2:,.0f}", "ring": f"{found.ground.ring_m2:,.0f}"}
        st.caption(word("ba.polygon", language, **version, **sizes))


def sureness(here: Visit, found: Found) -> None:
    """The quotient, what the zone could show, what was left out, earlier years: reckoned after the figures stand."""
    language = here.language
    st.markdown(quotient_words(found, language))
    st.caption(word("ba.wdq_help", language))
    st.markdown(power_words(found.power, found.zone.before, language))
    st.caption(left_out_words(found, language))
    st.subheader(word("ba.placebo_head", language), anchor=False)
    st.markdown(earlier_words(found.earlier, language))
    draw_table(earlier_rows(found.earlier, language), word("ba.placebo_head", language), heads=True)


def hand_over(here: Visit, chosen: Filter, found: Found, ground: Place, known: Reach) -> None:
    """How it was reckoned, and the report."""
    language = here.language
    newest = moment(known.newest, here.runtime.values.zone, language)
    how = word("ba.method", language, newest=newest, first=day(known.first, language))
    st.caption(how)
    number = sum(one.before + one.after for one in (found.zone, found.ring, found.rest))
    narrowed = [words for _, words in parts_in_words(replace(chosen, area=None), language)]
    span = " / ".join(windows(found, here))
    method = " · ".join([how, *narrowed])
    on_paper = partial(of_before_after, here, found, ground.name, span, number, known.newest, method)
    report_buttons(here, "before-after", on_paper, station=ground.station)


def windows(found: Found, here: Visit) -> list[str]:
    """Both periods in words."""
    return [days_words(window, here.language) for window in (found.pair.before, found.pair.after)]


before_after()
