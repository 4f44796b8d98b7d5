"""The space left where the data lies, and the word for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard import disk
from models.disk import Disk, judged

MB = 1024 * 1024


@pytest.mark.parametrize(
    ("free", "word"), [(0, "full"), (MB - 1, "full"), (MB, "low"), (200 * MB - 1, "low"), (200 * MB, "ok")]
)
def test_the_word_for_what_is_left(free: int, word: Disk) -> None:
    assert judged(free, 200 * MB) == word


def test_a_change_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter([500 * MB, 100 * MB, 90 * MB, 0, 0, 500 * MB, 500 * MB])
    monkeypatch.setattr(disk, "bytes_left", lambda folder: next(left))
    told: list[Disk] = []
    watch = disk.DiskWatch(tmp_path, 200, told.append)
    for _ in range(7):
        watch.look()
    assert told == ["low", "full", "ok"]


def test_a_folder_that_is_gone_tells_nothing(tmp_path: Path) -> None:
    told: list[Disk] = []
    disk.DiskWatch(tmp_path / "gone", 200, told.append).look()
    assert told == []
