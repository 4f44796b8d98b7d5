"""The two looks: the wall (dark, whole window, nothing of Streamlit's) and the desk (light, Thai text set well)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

#: Streamlit's word is taken no room, ours stands after it.
_MORE = (
    '[data-testid="stTopNavSection"] p {{ font-size: 0; }} [data-testid="stTopNavSection"] p::after '
    "{{ content: {}; font-size: 0.875rem; }}"
)


@cache
def _style(name: str) -> str:
    return f"<style>{(_HERE / name).read_text(encoding='utf-8')}</style>"


def wall_look() -> None:
    """Hide what is Streamlit's own: head, menu, padding, and its English word about a lost connection."""
    st.html(_style("wall.css"))


def desk_look(more: str) -> None:
    """Thai line height, no letter spacing, figures of one width.

    `more`: what stands where the list of pages has no room; Streamlit's own word ("4 more") is English. Empty: that.
    """
    word = f"<style>{_MORE.format(json.dumps(more, ensure_ascii=False))}</style>" if more else ""
    st.html(_style("desk.css") + word)
