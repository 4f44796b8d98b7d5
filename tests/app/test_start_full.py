"""A store nothing can be written into any more still opens: the desk must show what is there."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import text

import starting
from settings import Settings
from store.errors import StorageFullError
from store.migrate import upgrade


def test_a_start_that_cannot_be_written_down_opens_the_store_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"sqlite:///{tmp_path / 'ssz.db'}"
    upgrade(url)
    secret = "a secret of 32 letters or more: certainly"
    settings = cast(
        Settings,
        SimpleNamespace(data_dir=tmp_path, database_url=url, secret=secret, old_secrets=(), demo=False),
    )

    def full(*_: Any) -> None:
        raise StorageFullError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("starting.audit.record", full)
        opened, _ = starting.open_store(settings)
    assert "the start is not in the audit log: the disk is full" in caplog.text
    with opened.database.read() as conn:
        assert conn.execute(text("SELECT COUNT(*) FROM audit")).scalar_one() == 0
    opened.database.close()
    opened, _ = starting.open_store(settings)
    with opened.database.read() as conn:
        assert conn.execute(text("SELECT action FROM audit")).scalars().all() == ["audit.started"]
    opened.database.close()
