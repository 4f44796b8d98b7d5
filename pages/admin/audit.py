"""The audit log: who did, saw and exported what; searched, verified and exported."""

import streamlit as st

from dashboard.audit_part import listed, not_chained, search, verifying
from dashboard.desk import desk_head
from dashboard.tables import station_names
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from store import registers

here = visit(Action.SEE_AUDIT)
language = here.language
desk_head(here, word("nav.audit", language), word("aud.help", language))
if here.who.visitor:
    st.error(word("err.no_permission", language))
    st.stop()
with here.runtime.db.read() as conn:
    stations = registers.stations(conn, here.who.stations)
wanted = search(stations)
verifying()
names = station_names(stations, language)
not_chained(names)
listed(wanted, names)
