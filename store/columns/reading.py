"""Reading incidents into columns, and back: pieces of rows, never all of them as objects at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, func, select, text

from models.access.grants import Stations
from models.incidents.columns import READ, Lists, Table, gathered, joined, keyed, of_batches, table_of
from models.incidents.counts import Taken, taken
from models.incidents.filter import Filter
from models.records.incident import Incident, IncidentTouched
from store.among import among
from store.incidents import seen
from store.rows import of_stations, records
from store.rows import table_of as stored

_INCIDENT = stored(Incident)
_ALL = tuple(column.name for column in _INCIDENT.columns)

_TOUCHED = stored(IncidentTouched)

#: The oldest and the newest number of the change log. What was touched is kept as long as the log.
_LOG = text("SELECT COALESCE(MIN(seq), 0), COALESCE(MAX(seq), 0) FROM change")

#: Station, source and id.
Key = tuple[str, str, str]

#: Touched incidents beyond which, and beyond which share of a table, all of it is read anew: that is faster then.
_FEW, _SHARE = 2_000, 0.02

#: Rows read at a time: a piece holds the interpreter for some milliseconds.
_PIECE = 5_000


@dataclass(frozen=True, slots=True)
class Read:
    """A table, its version, which ascends with each change of the data, and the number of the change log it is of."""

    table: Table
    version: int
    revision: int


def read(conn: Connection, before: Read | None, zone: ZoneInfo, version: int = 1) -> Read:
    """The incidents as they are now: what came, changed and went since a table was read, or all of them (then of a
    `version`). The same table when nothing did."""
    oldest, revision = conn.execute(_LOG).one()
    if before is None or before.revision < oldest:
        lists = Lists.new()
        most = conn.execute(seen(conn, select(func.count()).select_from(_INCIDENT))).scalar_one()
        table = gathered(_tables(conn, lists, zone), table_of([[]] * len(READ), lists, zone), most)
        return Read(table, before.version + 1 if before else version, revision)
    touched = conn.execute(select(_TOUCHED).where(_TOUCHED.c.revision >= before.revision)).all()
    if not touched:
        return Read(before.table, before.version, revision)
    if len(touched) > max(_FEW, len(before.table) * _SHARE):
        return read(conn, None, zone, before.version + 1)
    batches = frozenset(row.batch for row in touched) - {""}
    keys = sorted({(row.station, row.source, row.id) for row in touched if not row.batch})
    known = before.table
    kept = known.keep(~(keyed(known, keys) | of_batches(known, batches)))
    new = [*_of_batches(conn, batches, known.lists, zone), *_of_keys(conn, keys, batches, known.lists, zone)]
    return Read(joined([kept, *new]), before.version + 1, revision)


def whole(conn: Connection, table: Table, rows: Sequence[int]) -> list[Incident]:
    """The incidents of some rows as the store has them now, in this order; those that have gone are missing."""
    lists = table.lists
    keys = [
        (lists.stations.all[table.station[row]], lists.sources.all[table.source[row]], table.ids[row].as_py())
        for row in rows
    ]
    found = {
        (one.station, one.source, one.id): one
        for where in _named(conn, keys)
        for one in records(conn, Incident, seen(conn, select(_INCIDENT)).where(where))
    }
    return [found[key] for key in keys if key in found]


def fitting(
    found: Sequence[Incident], chosen: Filter, scope: Stations, zone: ZoneInfo, polygon: str | None
) -> list[Incident]:
    """Those of some incidents that a filter takes as they are now, in the same order."""
    if not found:
        return []
    columns = {name: [getattr(one, name) for one in found] for name in READ}
    return [found[row] for row in _fits(columns, chosen, scope, zone, polygon).tolist()]


def _fits(
    columns: Mapping[str, Sequence[Any]], chosen: Filter, scope: Stations, zone: ZoneInfo, polygon: str | None
) -> Taken:
    """Which of some rows of the store a filter takes, ascending."""
    # Lists of its own: words of a file are no words of the table that others read.
    table = table_of([columns[name] for name in READ], Lists.new(), zone)
    # The table is in the order of time, the rows are in any.
    order = np.argsort(np.array(columns["occurred_from"], dtype=np.int64), kind="stable")
    rows: Taken = np.sort(order[taken(table, chosen, scope, polygon)])
    return rows


def stream(
    conn: Connection, chosen: Filter, scope: Stations, zone: ZoneInfo, polygon: str | None, most: int
) -> Iterator[pa.RecordBatch]:
    """The incidents a filter takes, in batches of up to `most` rows with the store's columns, a station after the
    other, ascending in time: along an index, so that the first comes at once."""
    query = select(_INCIDENT).where(_INCIDENT.c.occurred_from >= chosen.start, _INCIDENT.c.occurred_from < chosen.end)
    query = of_stations(seen(conn, query), _INCIDENT.c.station, scope)
    query = query.order_by(_INCIDENT.c.station, _INCIDENT.c.occurred_from, _INCIDENT.c.source, _INCIDENT.c.id)
    with conn.execute(query, execution_options={"yield_per": most}) as found:
        for part in found.partitions():
            columns = dict(zip(_ALL, zip(*part, strict=True), strict=True))
            rows = _fits(columns, chosen, scope, zone, polygon)
            if len(rows):
                yield _batch(columns).take(pa.array(rows))


def _tables(conn: Connection, lists: Lists, zone: ZoneInfo, *where: ColumnElement[bool]) -> Iterator[Table]:
    query = seen(conn, select(*(_INCIDENT.c[name] for name in READ))).where(*where)
    with conn.execute(query, execution_options={"yield_per": _PIECE}) as found:
        for part in found.partitions():
            yield table_of(list(zip(*part, strict=True)), lists, zone)


def _of_batches(conn: Connection, batches: frozenset[str], lists: Lists, zone: ZoneInfo) -> Iterator[Table]:
    for batch in sorted(batches):
        yield from _tables(conn, lists, zone, _INCIDENT.c.batch == batch)


def _of_keys(
    conn: Connection, keys: Sequence[Key], batches: frozenset[str], lists: Lists, zone: ZoneInfo
) -> Iterator[Table]:
    """Single incidents; those of an import that is read whole come with that."""
    for where in _named(conn, keys):
        yield from _tables(conn, lists, zone, where, _INCIDENT.c.batch.not_in(sorted(batches)))


def _named(conn: Connection, keys: Sequence[Key]) -> Iterator[ColumnElement[bool]]:
    """Conditions that together take the incidents of these names, each one look-up in the key: SQLite reads a whole
    table for a list of (station, source, id)."""
    names: dict[tuple[str, str], list[str]] = {}
    for station, source, name in keys:
        names.setdefault((station, source), []).append(name)
    for (station, source), ids in names.items():
        yield (_INCIDENT.c.station == station) & (_INCIDENT.c.source == source) & among(conn, _INCIDENT.c.id, ids)


def _batch(columns: dict[str, tuple[Any, ...]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [pa.array(columns[name], type=_TYPES.get(name, pa.string())) for name in _ALL], names=list(_ALL)
    )


_TYPES = {
    "occurred_from": pa.int64(), "occurred_to": pa.int64(), "reported_at": pa.int64(), "received_at": pa.int64(),
    "offence_group": pa.int8(), "lat": pa.float64(), "lon": pa.float64(), "arrested": pa.bool_(),
}  # fmt: skip
