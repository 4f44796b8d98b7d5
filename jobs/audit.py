"""The audit log's own work: sealing alarms' histories, chaining what waits for the key, and the day's head."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from jobs.job import Job
from models.audit.chain import Mark
from models.audit.deeds import Deed
from models.audit.heads import line_of
from models.records.base import Millis
from store import audit
from store.audit import history, kept
from store.audit.writing import head, waiting
from store.database import Database
from store.files import SIDE

_LOG = logging.getLogger(__name__)

_DAY_MS = 86_400_000


def seal_job() -> Job:
    """Seal new lines of alarms' histories and chain what commands left. Without the key: nothing."""

    def wanted(conn: Connection, _now: Millis) -> bool:
        return waiting(conn) or history.waiting(conn)

    def run(database: Database, now: Millis) -> None:
        if database.audit_keys is None:
            return
        count = history.PIECE
        while count == history.PIECE:
            with database.write() as tx:
                count = history.seal(tx, now)
        count = audit.PIECE
        while count == audit.PIECE:
            with database.write() as tx:
                count = audit.record_waiting(tx, now)

    return Job("seals", every_ms=10_000, run=run, lease_ms=30_000, wanted=wanted)


def later_job(unwritten: Deed | None) -> tuple[Job, ...]:
    """Write down what this process could not when it happened, once it can; no job when there is nothing."""
    left = [] if unwritten is None else [unwritten]

    def run(database: Database, _now: Millis) -> None:
        with database.write() as tx:
            audit.record(tx, left[0])
        left.clear()

    job = Job("unwritten", every_ms=10_000, run=run, lease_ms=0, wanted=lambda _conn, _now: bool(left))
    return (job,) if left else ()


@dataclass(slots=True)
class _Told:
    """The head told last."""

    last: Mark | None = None


def head_job(data_dir: Path) -> Job:
    """Say the head in the log and keep it in a file, each day and at the start.

    The side database has a chain of its own, whose heads are not the main one's: another file.
    """
    told = _Told()

    def wanted(conn: Connection, now: Millis) -> bool:
        if told.last is None:
            side = (conn.engine.url.database or "").endswith(SIDE)
            before = kept.kept(kept.file_of(data_dir, side=side), side=side)
            told.last = before[-1] if before else None
        newest = head(conn)
        if newest is None or newest == told.last:
            return False
        return told.last is None or not 0 <= now - told.last.at < _DAY_MS

    def run(database: Database, _now: Millis) -> None:
        with database.read() as conn:
            newest = head(conn)
        if newest is None:
            return
        side = database.url.endswith(SIDE)
        _LOG.info("%s", line_of(newest, side=side))
        kept.keep(kept.file_of(data_dir, side=side), newest, side=side)
        told.last = newest

    return Job("heads", every_ms=60_000, run=run, lease_ms=120_000, wanted=wanted)
