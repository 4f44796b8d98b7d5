"""What stands beside every map: how often such a map was right, what did not take part, and how good the data is."""

from __future__ import annotations

import streamlit as st

from dashboard.hotspots.told import (
    history_meter,
    left_out_words,
    method_name,
    place_meter,
    record_words,
    share,
)
from dashboard.words import Language, word
from models.analysis.hotspots import HotspotMap

#: A mark of its own for each word of a meter, so that none is told by colour alone.
_MARK = {"good": "●●●", "fair": "●●○", "poor": "●○○", "none": "○○○"}


def measured(found: HotspotMap, language: Language) -> None:
    """Draw it in the present column."""
    st.subheader(word("hot.record", language), anchor=False)
    record = found.record
    if record is not None:
        columns = st.columns(3)
        columns[0].metric(word("hot.rec_hit", language), share(record.hit), border=True)
        columns[1].metric(word("hot.rec_hit_naive", language), share(record.naive_hit), border=True)
        columns[2].metric(word("hot.rec_pai", language), f"{record.pai:.1f}", border=True)
    st.markdown("  \n".join(record_words(record, language)))
    st.caption(word("hot.method", language, name=method_name(found.method, language)))
    for name, quality, (verdict, detail) in (
        ("place", found.location_quality.verdict, place_meter(found.location_quality, language)),
        ("history", found.history_quality.verdict, history_meter(found.history_quality, language)),
    ):
        st.markdown(f"**{word(f'hot.quality_{name}', language)}** {_MARK[quality]} {verdict}")
        st.caption(detail)
    left = [f"{name} {count:,}" for name, count in left_out_words(found.left_out, language) if count]
    st.markdown(f"**{word('hot.left_out', language)}**")
    st.caption(" · ".join(left) or word("hot.left_out_none", language))
