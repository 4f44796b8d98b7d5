"""Upkeep of the store: retention, partitions ahead, and the mark that tells a lost file or log from a new one."""

from __future__ import annotations

import logging
from pathlib import Path

from jobs.job import Job
from models.records.base import Millis
from store import import_runs, leftovers, partitions, retention
from store.database import Database
from store.integrity import keep_mark
from store.retention import Keep

_LOG = logging.getLogger(__name__)

_MINUTE_MS = 60_000


def retention_job(keep: Keep) -> Job:
    """Delete what is older than its time, each hour."""

    def run(database: Database, now: Millis) -> None:
        gone = {name: count for name, count in retention.run(database, keep, now).items() if count}
        if gone:
            _LOG.info("retention: deleted %s", ", ".join(f"{count} of {name}" for name, count in gone.items()))

    return Job("retention", every_ms=60 * _MINUTE_MS, run=run, lease_ms=60 * _MINUTE_MS)


def partition_job() -> Job:
    """Make next months' partitions of the positions (PostgreSQL), four times a day and at start."""

    def run(database: Database, now: Millis) -> None:
        if database.dialect != "postgresql":
            return
        with database.write(patience_s=30.0) as tx:
            made = partitions.ensure(tx, now)
        if made:
            _LOG.info("partitions made: %s", ", ".join(made))

    return Job("partitions", every_ms=360 * _MINUTE_MS, run=run, lease_ms=5 * _MINUTE_MS)


def import_job() -> Job:
    """Take out imports that were broken off, each minute and at start."""

    def run(database: Database, now: Millis) -> None:
        if count := import_runs.take_out_broken(database, lambda: now):
            _LOG.warning("imports that were broken off: %d taken out", count)

    return Job("imports", every_ms=_MINUTE_MS, run=run, lease_ms=10 * _MINUTE_MS)


def leftovers_job(folder: Path) -> Job:
    """Take away files that a killed process left in the data folder, each hour and at start. No lease: the folder is
    this machine's, not a row."""

    def run(_database: Database, now: Millis) -> None:
        if count := leftovers.sweep(folder, now):
            _LOG.info("files that were left: %d taken away", count)

    return Job("leftovers", every_ms=60 * _MINUTE_MS, run=run, lease_ms=0)


def mark_job() -> Job:
    """Note each five seconds how far the change log has come. No lease: the mark is the file's, not a row."""
    return Job("mark", every_ms=5_000, run=lambda database, _now: keep_mark(database), lease_ms=0)
