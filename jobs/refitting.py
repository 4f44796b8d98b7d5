"""Starts the refit when it is time: as a process of its own, so that nothing is fitted beside the alarm lane.

What answers an alarm shares an interpreter with nothing that computes for seconds; the process started here is of low
priority, ends with this one, and writes in short transactions of its own.
"""

from __future__ import annotations

import logging
import os
import subprocess
import threading
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from jobs.job import Job
from jobs.turn import LEASE
from models.analysis.due import When, is_due
from models.records.base import Millis
from store import forecasts, leases, refits
from store.database import Database
from store.files import SIDE

_LOG = logging.getLogger(__name__)

#: The first look comes when the first screens are there.
FIRST_MS = 8_000

#: Between two looks: each counts the cases of every station along an index.
EVERY_MS = 60_000

#: A forecast that could not be scored is tried again after this long.
AGAIN_MS = 3_600_000

#: How long a run that is told to end may take, in s.
_END_S = 5.0

#: Exit statuses that are no fault of the run: all done, and stations that failed and were written down
#: (`commands.refit`).
_WELL = frozenset({0, 3})


class Refitting:
    """The job of one process. `command`: what is started; it ends when its standard input does."""

    def __init__(self, command: Sequence[str], when: When, clock: Callable[[], Millis]) -> None:
        self._command = tuple(command)
        self._when = when
        self._clock = clock
        self._begun = clock()
        self._looked: Millis | None = None
        self._stopping = threading.Event()
        self._fault = 0
        self._left: frozenset[tuple[str, str]] = frozenset()
        self._left_at: Millis = 0

    def job(self) -> Job:
        """The job. Its lease lets one process start it; the run itself has a lease of its own (`jobs.refit`)."""
        return Job("refit", every_ms=5_000, run=self.run, lease_ms=60_000, wanted=self.wanted)

    def wanted(self, conn: Connection, now: Millis) -> bool:
        """Whether a station is due or a forecast's window is over."""
        first = self._looked is None and 0 <= now - self._begun < FIRST_MS
        if first or self._stopping.is_set() or (conn.engine.url.database or "").endswith(SIDE):
            return False
        if self._looked is not None and 0 <= now - self._looked < EVERY_MS:
            return False
        self._looked = now
        if leases.holder(conn, LEASE, now) is not None:
            return False  # a run is under way, ours or a command's: what is due now is due after it
        if not 0 <= now - self._left_at < AGAIN_MS:
            self._left = frozenset()
        if forecasts.any_over(conn, now, without=self._left):
            return True
        lasts, when = refits.lasts(conn, None), self._when
        return any(
            is_due(version, lasts.get(code), now, when) for code, version in refits.versions(conn, None).items()
        )

    def run(self, database: Database, now: Millis) -> None:
        """Start the process and wait for its end, or for ours."""
        # One thread a process: the alarm lane needs the other cores more.
        environment = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        with subprocess.Popen(  # noqa: S603 - our own command
            self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment
        ) as process:
            while process.poll() is None and not self._stopping.wait(0.2):
                pass
            if process.poll() is None:
                _end(process)
            else:
                self._tell(process.returncode)
        with database.read() as conn:
            # What is still to be scored could not be: it must not start a process each minute.
            self._left = frozenset((one.station, one.hash) for one in forecasts.due(conn, now))
            self._left_at = now

    def _tell(self, status: int) -> None:
        """Log a fault once, not each minute that it is met again."""
        fault = 0 if status in _WELL else status
        if fault not in (0, self._fault):
            _LOG.error("no hotspot map was made: the refit ended with status %d", fault)
        self._fault = fault

    def stop(self) -> None:
        """End what runs; nothing is started any more."""
        self._stopping.set()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
