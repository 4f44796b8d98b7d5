"""An import as it runs: begun, stored in pieces by short transactions, finished; or taken out again, as a whole.

Nothing is half done. Until an import is finished its incidents are hidden from every reader, and one that falls
silent (a process that was killed) is taken out again by whoever looks next. Between two pieces every other writer has
its turn, so that an SOS never waits for a file.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, func, select, update

from models.access.grants import Stations
from models.happenings import RegisterChanged
from models.records.base import Millis
from models.records.imports import DONE, RUNNING, UNDOING, UNDONE, ImportBatch
from models.records.incident import Incident, IncidentReport
from store import incident_changes
from store.among import among
from store.database import Database, Tx
from store.errors import StorageBusyError
from store.hidden import break_off, is_held, make_way
from store.imports import UnknownBatchError, insert
from store.incidents import REGISTER, seen
from store.rows import add_new, of_stations, records, table_of, values_of

_BATCH, _INCIDENT = table_of(ImportBatch), table_of(Incident)

_COLUMNS = [one.name for one in fields(IncidentReport)]
#: Where a row holds what names its incident.
_STATION, _SOURCE, _ID = (_COLUMNS.index(name) for name in ("station", "source", "id"))

#: Rows of a transaction: as many as take about this long, within these bounds. After one that was quicker they grow
#: by little: while the next rows are read in another thread the same number takes four times as long.
_HOLD_S = 0.06
_LEAST, _MOST, _GROWS = 512, 8_192, 1.2

#: An import of which nothing was heard for so long was broken off.
SILENT_MS = 120_000

#: How long a piece waits for its turn to write, s.
_PATIENCE_S = 60.0


_SQLITE_DELETE = "DELETE FROM incident WHERE rowid IN (SELECT rowid FROM incident WHERE batch = ? LIMIT ?)"
_PG_DELETE = "DELETE FROM incident WHERE ctid IN (SELECT ctid FROM incident WHERE batch = %s LIMIT %s)"


class BrokenOffError(Exception):
    """An import that goes on no more: it was taken out meanwhile. `str()` is one line."""


def begin(db: Database, run: ImportBatch) -> None:
    """Note that an import begins."""
    with db.write(patience_s=_PATIENCE_S) as tx:
        add_new(tx, _BATCH, values_of(run))


class Pieces:
    """Stores the rows of a running import. `clock` gives ms; `deletes`: whether this process may delete incidents."""

    def __init__(self, db: Database, batch: str, clock: Callable[[], Millis], deletes: bool = True) -> None:
        self._db, self._batch, self._clock, self._deletes = db, batch, clock, deletes
        self._size = 2_000
        self.new = self.known = 0

    def store(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Store rows (`models.imports.converting.COLUMNS`) in one transaction or several.

        Raises:
            BrokenOffError: the import was taken out meanwhile.
            StorageError: it cannot be stored now; what was stored stays hidden.
        """
        start = 0
        while start < len(rows):
            piece = [(*row, self._batch) for row in rows[start : start + self._size]]
            with self._db.write(patience_s=_PATIENCE_S) as tx:
                began = time.monotonic()
                keys = [(row[_STATION], row[_SOURCE], row[_ID]) for row in piece]
                if not self._deletes and is_held(tx, keys, self._batch):
                    raise StorageBusyError("another import, which is not whole, holds the same cases")
                if lost := make_way(tx, keys, self._batch):
                    break_off(tx, lost, self._clock())
                new = insert(tx, piece)
                self._heard(tx, new, len(piece) - new)
            took = time.monotonic() - began
            self.new += new
            self.known += len(piece) - new
            start += len(piece)
            self._size = _next_size(self._size, took)

    def _heard(self, tx: Tx, new: int, known: int) -> None:
        mine = update(_BATCH).where(_BATCH.c.batch == self._batch, _BATCH.c.state == RUNNING)
        heard = mine.values(heard=self._clock(), new=_BATCH.c.new + new, known=_BATCH.c.known + known)
        if tx.conn.execute(heard).rowcount != 1:
            raise BrokenOffError(f"import {self._batch} was taken out while it ran")


def finish(tx: Tx, batch: str, bad: int, now: Millis) -> ImportBatch:
    """Show an import's incidents to everybody; returns the run as it ended.

    Raises:
        BrokenOffError: it is not running.
    """
    mine = update(_BATCH).where(_BATCH.c.batch == batch, _BATCH.c.state == RUNNING)
    if tx.conn.execute(mine.values(state=DONE, ended=now, heard=now, bad=bad)).rowcount != 1:
        raise BrokenOffError(f"import {batch} was taken out while it ran")
    [run] = records(tx.conn, ImportBatch, select(_BATCH).where(_BATCH.c.batch == batch))
    incident_changes.note_again(tx, run, now)
    tx.tell(RegisterChanged(run.station, REGISTER, now))
    return run


