"""Reading incidents into columns, and back: pieces of rows, never all of them as objects at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from sqlalchemy import Connection, select

from models.access.grants import Stations
from models.incidents.columns import READ, Lists, Table, joined, table_of
from models.incidents.counts import Taken, taken
from models.incidents.filter import Filter
from models.records.incident import Incident
from store.incidents import named, seen
from store.rows import of_stations
from store.rows import table_of as stored

_INCIDENT = stored(Incident)
_ALL = tuple(column.name for column in _INCIDENT.columns)

#: Rows read at a time: a piece holds the interpreter for some milliseconds.
_PIECE = 5_000


@dataclass(frozen=True, slots=True)
class Read:
    """A table and its version, which ascends with each change of the data."""

    table: Table
    version: int


def read_all(conn: Connection, before: Read | None, zone: ZoneInfo) -> Read:
    """Every incident of the store."""
    lists = Lists.new()
    pieces = [table_of(columns, lists, zone) for columns in _pieces(conn, READ)]
    return Read(joined(pieces or [table_of([[]] * len(READ), lists, zone)]), before.version + 1 if before else 1)


def whole(conn: Connection, table: Table, rows: Sequence[int]) -> list[Incident]:
    """The incidents of some rows as the store has them now, in this order; those that have gone are missing."""
    lists = table.lists
    keys = [
        (lists.stations.all[table.station[row]], lists.sources.all[table.source[row]], table.ids[row].as_py())
        for row in rows
    ]
    found: dict[tuple[str, str, str], Incident] = {}
    for station in dict.fromkeys(key[0] for key in keys):
        mine = [(source, name) for of, source, name in keys if of == station]
        found |= {(one.station, one.source, one.id): one for one in named(conn, station, mine)}
    return [found[key] for key in keys if key in found]


def stream(
    conn: Connection, chosen: Filter, scope: Stations, zone: ZoneInfo, polygon: str | None, most: int
) -> Iterator[pa.RecordBatch]:
    """The incidents a filter takes, in batches of up to `most` rows with the store's columns, ascending in time."""
    query = select(_INCIDENT).where(_INCIDENT.c.occurred_from >= chosen.start, _INCIDENT.c.occurred_from < chosen.end)
    query = of_stations(seen(conn, query), _INCIDENT.c.station, scope)
    query = query.order_by(_INCIDENT.c.occurred_from, _INCIDENT.c.station, _INCIDENT.c.source, _INCIDENT.c.id)
    with conn.execute(query, execution_options={"yield_per": most}) as found:
        for part in found.partitions():
            columns = dict(zip(_ALL, zip(*part, strict=True), strict=True))
            # Lists of its own: words of a file are no words of the table that others read.
            table = table_of([columns[name] for name in READ], Lists.new(), zone)
            rows: Taken = taken(table, chosen, scope, polygon)
            if len(rows):
                yield _batch(columns).take(pa.array(rows))


def _pieces(conn: Connection, names: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    query = seen(conn, select(*(_INCIDENT.c[name] for name in names)))
    with conn.execute(query, execution_options={"yield_per": _PIECE}) as found:
        for part in found.partitions():
            yield list(zip(*part, strict=True))


def _batch(columns: dict[str, tuple[Any, ...]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [pa.array(columns[name], type=_TYPES.get(name, pa.string())) for name in _ALL], names=list(_ALL)
    )


_TYPES = {
    "occurred_from": pa.int64(), "occurred_to": pa.int64(), "reported_at": pa.int64(), "received_at": pa.int64(),
    "offence_group": pa.int8(), "lat": pa.float64(), "lon": pa.float64(), "arrested": pa.bool_(),
}  # fmt: skip
