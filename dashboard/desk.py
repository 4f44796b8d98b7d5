"""The head every desk page has: its name, what it is for, the data's own mark when it is no real data, and the way
to the other language."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.access.policy import ACCOUNT
from dashboard.language import switch_path
from dashboard.tables import Row
from dashboard.theme import desk_look
from dashboard.visit import Visit
from dashboard.words import word


def thousands(rows: Sequence[Row]) -> dict[str, ColumnConfig]:
    """How the whole numbers of a table's rows are written: in groups of three digits."""
    numbers = (name for row in rows[:1] for name, value in row.items() if isinstance(value, int))
    return {name: st.column_config.NumberColumn(format="localized") for name in numbers}


def desk_head(here: Visit, title: str, help_text: str) -> None:
    """Draw the head. `title` and `help_text` are plain text in the reader's language."""
    st.set_page_config(page_title=title, layout="wide")
    desk_look("" if here.language == "en" else word("nav.more", here.language))
    other = "en" if here.language == "th" else "th"
    mark = f"<b>{escape(word('sys.simulated', here.language))}</b>" if here.runtime.values.demo else ""
    link = f'<a href="{switch_path(other)}" target="_self">{escape(word("nav.other_language", here.language))}</a>'
    own = f'<a href="{ACCOUNT}" target="_self">{escape(word("nav.account", here.language))}</a>'
    st.html(f'<div class="ssz-desk"><h1>{escape(title)}</h1>{mark}{own}{link}</div>')
    st.caption(help_text)


def way_to(path: str, title: str) -> None:
    """A link to another page of ours, in the same window. `title` is plain text in the reader's language."""
    st.html(f'<div class="ssz-way"><a href="{escape(path)}" target="_self">{escape(title)}</a></div>')
