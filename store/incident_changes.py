"""Incidents entered and changed by hand: each change is a row of history, which is only added to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy import Connection, TextClause, func, select, text, update

from models.happenings import RegisterChanged
from models.incidents.changes import EDITABLE, difference, written
from models.incidents.duplicates import CLOSE_MS, WITHIN_MS
from models.records.base import Millis
from models.records.imports import ImportBatch
from models.records.incident import Incident, IncidentReport
from models.records.incident_change import CAME_AGAIN, REGROUPED, TAKEN_OUT, IncidentChange
from store import import_words, incidents
from store.database import Tx
from store.rows import records, table_of, values_of

_INCIDENT = table_of(Incident)
_CHANGE = table_of(IncidentChange)

#: Most known incidents looked at for one that is being entered.
_MOST = 500


# The newest row of history of a station's and source's incidents, beside the incident of one import. Led by the
# history, which is small, and not by the import: of a million rows the look would hold up every other writer.
_NEWEST = """
    FROM incident_change c CROSS JOIN incident i
    WHERE c.station = :station AND c.source = :source AND i.batch = :batch
        AND i.station = c.station AND i.source = c.source AND i.id = c.id
        AND c.version = (
            SELECT max(version) FROM incident_change m
            WHERE m.station = c.station AND m.source = c.source AND m.id = c.id {but}
        )
"""
#: What was regrouped since is as much changed by hand as it was before.
_NEWEST_BUT = _NEWEST.format(but=f"AND m.kind <> '{REGROUPED}'")
_NEWEST_OF_ALL = _NEWEST.format(but="")
_COUNT = text(f"SELECT count(*) {_NEWEST_BUT} AND c.kind = 'edited'")
_NOTE = """
    INSERT INTO incident_change (station, source, id, version, at, by, kind, fields)
    SELECT c.station, c.source, c.id, c.version + 1, :at, :by, :kind, '{}'
