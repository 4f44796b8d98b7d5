"""What the pages of analysis need beside a map: day or night, and whose data it is.

Apart from the maps themselves: a page that draws its own loads no library of maps for these.
"""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.basemap.palette import Theme
from dashboard.basemap.routes import credit_words
from dashboard.basemap.shown import Basemap
from dashboard.words import Language


def desk_theme() -> Theme:
    """Day or night, as the page itself is."""
    return "night" if st.context.theme.type == "dark" else "day"


def credit_line(basemap: Basemap, streets: int, language: Language) -> None:
    """Below a map: what is wrong with the base map, and whose data it or its imported streets are."""
    note = basemap.note(language)
    if note:
        st.warning(note, icon=":material/map:")
    archive = basemap.now().archive
    told(archive.attribution if archive else basemap.streets_credit if streets else "", language)


def told(credit: str, language: Language) -> None:
    """Below a map: whose data it is; nothing where that is nobody's to tell."""
    if credit:
        st.html(f'<p class="ssz-mapcredit">{escape(credit_words(credit, language))}</p>')
