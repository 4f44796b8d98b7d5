"""Deleting the free text of incidents, which may name people: the case stays, and the history says that it had one.

What is old is looked for without the write lock, from where the last round ended: there are millions of cases.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import bindparam, select, update

from models.incidents.changes import without_text
from models.records.base import Millis
from models.records.erasure import Erasure
from models.records.incident import Incident
from models.records.incident_change import IncidentChange
from models.records.station import Station
from store.among import among
from store.database import Database
from store.erasing import PIECE, may_go
from store.rows import table_of

_INCIDENT, _CHANGE, _STATION = table_of(Incident), table_of(IncidentChange), table_of(Station)
_ERASURE = table_of(Erasure)

#: How far behind the last round's end is looked again: a case may be stored some time after it came in.
_AGAIN_MS = 30 * 86_400_000

_PATIENCE_S = 30.0


def descriptions(database: Database, before: Millis) -> int:
    """The descriptions of cases that came in before a moment; returns how many were emptied."""
    with database.read() as conn:
        done = conn.execute(select(_ERASURE.c.before).where(_ERASURE.c.kind == _INCIDENT.name)).scalar() or 0
        stations = conn.execute(select(_STATION.c.code)).scalars().all()
    total = sum(_of_station(database, station, done - _AGAIN_MS, before) for station in stations)
    may_go(database, _INCIDENT.name, before)
    return total


def _of_station(database: Database, station: str, since: Millis, before: Millis) -> int:
    total = 0
    old = (
        select(_INCIDENT.c.source, _INCIDENT.c.id, _INCIDENT.c.received_at)
        .where(_INCIDENT.c.station == station, _INCIDENT.c.received_at < before, _INCIDENT.c.description != "")
        .order_by(_INCIDENT.c.received_at)
        .limit(PIECE)
    )
    while True:
        with database.read() as conn:
            found = conn.execute(old.where(_INCIDENT.c.received_at >= since)).all()
        if not found:
            return total
        since = found[-1].received_at
        of_source: dict[str, list[str]] = defaultdict(list)
        for row in found:
            of_source[row.source].append(row.id)
        with database.write(patience_s=_PATIENCE_S) as tx:
            for source, ids in of_source.items():
                mine = (
                    _INCIDENT.c.station == station, _INCIDENT.c.source == source, _INCIDENT.c.received_at < before,
                    _INCIDENT.c.description != "", among(tx.conn, _INCIDENT.c.id, ids),
                )  # fmt: skip
                total += tx.conn.execute(update(_INCIDENT).where(*mine).values(description="")).rowcount


def in_history(database: Database, before: Millis) -> int:
    """The descriptions that changes made before a moment tell of; returns how many rows were emptied of them."""
    may_go(database, _CHANGE.name, before)
    key = tuple(_CHANGE.primary_key.columns)
    held = _CHANGE.c.fields.contains('"description":[', autoescape=True)
    gone = _CHANGE.c.fields.contains('"description":[null,null]', autoescape=True)
    old = select(*key, _CHANGE.c.fields).where(_CHANGE.c.at < before, held, ~gone).order_by(_CHANGE.c.at).limit(PIECE)
    named = [column == bindparam(f"key_{column.name}") for column in key]
    emptied = update(_CHANGE).where(*named).values(fields=bindparam("emptied"))
    total = 0
    while True:
        with database.read() as conn:
            found = conn.execute(old).all()
        if not found:
            return total
        names = [{f"key_{column.name}": getattr(row, column.name) for column in key} for row in found]
        rows = [name | {"emptied": without_text(row.fields)} for name, row in zip(names, found, strict=True)]
        with database.write(patience_s=_PATIENCE_S) as tx:
            tx.conn.execute(emptied, rows)
        total += len(rows)
