"""The live map as a Streamlit component: mounted once, told of words and rights, fed by `/live` and never by a rerun.

The few lines of JavaScript here ride in every message of Streamlit; all they do is import the bundle of our own
server and hand it the element. The map lives with the element, so a rerun changes nothing on it.

What is told rides in a list of one: of a plain dict Streamlit asks for every value whether it is a table, and that
loads pandas and PyArrow into the process, a third of a second of the first map's way.
"""

from __future__ import annotations

import streamlit as st

from dashboard.live.told import Told

_HTML = '<div class="ssz-place"></div>'
_JS = """
const load = (data) => import(new URL(`${data.base}assets/${data.module}`, location.origin).href)
export default function (component) {
  const { parentElement, data: [data] } = component
  load(data).then((bundle) => bundle.default({ data, parentElement }))
  return () => load(data).then((bundle) => bundle.unmount(parentElement))
}
"""

_component = st.components.v2.component("ssz_live", html=_HTML, js=_JS, isolate_styles=False)


def live_map(told: Told, key: str = "live") -> None:
    """Mount a page of the live feed over the whole window: the command wall, the map to work with, or the desk."""
    _component(key=key, data=[told])
