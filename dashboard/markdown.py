"""Text of others where Streamlit takes Markdown: headings, notes, cells of `st.table`. Pure."""

from __future__ import annotations

import re

#: What begins anything in Markdown (CommonMark 2.4: each may be escaped), in Streamlit's directives and formulas.
_MARK = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~:$&])")

#: Between these an address becomes a link by itself; no escape hinders it, a word joiner, which nobody sees, does.
_LINK = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)


def plain(text: str) -> str:
    """The text as it stands: one line, and no letter of it makes a link, picture, colour or formula."""
    return _MARK.sub(r"\\\1", _LINK.sub("\u2060", " ".join(text.split())))
