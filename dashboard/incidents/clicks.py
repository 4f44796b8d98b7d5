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

_LOG = logging.getLogger("dashboard.page")

#: Where the browser's tab keeps the period that was narrowed to some of its days.
_BEFORE = "cases-before"


def before() -> Period | None:
    """The period the days on show were narrowed from; None: they were not."""
    kept: Period | None = st.session_state.get(_BEFORE)
    return kept


def narrowing(here: Visit, key: str, chosen: Filter) -> Callable[[], None]:
    """What the component calls when something was clicked: the address then says the new filter."""

    def change() -> None:
        said = (st.session_state.get(key) or {}).get("narrow")
        if isinstance(said, Mapping):
            _take(here, chosen, said)

    return change


def _take(here: Visit, chosen: Filter, said: Mapping[str, Any]) -> None:
    zone = here.runtime.values.zone
    try:
        found = narrowed(chosen, str(said.get("part")), str(said.get("value")), zone, before())
    except ValueError as error:
        _LOG.warning("a click of no view of ours: %s", error)
        return
    if found.period == DAYS and chosen.period != DAYS:
        st.session_state[_BEFORE] = period_of(chosen)
    elif found.period != DAYS:
        st.session_state.pop(_BEFORE, None)
    put(found, zone)
