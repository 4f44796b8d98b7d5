"""A database that is used again is as new; one that was changed in more than its rows is not used again."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from models.records.change import Heartbeat
from models.records.station import Station
from store import registers
from store.database import open_database
from tests.servers import PgCluster
from tests.spare import Spare

pytestmark = pytest.mark.postgres


def everything(url: str) -> dict[str, list[str]]:
    """All rows of all tables, and how far each sequence is."""
    db = open_database(url)
    with db.read() as conn:
        tables = conn.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        found = {name: sorted(map(repr, conn.execute(text(f'SELECT * FROM "{name}"')))) for name in tables}  # noqa: S608
        counted = conn.execute(text("SELECT sequencename, last_value FROM pg_sequences"))
        found["sequences"] = sorted(map(repr, counted))
    db.close()
    return found


def databases(cluster: PgCluster) -> set[str]:
    """The names of all databases."""
    with cluster.admin() as connection:
        return {str(row[0]) for row in connection.execute("SELECT datname FROM pg_database")}


def test_what_a_test_left_is_gone_for_the_next(pg_cluster: PgCluster, pg_template: str) -> None:
    spare = Spare(pg_cluster, pg_template)
    first = spare.take()
    new = everything(first)
    db = open_database(first)
    with db.write() as tx:
        registers.put_stations(tx, [Station(code="town", name_th="ท", name_en="T", kind="test")], 1)
        tx.tell(Heartbeat("main", 1, 2))
    with db.write() as tx:
        tx.conn.execute(text("DELETE FROM levels_mark"))
    used = everything(first)
    spare.give_back(first)  # though the test is connected still
    db.close()
    second = spare.take()
    assert second != first  # nothing that was kept by name is found again
    assert used != new
    assert {name for name in new if used[name] != new[name]} >= {"station", "change", "sequences", "levels_mark"}
    assert everything(second) == new
    spare.give_back(second)
    pg_cluster.drop(spare.take())


def test_what_was_changed_in_more_than_its_rows_is_not_used_again(pg_cluster: PgCluster, pg_template: str) -> None:
    spare = Spare(pg_cluster, pg_template)
    for statement in (
        "ALTER TABLE audit DISABLE TRIGGER USER",
        "CREATE TABLE theirs (x int)",
        "DROP INDEX alarm_newest",
        "ANALYZE",
    ):
        before = databases(pg_cluster)
        url = spare.take()
        db = open_database(url)
        with db.write() as tx:
            tx.conn.execute(text(statement))
        db.close()
        spare.give_back(url)
        assert databases(pg_cluster) == before, statement
