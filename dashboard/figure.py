"""Drawings made by the server, put into the page as they are: no library is loaded for them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from dashboard.basemap.beside import desk_theme

_JS = """
export default function ({ parentElement, data: [data] }) {
  const place = parentElement.querySelector(".ssz-figure")
  if (place.told !== data.html) { place.told = data.html; place.innerHTML = data.html }
  place.classList.toggle("night", data.theme === "night")
}
"""


@cache
def _css() -> str:
    return (Path(__file__).parent / "figure.css").read_text(encoding="utf-8")


_component = st.components.v2.component(
    "ssz_figure", html='<div class="ssz-figure"></div>', css=_css(), js=_JS, isolate_styles=False
)


def figure(key: str, html: str) -> None:
    """Draw HTML of our own making, every text in it escaped; styles stand in `figure.css`."""
    # In a list of one: see `dashboard.hotspots.spots`.
    _component(key=key, data=[{"html": html, "theme": desk_theme()}])
