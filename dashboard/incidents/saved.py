"""Views that the reader keeps: a filter under a name, shown to nobody else."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import streamlit as st

from dashboard.incidents.asked import put_parts
from dashboard.markdown import plain
from dashboard.visit import Visit
from dashboard.words import word
from models.incidents import address
from models.incidents.filter import Filter
from store import saved_views as store

_NAME, _TOLD = "bar-view-name", "bar-view-told"

#: Where it is kept whether the popover is open; what stands in it is read and made then.
OPEN = "bar-views"


def saved_views(here: Visit, chosen: Filter) -> None:
    """Draw the popover: what is kept, and a name to keep the filter of now under. A visitor by link has none.

    Raises:
        StorageError: the store cannot be read.
    """
    account, language = here.who.account, here.language
    if not account:
        return
    box = st.popover(
        word("flt.views", language), icon=":material/bookmark:", width="stretch", key=OPEN, on_change="rerun"
    )
    if not box.open:
        return
    with here.runtime.db.read() as conn:
        kept = store.views(conn, account)
    with box:
        for view in kept:
            with st.container(horizontal=True, vertical_alignment="center"):
                # A name is a person's own words: it makes no markup.
                st.button(plain(view.name), key=f"bar-kept-{view.name}", type="tertiary", width="stretch",
                          on_click=put_parts, args=(dict(parse_qsl(view.query)),))  # fmt: skip
                st.button(word("flt.view_forget", language), key=f"bar-drop-{view.name}", type="tertiary",
                          icon=":material/delete:", on_click=_forget, args=(here, view.name))  # fmt: skip
        if not kept:
            st.caption(word("flt.no_views", language))
        st.text_input(word("flt.view_name", language), key=_NAME, max_chars=store.MOST_NAME)
        query = urlencode(address.write(chosen, here.runtime.values.zone))
        st.button(word("flt.view_save", language), key="bar-view-save", on_click=_save, args=(here, query))
        if told := st.session_state.pop(_TOLD, ""):
            st.caption(told)


def _save(here: Visit, query: str) -> None:
    name, language = str(st.session_state.get(_NAME, "")), here.language
    try:
        with here.runtime.db.write() as tx:
            kept = store.save(tx, here.who.account, name, query, here.runtime.clock())
    except store.TooManyError:
        st.session_state[_TOLD] = word("flt.views_full", language, n=store.MOST_VIEWS)
    except ValueError:
        st.session_state[_TOLD] = word("flt.view_needs_name", language)
    else:
        st.session_state[_NAME] = ""
        st.session_state[_TOLD] = word("flt.view_saved", language, name=plain(kept))


def _forget(here: Visit, name: str) -> None:
    with here.runtime.db.write() as tx:
        store.forget(tx, here.who.account, name)
