"""The database holds contacts and secrets: nobody but its owner reads it, nor the files SQLite makes beside it."""

from __future__ import annotations

from pathlib import Path

from models.records.change import Heartbeat
from store.database import open_database
from store.migrate import upgrade


def test_a_new_database_and_its_log_are_closed_to_others(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    upgrade(url)
    database = open_database(url)
    with database.write() as tx:
        tx.tell(Heartbeat("main", 1, 2))
    files = sorted(tmp_path.glob("new.db*"))
    modes = {file.name: oct(file.stat().st_mode & 0o077) for file in files if not file.name.endswith(".mark")}
    database.close()
    assert "new.db-wal" in modes
    assert set(modes.values()) == {"0o0"}, modes
