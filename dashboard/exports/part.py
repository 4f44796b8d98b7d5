"""The page's way to take along what it shows: the cases of its filter as a file of some kind, and its report."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

import streamlit as st

from dashboard.export_part import purposed
from dashboard.exports.routes import PATH
from dashboard.report.part import Made, report_buttons
from dashboard.visit import Visit
from dashboard.words import word
from models.access.policy import Action
from models.formats.incident_files import KINDS, MOST_SHEET
from models.incidents import address
from models.incidents.filter import Filter

#: Where it is kept whether the popover is open.
OPEN = "take-along"


def take_along(here: Visit, chosen: Filter, on_paper: Made) -> None:
    """Draw it, for those who may take files along. The file is streamed to the browser, not through this page.

    One popover, made when it is opened: its forms would be drawn anew at each change of the filter.
    """
    if not here.who.may(Action.EXPORT):
        return
    box = st.popover(word("exp.files", here.language), key=OPEN, on_change="rerun")
    if not box.open:
        return
    with box:
        purpose = purposed(here, "incident-files")
        if purpose is None:
            return
        said = address.write(chosen, here.runtime.values.zone)
        links = []
        whole = here.runtime.columns.ask(chosen, here.who.stations).total <= MOST_SHEET
        for ending in KINDS:
            if ending == "xlsx" and not whole:
                continue  # said below: a link to what is refused would only fail
            way = f"{PATH}?{urlencode({**said, 'format': ending, 'purpose': purpose})}"
            name = word(f"exp.k_{ending}", here.language)
            links.append(f'<a href="{escape(way)}" download target="_self">{escape(name)}</a>')
        st.html('<div class="ssz-way">' + "<br>".join(links) + "</div>")
        if not whole:
            st.caption(word("exp.too_many", here.language, n=f"{MOST_SHEET:,}"))
        st.caption(word("exp.files_note", here.language))
        report_buttons(here, "incidents", on_paper, places=st.columns(2))
