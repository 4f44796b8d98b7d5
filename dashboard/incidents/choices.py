"""Widgets of the filter bar: set from the address before they are drawn, telling what was chosen when changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def choice(
    name: str,
    label: str,
    options: Sequence[str],
    text: Callable[[str], str],
    value: str,
    changed: Callable[[str], None],
) -> None:
    """One of some."""
    key = f"bar-{name}"
    st.session_state[key] = value if value in options else options[0]
    st.selectbox(label, options, format_func=text, key=key, on_change=lambda: changed(st.session_state[key]))


def several(
    name: str, label: str, options: Sequence[str], text: Callable[[str], str], values: Sequence[str],
    changed: Callable[[list[str]], None], none: str,
) -> None:  # fmt: skip
    """Some of many; none chosen is all of them, which `none` says."""
    key = f"bar-{name}"
    # What is chosen is offered, even when there is no such case any more.
    offered = [*options, *(one for one in values if one not in options)]
    st.session_state[key] = list(values)
    st.multiselect(
        label, offered, format_func=text, key=key, placeholder=none,
        on_change=lambda: changed(st.session_state[key]),
    )  # fmt: skip


def few(
    name: str, label: str, options: Sequence[str], text: Callable[[str], str], values: Sequence[str],
    changed: Callable[[list[str]], None],
) -> None:  # fmt: skip
    """Some of few, all of them seen; none chosen is all."""
    key = f"bar-{name}"
    st.session_state[key] = list(values)
    st.pills(
        label, options, format_func=text, key=key, selection_mode="multi",
        on_change=lambda: changed(st.session_state[key]),
    )  # fmt: skip
