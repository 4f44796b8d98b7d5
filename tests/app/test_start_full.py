"""A store nothing can be written into any more still opens: the desk must show what is there."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import text

import starting
from dashboard.runtime import CannotStartError
from jobs.audit import later_job
from models.audit.chain import keys_of
from settings import Settings
from store.audit.verifying import Verdict, verify
from store.database import open_database
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
        opened, _, unwritten = starting.open_store(settings)
    assert "the start is not in the audit log: the disk is full" in caplog.text
    with opened.database.read() as conn:
        assert conn.execute(text("SELECT COUNT(*) FROM audit")).scalar_one() == 0
    # Once the disk has room again it is written, as of when it was, and once.
    (job,) = later_job(unwritten)
    with opened.database.read() as conn:
        assert job.wanted(conn, 0)
    job.run(opened.database, 0)
    with opened.database.read() as conn:
        assert not job.wanted(conn, 0)
        assert unwritten is not None
        assert conn.execute(text("SELECT action, at FROM audit")).all() == [("audit.started", unwritten.at)]
    opened.database.close()
    opened, _, unwritten = starting.open_store(settings)
    assert later_job(unwritten) == ()
    with opened.database.read() as conn:
        assert conn.execute(text("SELECT action FROM audit")).scalars().all() == ["audit.started"] * 2
    opened.database.close()
    # Another secret: nothing is written, so that the chain stays whole.
    settings.secret = "another secret: also of 32 letters or more"  # type: ignore[misc]
    with pytest.raises(CannotStartError, match="SSZ_SECRET_KEY_OLD"):
        starting.open_store(settings)
    database = open_database(url)
    with database.read() as conn:
        assert verify(conn, keys_of(secret)) == Verdict(2, 2, 0, None)
    database.close()
    settings.old_secrets = (secret,)  # type: ignore[misc]
    opened, _, _ = starting.open_store(settings)
    opened.database.close()
