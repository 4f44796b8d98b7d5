"""Hotspots: where cases of one family are expected, how often such maps were right, and where to send whom."""

from urllib.parse import quote

import streamlit as st

from dashboard.desk import desk_head, way_to
from dashboard.filters import choice_filter
from dashboard.hotspots.chosen import choose
from dashboard.hotspots.compare import compare
from dashboard.hotspots.leave import files
from dashboard.hotspots.measured import measured
from dashboard.hotspots.none_yet import none_yet
from dashboard.hotspots.one import one_spot
from dashboard.hotspots.patrol import patrol
from dashboard.hotspots.picked import picked
from dashboard.hotspots.spots import spot_list, spot_map
from dashboard.hotspots.told import family_name, unnamed_words, verdict_words
from dashboard.markdown import plain
from dashboard.times import moment
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action

PARTS = ("spots", "periods", "patrol")

here = visit(Action.SEE_HOTSPOTS)
language, values = here.language, here.runtime.values
desk_head(here, word("nav.hotspots", language), word("hot.help", language))

with here.runtime.db.read() as conn:
    chosen = choose(conn, here.who.stations, values.targets.shifts, language)
if chosen is None:
    st.info(word("err.no_data", language))
    st.stop()
if chosen.changed:
    damaged = ", ".join(family_name(name, language) for name in sorted(chosen.changed))
    st.warning(word("hot.changed", language, families=damaged), icon=":material/warning:")
if chosen.stored is None and chosen.family in chosen.changed:
    st.stop()
if chosen.stored is None:
    none_yet(here, chosen.station)
    st.stop()

found = chosen.stored.map
note = {"shown": st.success, "grey": st.warning}.get(found.verdict, st.info)
note(verdict_words(found, language), icon=":material/info:")
at = moment(chosen.stored.made_at, values.zone, language)
st.caption(word("hot.made", language, at=at, n=f"{found.cases:,}"))
unnamed = unnamed_words(found, language)
if unnamed:
    st.warning(plain(unnamed), icon=":material/rule:")
    if here.who.may(Action.IMPORT_INCIDENTS):
        way_to("/imports", word("hot.to_names", language))

rank = picked(found)
left, right = st.columns([3, 2])
with left:
    spot_map(here, chosen, chosen.stored, rank)
    way_to("/map", word("hot.on_live_map", language))
with right:
    measured(found, language)
    way_to(f"/forecasts?station={quote(chosen.station)}", word("hot.to_record", language))

if found.hotspots:
    with st.container(width=320):
        label = word("hot.part", language)
        part = choice_filter("part", label, PARTS, lambda one: word(f"hot.part_{one}", language), "spots")
    if part == "spots":
        st.subheader(word("hot.list", language), anchor=False)
        st.caption(word("hot.list_help", language))
        spot_list(here, chosen.stored, rank)
        one_spot(here, chosen, found, rank)
    elif part == "periods":
        compare(here, chosen, found)
    else:
        patrol(here, chosen, found)
files(here, chosen, found)
