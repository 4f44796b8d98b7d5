"""While the main database is broken, a press is safe in the side database; a sound one is never bypassed."""

from __future__ import annotations

from pathlib import Path

from ingest.side import SideKeeper
from models.records.sos import EventKind, Signal
from store.database import open_database
from store.side import side_file

NOW = 1_790_000_000_000
PRESS = Signal("lumphini", "box", "b1", "1", NOW, EventKind.PRESS, NOW)


def test_a_press_goes_beside_a_damaged_file(sqlite_url: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    file.write_bytes(b"no database at all " * 500)
    damaged = file.read_bytes()
    keeper = SideKeeper(sqlite_url, lambda: NOW)
    assert keeper([PRESS])
    assert keeper([PRESS])
    keeper.close()
    assert file.read_bytes() == damaged
    side = open_database(f"sqlite:///{side_file(sqlite_url)}")
    with side.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM sos_event").scalar() == 1
    side.close()


def test_a_sound_database_is_tried_again_instead(sqlite_url: str) -> None:
    keeper = SideKeeper(sqlite_url, lambda: NOW)
    assert not keeper([PRESS])
    assert not Path(str(side_file(sqlite_url))).exists()
