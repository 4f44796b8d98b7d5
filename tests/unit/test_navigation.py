"""The list of pages is drawn where somebody sees it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import streamlit as st

from dashboard import navigation
from dashboard.shell import MAP_PAGES


@pytest.mark.parametrize(
    ("url", "live"),
    [
        *((f"https://ssz.example{path}", True) for path in sorted(MAP_PAGES)),
        ("https://ssz.example/desk?alarm=1", True),
        ("https://ssz.example/response", False),
        ("https://ssz.example/desks", False),
        (None, False),
    ],
)
def test_a_live_page_has_no_list_of_pages_and_all_others_have(
    monkeypatch: pytest.MonkeyPatch, url: str | None, live: bool
) -> None:
    monkeypatch.setattr(st, "context", SimpleNamespace(url=url))
    assert navigation.on_live_page() is live
