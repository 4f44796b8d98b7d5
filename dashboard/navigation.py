"""The list of screens, read from top to bottom. Scripts stand in sub-folders of `pages/` only: Streamlit serves a
script placed directly in `pages/` without this list, and so without its check."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from dashboard.access.messages import MESSAGES
from dashboard.shell import MAP_PAGES
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from store.errors import StorageError

_LOG = logging.getLogger("dashboard.page")


def claim() -> None:
    """Say before the first visit that the list of screens is ours.

    Streamlit learns it from `st.navigation` only; until then it takes a folder `pages/` for the list, and tells the
    first visitor of a server who comes by a screen's own address that there is no such page.
    """
    PagesManager.uses_pages_directory = False


def navigate() -> None:
    """Show the page asked for, to somebody who is signed in."""
    here = visit()
    chosen = here.language
    wall = st.Page("pages/watch/wall.py", title=word("nav.command_wall", chosen), url_path="wall", default=True)
    if here.who.kiosk:
        # A screen nobody sits at: what is not in this list cannot be reached over its WebSocket either.
        st.navigation([wall], position="hidden").run()
        return
    may_answer = here.who.may(Action.STEP_ALARM)
    desk = st.Page("pages/watch/desk.py", title=word("nav.desk", chosen), url_path="desk")
    audit = st.Page("pages/admin/audit.py", title=word("nav.audit", chosen), url_path="audit")
    devices = st.Page("pages/admin/devices.py", title=word("nav.devices", chosen), url_path="devices")
    people = st.Page("pages/admin/people.py", title=word("nav.people", chosen), url_path="people")
    response = st.Page("pages/watch/response.py", title=word("nav.response", chosen), url_path="response")
    hotspots = st.Page("pages/insight/hotspots.py", title=word("nav.hotspots", chosen), url_path="hotspots")
    # Found from the hotspots: the bar has no room for every page.
    forecasts = st.Page(
        "pages/insight/forecasts.py", title=word("nav.forecasts", chosen), url_path="forecasts", visibility="hidden"
    )
    clock = st.Page("pages/insight/clock.py", title=word("nav.clock", chosen), url_path="clock")
    before_after = st.Page(
        "pages/insight/before_after.py", title=word("nav.before_after", chosen), url_path="before-after"
    )
    imports = st.Page(
        "pages/insight/imports.py", title=word("nav.imports", chosen), url_path="imports", visibility="hidden"
    )
    # Found from the incidents.
    record = st.Page(
        "pages/insight/incident.py", title=word("nav.incident", chosen), url_path="incident", visibility="hidden"
    )
    citizen_report = st.Page(
        "pages/insight/citizen_report.py", title=word("nav.citizen_report", chosen), url_path="citizen-report",
        visibility="hidden",
    )  # fmt: skip
    entry = st.Page(
        "pages/insight/incident_entry.py", title=word("nav.incident_entry", chosen), url_path="incident-entry",
        visibility="hidden",
    )  # fmt: skip
    # Found from the live map: of a unit that was chosen there, and of the past moment.
    track = st.Page("pages/watch/track.py", title=word("nav.track", chosen), url_path="track", visibility="hidden")
    # One level, no menus to open: there are few screens, and each must be found at a glance.
    page = st.navigation(
        [
            wall,
            *([desk] if may_answer else []),
            st.Page("pages/watch/live_map.py", title=word("nav.live_map", chosen), url_path="map"),
            *([track] if here.who.may(Action.SEE_TRACK) and here.who.may(Action.EXPORT) else []),
            *([response] if may_answer else []),
            st.Page("pages/insight/incidents.py", title=word("nav.incidents", chosen), url_path="incidents"),
            *([imports] if here.who.may(Action.IMPORT_INCIDENTS) else []),
            *([hotspots, forecasts, clock, before_after] if here.who.may(Action.SEE_HOTSPOTS) else []),
            record,
            citizen_report,
            *([entry] if here.who.may(Action.RECORD_INCIDENT) else []),
            st.Page("pages/programme/equipment.py", title=word("nav.equipment", chosen), url_path="equipment"),
            st.Page("pages/admin/feeds.py", title=word("nav.feeds", chosen), url_path="feeds"),
            *([people] if here.who.may(Action.MANAGE_PEOPLE) else []),
            *([devices] if here.who.may(Action.MANAGE_DEVICES) else []),
            *([audit] if here.who.may(Action.SEE_AUDIT) and not here.who.visitor else []),
        ],
        # A live page has its own ways to the others; a list nobody sees is drawn all the same, before the page is.
        position="hidden" if on_live_page() else "top",
    )
    page.run()


def on_live_page() -> bool:
    """Whether the browser stands at a page with the live map. One that came there by the list of pages still stands
    where it came from, and has the list, unseen."""
    return urlsplit(st.context.url or "").path in MAP_PAGES


def page_failed(error: Exception) -> bool:
    """Told of an error no page dealt with: the log has all of it, the screen says what it means for the reader."""
    _LOG.error("a page failed", exc_info=error)
    th, en = MESSAGES["unread" if isinstance(error, StorageError) else "failed"]
    st.error(f"{th}  \n{en}")
    return True
