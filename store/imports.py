"""Imports: many incidents in one transaction under one batch id, which takes them out again."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import chain

import orjson
from sqlalchemy import Connection, delete, func, select

from models.access.grants import Stations
from models.happenings import RegisterChanged
from models.records.base import Millis
from models.records.incident import Incident, IncidentReport
from store.database import Tx
from store.hidden import make_way
from store.incidents import REGISTER
from store.rows import table_of

_INCIDENT = table_of(Incident)
_COLUMNS = tuple(field.name for field in fields(IncidentReport))

#: Rows of one statement: enough that the round trips do not count, few enough that they do not fill memory.
_PIECE = 5_000

#: Written out for the driver: a file may hold a hundred thousand rows, and the writer waits for them.
_INSERT = f"INSERT INTO incident ({', '.join(_COLUMNS)}, batch)"
_SQLITE_ROW = f"({', '.join('?' * (len(_COLUMNS) + 1))})"
#: Rows of one statement on SQLite, at most (it takes 32,766 values). A row a statement, the driver gave up the
#: interpreter and asked for it back at each, and beside a thread that reads the next rows it waited so long so often
#: that a piece held the store for up to 0.9 s. Halved down to one row: few statements, all of them kept prepared.
_SQLITE_ROWS = 1_024
_PG_TYPES = {
    "occurred_from": "bigint", "occurred_to": "bigint", "reported_at": "bigint", "received_at": "bigint",
    "offence_group": "int", "lat": "float8", "lon": "float8", "arrested": "bool",
}  # fmt: skip
#: As one JSON text: the driver writes a list of values out one by one, which took longer than storing them.
_PG_NAMES = tuple(f"c{number}" for number in range(len(_COLUMNS) + 1))
_PG_ROWS = ", ".join(
    f"{short} {_PG_TYPES.get(name, 'text')}" for short, name in zip(_PG_NAMES, (*_COLUMNS, "batch"), strict=True)
)
_PG_INSERT = f"{_INSERT} SELECT * FROM json_to_recordset(%s::json) AS row({_PG_ROWS}) ON CONFLICT DO NOTHING"  # noqa: S608 - as above


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an import's rows: `new` were stored, `duplicates` were there already."""

    batch: str
    new: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Batch:
    """An import that still has incidents in the store."""

    batch: str
    station: str
    source: str
    incidents: int
    received_at: Millis


class UnknownBatchError(Exception):
    """No incident carries this batch id; `str()` is one line."""


def new_batch() -> str:
    """An id for an import that no other has."""
    return secrets.token_hex(8)


def take_all(tx: Tx, reports: Sequence[IncidentReport], batch: str) -> Imported:
    """Store incidents under a batch id, all in the caller's transaction: all or none.

    A `(station, source, id)` that is in the store already is left as it is and counted as a duplicate, so that the
    same file twice is once. Their stations must be in the store.
    """
    make_way(tx, [(report.station, report.source, report.id) for report in reports])
    new = 0
    for piece in _pieces(reports):
        rows = [(*(getattr(report, name) for name in _COLUMNS), batch) for report in piece]
        new += insert(tx, rows)
    newest: dict[str, Millis] = {}
    for report in reports:
        newest[report.station] = max(newest.get(report.station, 0), report.received_at)
    tx.tell(*(RegisterChanged(station, REGISTER, at) for station, at in sorted(newest.items())))
    return Imported(batch, new, len(reports) - new)


def _pieces(reports: Sequence[IncidentReport]) -> Iterator[Sequence[IncidentReport]]:
    for start in range(0, len(reports), _PIECE):
        yield reports[start : start + _PIECE]


def insert(tx: Tx, rows: Sequence[tuple[object, ...]]) -> int:
    """Insert rows: values in the order of `IncidentReport`, then the batch; returns how many were new."""
    if tx.conn.dialect.name == "sqlite":
        new = start = 0
        much = _SQLITE_ROWS
        while start < len(rows):
            while much > len(rows) - start:
                much //= 2
            values = tuple(chain.from_iterable(rows[start : start + much]))
            new += tx.conn.exec_driver_sql(_sqlite_insert(much), values).rowcount
            start += much
        return new
    told = orjson.dumps([dict(zip(_PG_NAMES, row, strict=True)) for row in rows]).decode()
    return tx.conn.exec_driver_sql(_PG_INSERT, (told,)).rowcount


@cache
def _sqlite_insert(rows: int) -> str:
    return f"{_INSERT} VALUES {', '.join([_SQLITE_ROW] * rows)} ON CONFLICT DO NOTHING"


def undo(tx: Tx, batch: str, now: Millis) -> int:
    """Take an import's incidents out again; returns how many. What was there before it stays.

    Raises:
        UnknownBatchError: no incident carries the id.
    """
    stations = (
        tx.conn.execute(select(_INCIDENT.c.station).where(_INCIDENT.c.batch == batch).distinct()).scalars().all()
    )
    if not batch or not stations:
        raise UnknownBatchError(f"no import {batch}")
    gone = tx.conn.execute(delete(_INCIDENT).where(_INCIDENT.c.batch == batch)).rowcount
    tx.tell(*(RegisterChanged(station, REGISTER, now) for station in sorted(stations)))
    return gone


def batches(conn: Connection, stations: Stations) -> list[Batch]:
    """The imports of the stations asked for (None: all), the newest first."""
    table = _INCIDENT.c
    query = (
        select(table.batch, table.station, table.source, func.count(), func.max(table.received_at))
        .where(table.batch != "")
        .group_by(table.batch, table.station, table.source)
        .order_by(func.max(table.received_at).desc(), table.batch)
    )
    if stations is not None:
        query = query.where(table.station.in_(sorted(stations)))
    return [Batch(*row) for row in conn.execute(query)]
