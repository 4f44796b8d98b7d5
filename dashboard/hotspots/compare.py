"""Two periods beside each other, hotspot by hotspot, with what chance alone would do."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from dashboard.desk import thousands
from dashboard.filters import choice_filter
from dashboard.hotspots.chosen import Chosen
from dashboard.hotspots.read import counted
from dashboard.hotspots.told import spot_name
from dashboard.tables import Row
from dashboard.times import day, span
from dashboard.visit import Visit
from dashboard.words import Language, word
from models.analysis.hotspots import HotspotMap
from models.analysis.periods import Change, Span, changes, two_periods

#: Lengths to choose from, in days, the usual one first.
LENGTHS = (90, 28, 180, 365)

#: What the later period is held against: the one right before it, or the same days of last year.
AGAINST = ("before", "year")


def change_rows(found: HotspotMap, told: list[Change], language: Language) -> list[Row]:
    """One row a hotspot, then the rest of the zone."""
    names = [f"{rank}. {spot_name(spot, language)}" for rank, spot in enumerate(found.hotspots, 1)]
    return [
        {
            word("hot.place", language): name,
            word("hot.a_count", language): one.a,
            word("hot.b_count", language): one.b,
            word("hot.by_chance", language): word("hot.chance_range", language, low=one.low, high=one.high),
            word("hot.change", language): word(f"hot.change_{one.verdict}", language),
        }
        for name, one in zip([*names, word("hot.rest", language)], told, strict=True)
    ]


def compare(here: Visit, chosen: Chosen, found: HotspotMap) -> None:
    """Draw the comparison: two periods of one length, the later one up to yesterday.

    Raises:
        StorageError: the store cannot be read.
    """
    language, zone = here.language, here.runtime.values.zone
    choices = st.columns([1, 1, 3])
    with choices[1]:
        against = choice_filter(
            "against", word("hot.against", language), AGAINST, lambda one: word(f"hot.against_{one}", language),
            AGAINST[0],
        )  # fmt: skip
    with choices[0]:
        length = int(
            choice_filter(
                "length", word("hot.length", language), [str(one) for one in LENGTHS],
                lambda one: word("hot.days", language, n=one), str(LENGTHS[0]),
            )
        )  # fmt: skip
    last = datetime.fromtimestamp(here.runtime.clock() / 1000, zone).date() - timedelta(days=1)
    begins, ends = two_periods(last, length, against == "year")
    spans: tuple[Span, Span] = (span(begins[0], ends[0], zone), span(begins[1], ends[1], zone))
    for name, first, end in zip(("a_period", "b_period"), begins, ends, strict=True):
        st.caption(f"{word(f'hot.{name}', language)}: {day(first, language)} - {day(end, language)}")
    counts = counted(here.runtime.db, chosen, found, spans, here.runtime.clock())
    rows = change_rows(found, changes(counts, length, length), language)
    st.dataframe(rows, column_config=thousands(rows), hide_index=True, row_height=40, key="hotspot-periods")
    st.info(word("hot.periods_note", language), icon=":material/info:")
