"""Handing a file out from a page: what for is asked first, once for a visit, and stands with the deed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.access.asking import RefusedError
from dashboard.deeds import address, leaving
from dashboard.visit import Visit
from dashboard.words import word
from models.access.policy import Action
from models.audit.deeds import Did
from models.records.purpose import LEAST_TEXT, MOST_TEXT, REASONS
from store.errors import StorageError

#: Where the browser's tab keeps the id of its purpose.
_KEPT = "export-purpose"


@dataclass(frozen=True, slots=True)
class File:
    """A file that may leave. `name` is that of the deed, `file` the browser's; `make` is called when it is taken."""

    did: Did
    name: str
    file: str
    mime: str
    make: Callable[[], bytes]
    station: str = ""


def hand_out(
    here: Visit, label: str, file: File, *, key: str, place: DeltaGenerator | None = None,
    width: Literal["content", "stretch"] = "content",
) -> None:  # fmt: skip
    """A button that downloads the file, or one that asks what for; nothing for those who may not take files out."""
    if not here.who.may(Action.EXPORT):
        return
    at = place if place is not None else st.container()
    purpose = _stated(here)
    if purpose is None:
        # Its form is there before it is opened: one that came after found no room at the foot of a page.
        with at.popover(label, width=width, key=f"{key}-why"):
            _ask(here, key)
        return
    at.download_button(
        label, taken(here, file, purpose), file.file, file.mime, key=key, on_click="ignore", width=width
    )


def taken(here: Visit, file: File, purpose: str) -> Callable[[], bytes]:
    """What the download button is given: `leaving`, as long as the purpose holds.

    It raises RefusedError when the purpose has ended, StorageError when the deed cannot be written: nothing leaves.
    """
    handed = leaving(here, file.did, file.name, file.make, file.station, purpose)

    def made() -> bytes:
        here.runtime.past.purposes.must_hold(here.who, purpose)
        return handed()

    return made


def purposed(here: Visit, key: str) -> str | None:
    """The id of the purpose of this visit's files; None: it is asked for here."""
    stated = _stated(here)
    if stated is None:
        _ask(here, key)
    return stated


def _stated(here: Visit) -> str | None:
    """The purpose this tab has stated, while it holds."""
    kept: str = st.session_state.get(_KEPT, "")
    if not kept:
        return None
    try:
        here.runtime.past.purposes.must_hold(here.who, kept)
    except RefusedError:
        return None
    return kept


def _ask(here: Visit, key: str) -> None:
    language = here.language
    st.markdown(f"**{word('exp.title', language)}**")
    with st.form(f"{key}-form", border=False, enter_to_submit=False):
        reason = st.selectbox(
            word("live.purpose_reason", language), REASONS, key=f"{key}-reason",
            format_func=lambda one: word(f"live.purpose_{one}", language),
        )  # fmt: skip
        said = st.text_area(
            word("live.purpose_text", language, n=LEAST_TEXT), max_chars=MOST_TEXT, key=f"{key}-text", height=80
        )
        st.caption(word("exp.note", language))
        if not st.form_submit_button(word("exp.ok", language), type="primary"):
            return
    try:
        stated = here.runtime.past.purposes.state(here.who, reason, said, address())
    except RefusedError:
        st.error(word("live.purpose_short", language))
        return
    except StorageError:
        st.error(word("live.purpose_failed", language))
        return
    st.session_state[_KEPT] = stated.id
    st.rerun()
