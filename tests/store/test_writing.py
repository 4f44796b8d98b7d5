"""A transaction waits for its turn as long as it was given patience, and not longer."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest

from models.happenings import RegisterChanged
from store.database import Database, open_database
from store.errors import StorageBusyError


def written(db: Database, patience_s: float) -> None:
    with db.write(patience_s=patience_s) as tx:
        tx.tell(RegisterChanged("hat_yai", "zones", 1))


def test_the_first_transaction_waits_for_a_file_that_another_has_alone(sqlite_url: str, sqlite_db: Database) -> None:
    sqlite_db.close()
    late = open_database(sqlite_url)
    # As while another process recovers the log: not even opening the file is possible.
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), check_same_thread=False)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageBusyError):
            written(late, 0.05)
        freed = threading.Timer(0.3, other.close)
        freed.start()
        written(late, 30)
        freed.join()
    with late.read() as conn:
        assert conn.exec_driver_sql("SELECT COUNT(*) FROM change").scalar() == 1
    late.close()