"""
_NOTE_OUT = text(f"{_NOTE} {_NEWEST_OF_ALL} AND c.kind <> '{TAKEN_OUT}'")
_NOTE_AGAIN = text(f"{_NOTE} {_NEWEST_OF_ALL} AND c.kind = '{TAKEN_OUT}'")


class Key(NamedTuple):
    """Name of an incident."""

    station: str
    source: str
    id: str


class EditedMeanwhileError(Exception):
    """Somebody else changed the incident since it was read; `newest` is their change."""

    def __init__(self, newest: IncidentChange) -> None:
        super().__init__(f"changed meanwhile by {newest.by}")
        self.newest = newest


class GoneError(Exception):
    """The incident is not there any more: its import was taken out again."""


def one(conn: Connection, key: Key) -> Incident | None:
    """The incident as it stands; None when there is none of that name."""
    found = incidents.named(conn, key.station, [(key.source, key.id)])
    return found[0] if found else None


def history(conn: Connection, key: Key) -> list[IncidentChange]:
    """Its changes, the oldest first; empty for one that came by a file or a message and was never changed."""
    return records(conn, IncidentChange, select(_CHANGE).where(*_mine(_CHANGE, key)).order_by(_CHANGE.c.version))


def near_in_time(conn: Connection, new: IncidentReport) -> list[Incident]:
    """The incidents that one being entered may be: of its station and offence within a day, of its group within
    hours, or of its number."""
    table = _INCIDENT.c
    last = new.occurred_from if new.occurred_to is None else new.occurred_to
    ended = func.coalesce(table.occurred_to, table.occurred_from)
    # A window that began long before may still reach into the day: looked for a month back along the index.
    begun = table.occurred_from.between(new.occurred_from - 31 * WITHIN_MS, last + WITHIN_MS)
    near = begun & (ended >= new.occurred_from - WITHIN_MS) & (table.offence == new.offence)
    hours = table.occurred_from.between(new.occurred_from - CLOSE_MS, last + CLOSE_MS)
    # Those of an import that is not whole yet are not there.
    mine = incidents.seen(conn, select(_INCIDENT)).where(table.station == new.station).limit(_MOST)
    wanted = (table.id == new.id, near, hours & (table.offence_group == new.offence_group))
    found = [row for where in wanted for row in records(conn, Incident, mine.where(where))]
    return list({(row.source, row.id): row for row in found}.values())


def enter(tx: Tx, report: IncidentReport, by: str) -> bool:
    """Keep an incident entered by hand, and who entered it. False when its number is taken at that station."""
    report = incidents.as_named(tx.conn, report)
    if not incidents.take(tx, report):
        return False
    said = {name: value for name, value in asdict(report).items() if name in EDITABLE and value not in (None, "")}
    key = Key(report.station, report.source, report.id)
    _add(tx, key, report.received_at, by, "entered", written({name: (None, value) for name, value in said.items()}))
    return True


def edit(tx: Tx, key: Key, seen: int, values: Mapping[str, Any], by: str, now: Millis) -> IncidentChange | None:
    """Change an incident to `values` (all of `EDITABLE`); None when they are what it is already.

    `seen`: the newest version its editor saw, 0 for none.

    Raises:
        GoneError: it is not there any more.
        EditedMeanwhileError: it has a newer version.
    """
    # The store's writers go one after the other: nothing comes between this look and the change.
    current = one(tx.conn, key)
    if current is None:
        raise GoneError(str(key))
    newest = history(tx.conn, key)[-1:]
    if newest and newest[0].version > seen:
        raise EditedMeanwhileError(newest[0])
    if "offence" in values and values["offence"] != current.offence:
        said = import_words.by_station(tx.conn, key.station, values["offence"], values.get("offence_group"))
        values = {**values, "offence": said[0], "offence_group": said[1]}
    changed = difference(values_of(current), values)
    if not changed:
        return None
    tx.conn.execute(
        update(_INCIDENT)
        .where(*_mine(_INCIDENT, key))
        .values(**{name: after for name, (_, after) in changed.items()})
    )
    row = _add(tx, key, now, by, "edited", written(changed))
    tx.tell(RegisterChanged(key.station, incidents.REGISTER, now))
    return row


def edited_of(conn: Connection, run: ImportBatch) -> int:
    """How many incidents of an import were changed by hand since they came: what an undo would lose."""
    of = {"station": run.station, "source": run.source, "batch": run.batch}
    return int(conn.execute(_COUNT, of).scalar_one())


def note_taken_out(tx: Tx, run: ImportBatch, by: str, now: Millis) -> None:
    """Write into the history of an import's changed incidents that they were taken out."""
    _note(tx, _NOTE_OUT, run, by, now, TAKEN_OUT)


def note_again(tx: Tx, run: ImportBatch, now: Millis) -> None:
    """Write into the history of incidents that were taken out that this import brought them again."""
    _note(tx, _NOTE_AGAIN, run, run.by, now, CAME_AGAIN)


def _note(tx: Tx, statement: TextClause, run: ImportBatch, by: str, now: Millis, kind: str) -> None:
    of = {"station": run.station, "source": run.source, "batch": run.batch}
    tx.conn.execute(statement, of | {"at": now, "by": by, "kind": kind})


def _add(tx: Tx, key: Key, at: Millis, by: str, kind: str, fields: str) -> IncidentChange:
    newest = tx.conn.execute(select(func.max(_CHANGE.c.version)).where(*_mine(_CHANGE, key))).scalar()
    row = IncidentChange(
        station=key.station, source=key.source, id=key.id, version=(newest or 0) + 1, at=at, by=by, kind=kind,
        fields=fields,
    )  # fmt: skip
    tx.conn.execute(_CHANGE.insert().values(**values_of(row)))
    return row


def _mine(table: Any, key: Key) -> tuple[Any, ...]:
    return (table.c.station == key.station, table.c.source == key.source, table.c.id == key.id)
