"""Enter an incident by hand: what is wrong is said, what may be the same is shown before it is saved."""

from dataclasses import replace

import streamlit as st

from dashboard.desk import desk_head, way_to
from dashboard.incidents.form import begin, form
from dashboard.incidents.saving import new_incident
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from models.incidents.entry import Said
from store import registers

KEY = "entry"

here = visit(Action.RECORD_INCIDENT)
language = here.language
desk_head(here, word("nav.incident_entry", language), word("ent.help", language))
way_to("incidents", word("rec.back", language))
with here.runtime.db.read() as conn:
    stations = registers.stations(conn, here.who.stations)
if not stations:
    st.info(word("err.no_data", language))
    st.stop()
asked = st.query_params.get("station", "")
first = Said(asked if asked in {one.code for one in stations} else stations[0].code)
begin(KEY, replace(first, found_by="victim", arrested="unknown"))
new_incident(here, KEY, form(here, KEY, stations, new=True, text=True))
