"""The two looks: the wall (dark, whole window, nothing of Streamlit's) and the desk (light, Thai text set well)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent


@cache
def _style(name: str) -> str:
    return f"<style>{(_HERE / name).read_text(encoding='utf-8')}</style>"


def wall_look() -> None:
    """Hide what is Streamlit's own: head, menu, padding, and its English word about a lost connection."""
    st.html(_style("wall.css"))


def desk_look() -> None:
    """Thai line height, no letter spacing, figures of one width."""
    st.html(_style("desk.css"))
