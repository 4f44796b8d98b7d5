"""The crime clock: this month beside the last on a 24-hour dial and a map, and the hours nobody guards."""

from datetime import datetime

import streamlit as st

from dashboard.clock.dials import draw_months
from dashboard.clock.hours import last_day, listed_rows, week_html, why_words
from dashboard.clock.read import DAYS, hours, month_of, months
from dashboard.desk import desk_head
from dashboard.figure import figure
from dashboard.html_table import draw_table
from dashboard.incidents.bar import filter_bar
from dashboard.report.part import report_buttons
from dashboard.report.views import of_clock
from dashboard.times import day
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from models.analysis.windows import later
from store import registers

here = visit(Action.SEE_HOTSPOTS)
desk_head(here, word("nav.clock", here.language), word("clock.help", here.language))


@st.fragment
def clock() -> None:
    """Bar, months, hours: a change of the filter runs and draws these alone, not the head and the list of pages."""
    here = visit(Action.SEE_HOTSPOTS)  # asked again: the session may have ended since the page was opened
    language, clock_zone, scope = here.language, here.runtime.values.zone, here.who.stations
    chosen = filter_bar(here)
    with here.runtime.db.read() as conn:
        stations = registers.stations(conn, scope)
        zones = registers.zones(conn, scope)
    asked = [one for one in stations if chosen.stations is None or one.code in chosen.stations]
    if chosen.zone is not None:
        asked = [one for one in asked if one.code == chosen.zone.partition("/")[0]]
    only = asked[0] if len(asked) == 1 else None
    own = "" if only is None else only.code
    shown = [
        one for one in zones if (f"{one.station}/{one.code}" == chosen.zone if chosen.zone else one.station == own)
    ]

    first = month_of(chosen, clock_zone)
    columns = here.runtime.columns
    both = months(columns, chosen, (later(first, -1), first), scope, clock_zone)
    draw_months(here, both, only, shown)
    st.caption(word("clock.rule", language))

    today = datetime.fromtimestamp(here.runtime.clock() / 1000, clock_zone).date()
    until = last_day(first, today)
    found = hours(here.runtime.db, columns, chosen, until, scope, clock_zone, None if only is None else only.code)
    st.subheader(word("clock.week", language), anchor=False)
    span = {"first": day(found.first, language), "last": day(found.last, language), "days": DAYS}
    st.caption(word("clock.week_help", language, **span, n=found.days, left_out=f"{found.left_out:,}"))
    figure("clock-week", week_html(found, language))
    st.subheader(word("clock.unguarded", language), anchor=False)
    st.markdown(why_words(found, language))
    draw_table(listed_rows(found, language), word("clock.unguarded", language), heads=True)
    st.caption(word("clock.unguarded_rule", language))
    newest = columns.ask(chosen, scope).newest
    report_buttons(here, "clock", lambda: of_clock(here, chosen, both, found, newest))


clock()
