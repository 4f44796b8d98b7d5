"""Who looks at a Streamlit page: asked at every run of a script, so that an ended session ends the page too."""

from __future__ import annotations

import streamlit as st

from dashboard.access.identity import Who
from dashboard.access.sessions import COOKIE, Keeper


def viewer(keeper: Keeper, used: bool = True) -> Who | None:
    """The signed-in one behind the running script, by the cookie of its WebSocket; None when the session has ended.
    `used`: the reader had it run, no timer.

    Raises:
        StorageError: the store cannot be read and nothing is remembered.
    """
    cookie = st.context.cookies.get(COOKIE, "")
    return keeper.find(cookie, used) if cookie else None
