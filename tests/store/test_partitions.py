"""Monthly partitions: made ahead, filled from the default one, dropped as a whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from models.records.position import Fix
from store import partitions, positions
from store.database import Database


def at(year: int, month: int, day: int = 1) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1000


def test_months_run_over_the_turn_of_the_year() -> None:
    assert [(month.name, month.start, month.end) for month in partitions.months(at(2026, 11, 21), 2)] == [
        ("position_2026_11", at(2026, 11), at(2026, 12)),
        ("position_2026_12", at(2026, 12), at(2027, 1)),
        ("position_2027_01", at(2027, 1), at(2027, 2)),
    ]


def test_sqlite_needs_none(sqlite_db: Database) -> None:
    with sqlite_db.write() as tx:
        assert partitions.ensure(tx, at(2026, 11)) == []
        assert partitions.drop_before(tx, at(2026, 11)) == []


@pytest.mark.postgres
def test_partitions_are_made_ahead_and_take_what_was_there(pg_db: Database) -> None:
    fixes = [Fix("hat_yai", "7", moment, 7.0, 100.5) for moment in (at(2015, 1), at(2026, 11, 20), at(2026, 12, 1))]
    with pg_db.write() as tx:
        positions.insert_fixes(tx, fixes, {})
    with pg_db.write() as tx:
        assert partitions.ensure(tx, at(2026, 11, 21)) == ["position_2026_11", "position_2026_12", "position_2027_01"]
    with pg_db.write() as tx:
        assert partitions.ensure(tx, at(2026, 11, 21)) == []
        assert positions.insert_fixes(tx, fixes, {}).duplicates == 3
    with pg_db.read() as conn:
        assert conn.execute(text("SELECT at FROM position_default")).scalars().all() == [at(2015, 1)]
        assert conn.execute(text("SELECT at FROM position_2026_11")).scalars().all() == [at(2026, 11, 20)]
        assert [fix.at for fix in positions.track(conn, "hat_yai", "7", 0, at(2030, 1))] == [fix.at for fix in fixes]


@pytest.mark.postgres
def test_a_month_is_dropped_when_it_is_over(pg_db: Database) -> None:
    with pg_db.write() as tx:
        partitions.ensure(tx, at(2026, 11))
        assert partitions.drop_before(tx, at(2026, 12) - 1) == []
        assert partitions.drop_before(tx, at(2026, 12)) == ["position_2026_11"]
        assert partitions.existing(tx.conn) == ["position_2026_12", "position_2027_01"]
