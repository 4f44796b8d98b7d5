"""What somebody does on a page, as the audit log keeps it."""

from __future__ import annotations

import streamlit as st

from dashboard.visit import Visit
from models.audit.deeds import Deed, Did, session_of


def page_deed(here: Visit, action: Did, *, station: str = "", object: str = "", detail: str = "") -> Deed:
    """A deed of the one who looks at the page, now."""
    who, at = here.who, here.runtime.clock()
    return Deed(at, who.name, who.role, session_of(who.digest), address(), action, station, object, detail)


def address() -> str:
    """The network address the page is looked at from; empty when it is this machine's."""
    return st.context.ip_address or ""
