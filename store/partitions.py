"""Monthly partitions of the positions on PostgreSQL, made ahead; SQLite needs none.

A fix of a month without a partition lands in `position_default`; when its month gets one, it moves there.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from models.records.base import Millis
from store.database import Tx

#: Months made ahead of the running one: a job that fails for weeks loses nothing but speed.
AHEAD = 2


@dataclass(frozen=True, slots=True)
class Month:
    """One month in UTC: the partition's name and its bounds in ms, `start <= at < end`."""

    name: str
    start: Millis
    end: Millis


def _millis(year: int, month: int) -> Millis:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1000


def months(now: Millis, ahead: int = AHEAD) -> list[Month]:
    """The month of a moment and those after it. Pure."""
    day = datetime.fromtimestamp(now / 1000, UTC)
    result: list[Month] = []
    for count in range(day.year * 12 + day.month - 1, day.year * 12 + day.month + ahead):
        year, month = divmod(count, 12)
        following, after = divmod(count + 1, 12)
        name = f"position_{year:04d}_{month + 1:02d}"
        result.append(Month(name, _millis(year, month + 1), _millis(following, after + 1)))
    return result


def existing(conn: Connection) -> list[str]:
    """The partitions there are, by name, without the default one."""
    if conn.dialect.name != "postgresql":
        return []
    rows = conn.execute(
        text(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
            " JOIN pg_class parent ON parent.oid = inhparent WHERE parent.relname = 'position' ORDER BY 1"
        )
    ).scalars()
    return [str(name) for name in rows if name != "position_default"]


def ensure(tx: Tx, now: Millis, ahead: int = AHEAD) -> list[str]:
    """Make the partitions of this month and the next ones where they lack; returns the names of the new ones."""
    if tx.conn.dialect.name != "postgresql":
        return []
    there = set(existing(tx.conn))
    new = [month for month in months(now, ahead) if month.name not in there]
    for month in new:
        _make(tx, month)
    return [month.name for month in new]


def _run(tx: Tx, statement: str, **names: str | int) -> None:
    """Run a statement in which `{name}` stands for an identifier or a number, quoted by the driver."""
    from psycopg import sql  # here: a start on SQLite need not wait for it

    parts = {
        name: sql.Identifier(value) if isinstance(value, str) else sql.Literal(value) for name, value in names.items()
    }
    composed = sql.SQL(statement).format(**parts)
    with closing(tx.conn.connection.cursor()) as cursor:
        cursor.execute(composed)


def _make(tx: Tx, month: Month) -> None:
    bounds = {"start": month.start, "end": month.end}
    _run(tx, "CREATE TABLE {name} (LIKE position INCLUDING ALL)", name=month.name)
    _run(
        tx,
        "WITH moved AS (DELETE FROM position_default WHERE at >= {start} AND at < {end} RETURNING *)"
        " INSERT INTO {name} SELECT * FROM moved",
        name=month.name,
        **bounds,
    )
    _run(
        tx,
        "ALTER TABLE position ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({end})",
        name=month.name,
        **bounds,
    )


def drop_before(tx: Tx, before: Millis) -> list[str]:
    """Drop the partitions that ended before a moment: a month's fixes go at once. Returns their names."""
    dropped: list[str] = []
    for name in existing(tx.conn):
        year, month = (int(part) for part in name.removeprefix("position_").split("_"))
        if months(_millis(year, month), 0)[0].end <= before:
            _run(tx, "DROP TABLE {name}", name=name)
            dropped.append(name)
    return dropped
