"""Incidents: one filter, and every view of what it takes drawn from one answer."""

import streamlit as st

from dashboard.basemap.beside import credit_line
from dashboard.desk import desk_head, way_to
from dashboard.exports.part import take_along
from dashboard.incidents.bar import filter_bar
from dashboard.incidents.views import views
from dashboard.report.views import MOST_POINTS, View, of_incidents
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from store import registers

here = visit(Action.SEE_INCIDENTS)
desk_head(here, word("nav.incidents", here.language), word("inc.title_help", here.language))
with st.container(horizontal=True):
    if here.who.may(Action.RECORD_INCIDENT):
        way_to("incident-entry", word("cas.enter", here.language))
    if here.who.may(Action.IMPORT_INCIDENTS):
        way_to("imports", word("nav.imports", here.language))


@st.fragment
def workbench() -> None:
    """Bar and views. A change of the filter runs and draws these alone, not the head and the list of pages."""
    here = visit(Action.SEE_INCIDENTS)  # asked again: the session may have ended since the page was opened
    columns, scope = here.runtime.columns, here.who.stations
    chosen = filter_bar(here, chips=True)

    def on_paper() -> View:
        """What the page shows, for its report; asked for when the file is."""
        found, _ = columns.on_map(chosen, scope, zoom=None, most=MOST_POINTS)
        return of_incidents(here, chosen, columns.ask(chosen, scope), found)

    # Above the views: at the foot of the page it would open beyond the screen.
    take_along(here, chosen, on_paper)
    views(here, chosen, columns.ask(chosen, scope))
    with here.runtime.db.read() as conn:
        streets = registers.has_streets(conn, scope)
    credit_line(here.runtime.basemap, int(streets), here.language)


workbench()
