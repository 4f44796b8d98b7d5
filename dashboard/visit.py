"""One run of a page: who looks, in which language, with which runtime. Asked for by pages and their fragments."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard.access.identity import Who
from dashboard.access.policy import SIGN_IN
from dashboard.access.viewer import viewer
from dashboard.language import COOKIE
from dashboard.runtime import Runtime, current
from dashboard.words import Language, as_language, word
from models.access.policy import Action


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page needs to begin."""

    runtime: Runtime
    who: Who
    language: Language


def language() -> Language:
    """The language this browser chose, else the one of the settings."""
    return as_language(st.context.cookies.get(COOKIE), as_language(current().values.language))


def visit(needs: Action | None = None, by_timer: bool = False) -> Visit:
    """The visit of the running script. Ends the run, with a way back in, when the session has ended, and when this
    one may not do what the page is for (`needs`; None: said by the page that calls).
    `by_timer`: the page draws itself anew, which is no use of the session.

    Raises:
        StorageError: the store cannot be read and nobody is remembered.
    """
    running = current()
    who = viewer(running.keeper, not by_timer)
    chosen = language()
    if who is None:
        st.link_button(word("live.err_session", chosen), SIGN_IN)
        st.stop()
    if needs is not None and not who.may(needs):
        st.error(word("err.no_permission", chosen))
        st.stop()
    return Visit(running, who, chosen)
