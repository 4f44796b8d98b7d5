"""One hotspot in full: what is expected and why, when, how steady, and the cases that made it."""

from __future__ import annotations

import streamlit as st

from dashboard.hotspots.chosen import Chosen
from dashboard.hotspots.read import cases_behind
from dashboard.hotspots.rows import case_rows
from dashboard.hotspots.strip import hour_strip
from dashboard.hotspots.told import (
    area_words,
    expected_words,
    offence_words,
    peak_words,
    pile_words,
    share,
    spot_name,
    stability_words,
    trend_words,
    warnings,
)
from dashboard.html_table import draw_table
from dashboard.markdown import plain
from dashboard.visit import Visit
from dashboard.words import word
from models.analysis.hotspots import HotspotMap

#: As many cases stand in a table as high as they are; more are scrolled.
FEW = 7


def one_spot(here: Visit, chosen: Chosen, found: HotspotMap, rank: int) -> None:
    """Draw the hotspot of a rank.

    Raises:
        StorageError: the store cannot be read.
    """
    language, spot = here.language, found.hotspots[rank - 1]
    name = spot_name(spot, language)
    st.subheader(word("hot.one", language, rank=rank, name=plain(name)), anchor=False)
    facts, strip = st.columns([3, 2])
    told = (
        ("expected", expected_words(spot, language)),
        ("past", f"{spot.past:,}"),
        ("area", area_words(spot.area_m2, language)),
        ("peak", peak_words(spot, language)),
        ("offences", offence_words(spot, language)),
        ("trend", trend_words(spot, language)),
        ("stability", stability_words(spot, language)),
        ("near", word(f"hot.near_{'yes' if spot.near_repeat else 'no'}", language)),
        ("piles", pile_words(spot, language)),
        ("id", word("hot.id_stays", language, id=spot.id)),
    )
    fact, value = word("hot.fact", language), word("hot.value", language)
    with facts:
        draw_table([{fact: word(f"hot.{key}", language), value: text} for key, text in told], name, heads=True)
    facts.caption(word("hot.chance_words", language, share=share(spot.chance)))
    for text in warnings(spot, language):
        facts.warning(text, icon=":material/info:")
    strip.markdown(f"**{word('hot.hour_strip', language)}**")
    with strip:
        hour_strip(spot, language)
    strip.markdown(f"**{word('hot.cases', language)}**")
    known = cases_behind(here.runtime.db, chosen.station, spot)
    rows = case_rows(spot, known, here.runtime.values.zone, language)
    with strip:
        draw_table(rows, word("hot.cases", language), scrolled=len(rows) > FEW)
