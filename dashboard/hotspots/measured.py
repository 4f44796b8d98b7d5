"""What stands beside every map: how often such a map was right, what did not take part, and how good the data is."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.hotspots.told import (
    history_meter,
    left_out_words,
    method_name,
    place_meter,
    record_intervals,
    record_words,
    share,
)
from dashboard.words import Language, word
from models.analysis.hotspots import HotspotMap

#: A mark of its own for each word of a meter, so that none is told by colour alone.
_MARK = {"good": "●●●", "fair": "●●○", "poor": "●○○", "none": "○○○"}


def figures_html(figures: Sequence[tuple[str, str]]) -> str:
    """Figures beside each other with their names; Streamlit's own would load a library of charts."""
    parts = (f"<div><dt>{escape(name)}</dt><dd>{escape(figure)}</dd></div>" for name, figure in figures)
    return f'<dl class="ssz-figures">{"".join(parts)}</dl>'


def measured(found: HotspotMap, language: Language) -> None:
    """Draw it in the present column."""
    st.subheader(word("hot.record", language), anchor=False)
    record = found.record
    if record is not None:
        st.html(
            figures_html(
                [
                    (word("hot.rec_hit", language), share(record.hit)),
                    (word("hot.rec_hit_naive", language), share(record.naive_hit)),
                    (word("hot.rec_pai", language), f"{record.pai:.1f}"),
                    *([] if record.pei is None else [(word("hot.rec_pei", language), f"{record.pei:.2f}")]),
                ]
            )
        )
    st.markdown("  \n".join(record_words(record, language)))
    if record is not None:
        st.caption(record_intervals(record, language))
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