def hide(tx: Tx, batch: str, stations: Stations, now: Millis, by: str = "") -> ImportBatch:
    """Take an import's incidents from every reader at once, to be deleted by `take_out`; `by` whom it is undone.

    Those that were changed by hand keep their history, with a row that says so.

    Raises:
        UnknownBatchError: there is no such import of these stations, or it was undone already.
    """
    found = records(tx.conn, ImportBatch, of_stations(
        select(_BATCH).where(_BATCH.c.batch == batch, _BATCH.c.state != UNDONE), _BATCH.c.station, stations
    ))  # fmt: skip
    if not found:
        raise UnknownBatchError(f"no import {batch}")
    if found[0].state == DONE:  # nobody sees, so nobody changed, what is not whole
        incident_changes.note_taken_out(tx, found[0], by, now)
    tx.conn.execute(update(_BATCH).where(_BATCH.c.batch == batch).values(state=UNDOING, heard=now))
    tx.tell(RegisterChanged(found[0].station, REGISTER, now))
    return found[0]


def take_out(
    db: Database, batch: str, clock: Callable[[], Millis], tell: Callable[[int], None] = lambda _: None
) -> int:
    """Delete a hidden import's incidents in short transactions; returns how many. What was there before it stays."""
    gone, size = 0, 2_000
    statement = _SQLITE_DELETE if db.dialect == "sqlite" else _PG_DELETE
    while True:
        with db.write(patience_s=_PATIENCE_S) as tx:
            began = time.monotonic()
            done = tx.conn.exec_driver_sql(statement, (batch, size)).rowcount
            mine = update(_BATCH).where(_BATCH.c.batch == batch)
            if done:
                tx.conn.execute(mine.values(heard=clock()))
            else:
                tx.conn.execute(mine.values(state=UNDONE, ended=clock(), heard=clock()))
        if not done:
            return gone
        gone += done
        tell(gone)
        size = _next_size(size, time.monotonic() - began)


def _next_size(size: int, took_s: float) -> int:
    """How many rows the next transaction takes, when so many took so long."""
    return max(_LEAST, min(_MOST, int(size * min(_GROWS, _HOLD_S / max(took_s, 1e-3)))))


def broken_off(conn: Connection, now: Millis) -> list[str]:
    """Imports that are neither whole nor out, and of which nothing has been heard for a while."""
    query = select(_BATCH.c.batch).where(_BATCH.c.state.in_((RUNNING, UNDOING)), _BATCH.c.heard < now - SILENT_MS)
    return list(conn.execute(query).scalars())


def take_out_broken(db: Database, clock: Callable[[], Millis]) -> int:
    """Take out what was broken off; returns how many imports."""
    with db.read() as conn:
        found = broken_off(conn, clock())
    for batch in found:
        with db.write(patience_s=_PATIENCE_S) as tx:
            hide(tx, batch, None, clock())
        take_out(db, batch, clock)
    return len(found)


def under_way(conn: Connection, station: str, source: str) -> bool:
    """Whether an import of that source is coming in or going out at that station."""
    hidden = _BATCH.c.state.in_((RUNNING, UNDOING))
    mine = select(_BATCH.c.batch).where(_BATCH.c.station == station, _BATCH.c.source == source, hidden)
    return conn.execute(mine.limit(1)).first() is not None


def runs(conn: Connection, stations: Stations, most: int = 200) -> list[ImportBatch]:
    """The imports of the stations asked for (None: all), the newest first."""
    query = select(_BATCH).order_by(_BATCH.c.begun.desc(), _BATCH.c.batch).limit(most)
    return records(conn, ImportBatch, of_stations(query, _BATCH.c.station, stations))


def known(conn: Connection, batch: str) -> ImportBatch | None:
    """The import of that id; None when there is none."""
    found = records(conn, ImportBatch, select(_BATCH).where(_BATCH.c.batch == batch))
    return found[0] if found else None


def known_among(conn: Connection, station: str, source: str, ids: Sequence[str]) -> int:
    """How many of these ids the store has from that source at that station, whole imports only."""
    query = seen(conn, select(func.count()).select_from(_INCIDENT)).where(
        _INCIDENT.c.station == station, _INCIDENT.c.source == source, among(conn, _INCIDENT.c.id, ids)
    )
    return int(conn.execute(query).scalar_one())
