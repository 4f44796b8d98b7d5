"""One event is one line of the log, whatever a sender put into it."""

from __future__ import annotations

import logging
import sys

from hypothesis import given
from hypothesis import strategies as st

from logs import OneLine

FORGED = "box b1\r\n2026-01-01 00:00:00,000 INFO ingest: all is well\x1b[2J\u2028\u202edlrow"
HEAD = "2026-11-21"


def line(message: str, error: Exception | None = None) -> str:
    """An event as it is written; `error`: raised and caught beside it."""
    trace = None
    if error is not None:
        try:
            raise error
        except type(error):
            trace = sys.exc_info()
    record = logging.LogRecord("ingest", logging.WARNING, __file__, 1, "said: %s", (message,), trace)
    return OneLine(f"{HEAD} %(levelname)s %(message)s").format(record)


def test_a_forged_line_stays_in_its_own() -> None:
    said = line(FORGED)
    assert len(said.splitlines()) == 1
    assert said.startswith(f"{HEAD} WARNING said: box b1\\r\\n2026")
    assert said.isprintable()


def test_no_line_of_a_trace_looks_like_an_event() -> None:
    first, *below = line("x", ValueError(FORGED)).split("\n")
    assert first == f"{HEAD} WARNING said: x"
    assert len(below) > 3
    assert all(one.startswith("    | ") and one.isprintable() for one in below)


@given(st.text())
def test_any_text_is_one_line(text: str) -> None:
    assert len(line(text).splitlines()) == 1


def test_thai_stays_readable() -> None:
    assert line("ตู้ SOS หน้าตลาด") == f"{HEAD} WARNING said: ตู้ SOS หน้าตลาด"
