"""One page run by Streamlit's own harness on a store of the test's, by whoever the test says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import runtime, visit
from dashboard.access.identity import Who
from store.columns import Columns
from store.database import Database

#: Who looks at the pages of an analyst unless the test says otherwise.
CHIEF = Who("ผกก.", "chief", None, "session", "x", "token-1")


def now() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


@contextmanager
def looking(
    db: Database, monkeypatch: pytest.MonkeyPatch, first: Who, folder: Path = Path("/nowhere")
) -> Iterator[Callable[[Who], None]]:
    """A runtime on a store, looked at by `first`; call what it gives with who looks then."""
    values = runtime.Values("th", ZoneInfo("Asia/Bangkok"), False, 30, 300, 15, 180, 15, folder)
    nothing = cast(Any, None)
    columns = Columns(db, None, now, values.zone)
    parts = [*[nothing] * (len(fields(runtime.Runtime)) - 5), columns, runtime.NO_BASEMAP]
    runtime.hold(runtime.Runtime(values, now, db, *parts))

    def look(who: Who) -> None:
        monkeypatch.setattr(visit, "viewer", lambda _keeper, _used: who)

    look(first)
    yield look
    columns.stop()
    runtime.release()


def opened(script: Path, query: dict[str, str]) -> AppTest:
    """Run a page; an exception in it fails the test."""
    page = AppTest.from_file(str(script), default_timeout=90)
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert [one.value for one in page.exception] == []
    return page


def forged(page: AppTest, key: str, said: str) -> AppTest:
    """Run a page again as a browser of somebody's own making would have it run: a box to choose from says what it
    does not offer."""
    states = page._tree.get_widget_states()
    [box] = [one for one in states.widgets if one.id == page.selectbox(key=key).id]
    box.string_value = said
    page._run(states)
    assert [one.value for one in page.exception] == []
    return page


def said(page: AppTest) -> str:
    """All words of a page, its tables too."""
    parts = [*page.success, *page.warning, *page.info, *page.markdown, *page.caption, *page.subheader, *page.error]
    return "\n".join([*(str(one.value) for one in parts), html_of(page)])


class _Tables(HTMLParser):
    """Every `<table>` of some markup: heads and cells by their text, of a link its address."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._cell = self._linked = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")
            self._cell = True
        elif tag == "a" and self._cell:
            self.tables[-1][-1][-1] = str(dict(attrs)["href"])
            self._linked = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._cell = self._linked = False

    def handle_data(self, data: str) -> None:
        if self._cell and not self._linked:
            self.tables[-1][-1][-1] += data


def html_of(page: AppTest) -> str:
    """All markup that a page draws by itself, its tables too."""
    return "\n".join(one.proto.body for one in page.get("html"))


def html_tables(page: AppTest) -> list[dict[str, list[str]]]:
    """Every table a page draws as plain HTML, in order: head of a column -> its cells; of a link its address."""
    read = _Tables()
    read.feed(html_of(page))
    return [
        dict(zip(head, (list(column) for column in zip(*rows, strict=True)), strict=True))
        for head, *rows in read.tables
    ]
