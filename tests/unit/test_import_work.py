"""Whatever a file does to its reader, the page hears that it ended."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashboard.imports import work as works
from models.formats.incident_file import Context
from store.bringing_in import Plan


def test_a_mistake_of_the_program_ends_in_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    plan = Plan("a", "file", Context("a", "file", ZoneInfo("Asia/Bangkok"), 0), {})
    one = works.Works().new(tmp_path, "somchai", "f.csv", b"id\n1\n", plan)

    def wrong() -> None:
        raise ZeroDivisionError("a mistake")

    works._begin(one, "look", wrong)
    assert one.thread is not None
    one.thread.join(30)
    assert (one.doing, one.failed) == ("", "program")
    assert "a mistake" in caplog.text
