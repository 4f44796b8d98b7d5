"""One citizen's report, as the channel handed it over: found from the record of an incident near it."""

import streamlit as st

from dashboard.deeds import page_deed
from dashboard.desk import desk_head, way_to
from dashboard.html_table import draw_table
from dashboard.incidents.nearby import report_rows
from dashboard.incidents.pin import pin_map
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from models.audit.deeds import Did
from store import registers, reports

here = visit(Action.SEE_INCIDENTS)
language, zone = here.language, here.runtime.values.zone
station, channel, name = (st.query_params.get(part, "") for part in ("station", "channel", "id"))
desk_head(here, word("nav.citizen_report", language), word("crp.help", language))
way_to("incidents", word("rec.back", language))

found = None
if here.who.sees(station):
    with here.runtime.db.read() as conn:
        found = reports.one(conn, station, channel, name)
        names = {
            row.code: row.name_th if language == "th" else row.name_en
            for row in registers.stations(conn, frozenset({station}))
        }
if found is None:
    st.info(word("crp.none", language), icon=":material/search_off:")
    st.stop()

text, person = here.who.may(Action.SEE_TEXT), here.who.may(Action.SEE_PERSON)
if (text and found.text) or (person and found.contact):
    here.runtime.desk.looks.note(
        page_deed(here, Did.SAW_PERSON, station=station, object=f"report:{channel}/{name}", detail="page")
    )
left, right = st.columns([1, 1])
with left:
    rows = report_rows(found, names.get(station, station), text, person, zone, language)
    draw_table(rows, word("nav.citizen_report", language), heads=True)
with right:
    if found.lat is None or found.lon is None:
        st.info(word("crp.no_place", language), icon=":material/location_off:")
    else:
        pin_map(here, "report-map", (found.lon, found.lat), None)
