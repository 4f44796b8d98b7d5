"""What is written down of a reading names every hour that was read, in whatever order windows were asked for."""

from __future__ import annotations

import pytest

from models.records.purpose import Purpose
from store import purposes
from store.database import Database

HOUR = 3_600_000
DAY = 24 * HOUR
START = 20_700 * DAY


@pytest.mark.parametrize("first", [(0, HOUR), (5 * HOUR, 6 * HOUR), (DAY, DAY + 2 * HOUR), (0, 3 * DAY)])
def test_a_long_window_is_written_down_whole_though_a_part_of_it_was_before(
    db: Database, first: tuple[int, int]
) -> None:
    stated = Purpose(
        id="p", at=START, who="a", role="chief", holder="h", stations="*", reason="review", text="why it is read",
        expires_at=START + DAY,
    )  # fmt: skip
    with db.write() as tx:
        purposes.state(tx, stated)
        purposes.note_reading(tx, "p", "lumphini/c1", START + first[0], START + first[1], START)
        purposes.note_reading(tx, "p", "lumphini/c1", START, START + 3 * DAY, START)
        assert purposes.note_reading(tx, "p", "lumphini/c1", START, START + 3 * DAY, START) == 0
    with db.read() as conn:
        rows = purposes.readings(conn, "p")
    covered = {at for row in rows for at in range(row.window_from, row.window_to, HOUR)}
    assert covered == set(range(START, START + 3 * DAY, HOUR))
