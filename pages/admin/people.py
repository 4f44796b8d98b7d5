"""People: who may sign in, as what and where, and who is in now."""

import streamlit as st

from dashboard.desk import desk_head
from dashboard.people_part import account_rows, new_one, one_account, sessions_part, told
from dashboard.tables import station_names
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from store import registers

here = visit(Action.MANAGE_PEOPLE)
language = here.language
desk_head(here, word("nav.people", language), word("people.help", language))
with here.runtime.db.read() as conn:
    stations = registers.stations(conn, here.who.stations)
names = station_names(stations, language)
told(language)
rows = here.runtime.people.accounts(here.who)
accounts, new, sessions = st.tabs(
    [word("people.accounts", language), word("people.new", language), word("people.sessions", language)]
)
with accounts:
    if rows:
        st.dataframe(
            account_rows(rows, names, here.runtime.values.zone, language), hide_index=True, key="people-accounts"
        )
        one_account(rows, stations, names)
    else:
        st.info(word("people.none", language))
with new:
    new_one(stations, names)
with sessions:
    sessions_part(names)
