"""A click in the views, taken into the page's address before the page runs again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard.incidents.asked import put
from dashboard.incidents.narrowing import Period, narrowed, period_of
from dashboard.visit import Visit
from models.incidents.filter import Filter
from models.incidents.periods import DAYS
from models.records.base import Millis

_LOG = logging.getLogger("dashboard.page")

#: Where the browser's tab keeps the period that was narrowed to some of its days.
_BEFORE = "cases-before"


def before(chosen: Filter) -> Period | None:
    """The period the days on show were narrowed from; None: they were not, or other days were typed since."""
    kept: tuple[Period, Millis, Millis] | None = st.session_state.get(_BEFORE)
    if kept is None or chosen.period != DAYS or (chosen.start, chosen.end) != kept[1:]:
        return None
    return kept[0]


def narrowing(here: Visit, key: str, chosen: Filter) -> Callable[[], None]:
    """What the component calls when something was clicked: the address then says the new filter."""

    def change() -> None:
        said = (st.session_state.get(key) or {}).get("narrow")
        if isinstance(said, Mapping):
            _take(here, chosen, said)

    return change


def _take(here: Visit, chosen: Filter, said: Mapping[str, Any]) -> None:
    zone, undone = here.runtime.values.zone, before(chosen)
    try:
        found = narrowed(chosen, str(said.get("part")), str(said.get("value")), zone, undone)
    except ValueError as error:
        _LOG.warning("a click of no view of ours: %s", error)
        return
    # The days that were typed or chosen come back, however often it was narrowed since.
    whole = undone or period_of(chosen)
    if (found.start, found.end) != (chosen.start, chosen.end):
        if period_of(found) == whole:
            st.session_state.pop(_BEFORE, None)
        else:
            st.session_state[_BEFORE] = (whole, found.start, found.end)
    put(found, zone)
