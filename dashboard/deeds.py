"""What somebody does on a page, as the audit log keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from dashboard.visit import Visit
from models.audit.deeds import Deed, Did, session_of
from store import audit


def page_deed(here: Visit, action: Did, *, station: str = "", object: str = "", detail: str = "") -> Deed:
    """A deed of the one who looks at the page, now."""
    who, at = here.who, here.runtime.clock()
    return Deed(at, who.name, who.role, session_of(who.digest), address(), action, station, object, detail)


def address() -> str:
    """The network address the page is looked at from; empty when it is this machine's."""
    said = st.context.ip_address
    return said if isinstance(said, str) else ""


def leaving(
    here: Visit, action: Did, name: str, make: Callable[[], bytes], station: str = "", purpose: str = ""
) -> Callable[[], bytes]:
    """What a download button is given: makes the file when it is asked for, and hands it out once it is written down
    that it leaves; when it cannot be (StorageError), nothing does.

    `purpose`: id of the stated one. It is asked for outside of a script's run, so who asks is looked at now.
    """
    by = replace(page_deed(here, action, station=station, object=name), purpose=purpose)

    def made() -> bytes:
        file = make()
        told = replace(by, at=here.runtime.clock(), detail=f"bytes={len(file)}")
        with here.runtime.db.write() as tx:
            audit.record(tx, told)
        return file

    return made
