"""The hours of a hotspot as twenty-four columns: the peak is told by colour, by a mark above it and in words.

Plain elements and no chart: a library of charts would be the longest part of opening the page.
"""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.hotspots.told import peak_words, share
from dashboard.words import Language, word
from models.analysis.hotspots import Hotspot


def within(hour: int, hours: tuple[int, int] | None) -> bool:
    """Whether an hour lies in a span from its first hour to before its last; a span may pass midnight."""
    if hours is None:
        return False
    begin, end = hours
    return begin <= hour < end if begin < end else hour >= begin or hour < end


def strip_html(spot: Hotspot, language: Language) -> str:
    """The strip as HTML, styled by `dashboard/theme/desk.css`; columns are as high as their share of the most."""
    most = max(spot.hours)
    columns = []
    for hour, part in enumerate(spot.hours):
        peak = within(hour, spot.peak_hours)
        tip = escape(word("hot.hour_tip", language, hour=f"{hour:02d}.00", share=share(part)))
        columns.append(
            f'<span class="{"peak" if peak else ""}" title="{tip}">{"▼" if peak else ""}'
            f'<b style="height: {part / most * 70:.1f}px"></b>{hour:02d}</span>'
        )
    told = escape(f"{word('hot.hour_strip', language)}: {peak_words(spot, language)}")
    return f'<div class="ssz-hours" role="img" aria-label="{told}">{"".join(columns)}</div>'


def hour_strip(spot: Hotspot, language: Language) -> None:
    """Draw the strip, or say that no hour is known."""
    if any(spot.hours):
        st.html(strip_html(spot, language))
    else:
        st.caption(word("hot.no_hours", language))
