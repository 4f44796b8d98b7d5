"""The page's way to take the cases of its filter along: which kind of file, what for, and the link."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

import streamlit as st

from dashboard.export_part import purposed
from dashboard.exports.routes import PATH
from dashboard.visit import Visit
from dashboard.words import word
from models.access.policy import Action
from models.formats.incident_files import KINDS
from models.incidents import address
from models.incidents.filter import Filter


def take_along(here: Visit, chosen: Filter) -> None:
    """Draw it, for those who may take files along. The file is streamed to the browser, not through this page."""
    if not here.who.may(Action.EXPORT):
        return
    with st.popover(word("exp.files", here.language)):
        purpose = purposed(here, "incident-files")
        if purpose is None:
            return
        said = address.write(chosen, here.runtime.values.zone)
        links = []
        for ending in KINDS:
            way = f"{PATH}?{urlencode({**said, 'format': ending, 'purpose': purpose})}"
            name = word(f"exp.k_{ending}", here.language)
            links.append(f'<a href="{escape(way)}" download target="_self">{escape(name)}</a>')
        st.html('<div class="ssz-way">' + "<br>".join(links) + "</div>")
        st.caption(word("exp.files_note", here.language))
