"""Incidents: the chosen days on a map and in a table."""

import streamlit as st

from dashboard.basemap.beside import credit_line, desk_theme, own_streets_wanted
from dashboard.basemap.deck import group_legend, incident_deck, incident_points
from dashboard.desk import desk_head
from dashboard.filters import days_text, filter_bar
from dashboard.tables import incident_rows, station_names
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from store import registers
from store.incidents import Wanted, count, count_placed, incidents

#: Most incidents on the map and in the table at once.
MOST = 5_000

here = visit(Action.SEE_INCIDENTS)
language, clock_zone = here.language, here.runtime.values.zone
desk_head(here, word("nav.incidents", language), word("inc.title_help", language))

with here.runtime.db.read() as conn:
    stations = registers.stations(conn, here.who.stations)
    zones = registers.zones(conn, here.who.stations)
    chosen = filter_bar(stations, zones, clock_zone, language)
    own = here.who.stations if chosen.station is None else frozenset({chosen.station})
    area = chosen.zone.polygon if chosen.zone else None
    wanted = Wanted(own, chosen.start, chosen.end, chosen.groups, area)
    total, placed = count(conn, wanted), count_placed(conn, wanted)
    found = list(incidents(conn, wanted, limit=MOST))
    # The streets of one station help; those of a whole bureau would only be slow.
    near = own if own is not None else frozenset(station.code for station in stations)
    own_streets = own_streets_wanted(here.runtime.basemap) and len(near) == 1
    streets = registers.streets(conn, near) if own_streets else []

points = incident_points(found, clock_zone, language)
figures = st.columns([1, 1, 4], vertical_alignment="bottom")
figures[0].metric(word("inc.count", language), f"{total:,}")
figures[1].metric(word("inc.with_place", language), f"{placed:,}")
figures[2].caption(days_text(chosen, language))
if total > MOST:
    st.info(word("inc.limited", language, n=f"{MOST:,}"))
shown = [zone for zone in zones if own is None or zone.station in own]
group_legend(language)
st.pydeck_chart(incident_deck(points, shown, streets, desk_theme()), height=520, key="incident-map")
credit_line(here.runtime.basemap, len(streets), language)
if found:
    st.dataframe(
        incident_rows(found, station_names(stations, language), clock_zone, language),
        hide_index=True,
        key="incident-table",
    )
else:
    st.info(word("err.no_data", language))
