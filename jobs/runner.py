"""Threads that run what is due, one a job. What fails is logged once, tried again, and stops no other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from jobs.job import Job
from jobs.schedule import due
from models.records.base import Millis
from store import leases
from store.database import Database
from store.errors import StorageError

_LOG = logging.getLogger(__name__)

#: How often is looked what is due, in s.
TICK_S = 0.5

#: A job that failed is tried again after this time, or when it is due if that is sooner, in ms.
RETRY_MS = 30_000


class Runner:
    """Runs jobs: `start` and `stop` once each; `tick` is one look at one job.

    `holder` names this process in the leases: two processes need two names.
    """

    def __init__(self, database: Database, jobs: Sequence[Job], clock: Callable[[], Millis], holder: str) -> None:
        self._database = database
        self._jobs = tuple(jobs)
        self._clock = clock
        self._holder = holder
        self._last: dict[str, Millis] = {}
        self._begun: dict[str, Millis] = {}
        self._failing: set[str] = set()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin; each job has a thread of its own, so that a long retention run delays no escalation."""
        self._threads = [
            threading.Thread(target=self._follow, args=(job,), name=f"job-{job.name}", daemon=True)
            for job in self._jobs
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """End after what runs now, and give the leases back."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout_s)
        names = [_lease(job) for job in self._jobs if job.lease_ms]
        try:
            with self._database.write(patience_s=1.0) as tx:
                for name in names:
                    leases.release(tx, name, self._holder)
        except StorageError as error:
            _LOG.info("leases run out by themselves: %s", error)

    def tick(self, job: Job) -> bool:
        """Run one job if it is due, wanted, and ours to do; True when it ran to its end."""
        now = self._clock()
        begun = self._begun.setdefault(job.name, now)
        if begun <= now < begun + job.first_after_ms:
            return False
        if not due(now, self._last.get(job.name), job.every_ms):
            return False
        self._last[job.name] = now
        try:
            done = self._try(job, now)
        except StorageError as error:
            self._last[job.name] = now - max(0, job.every_ms - RETRY_MS)
            self._failed(job, str(error))
            return False
        except Exception:  # noqa: BLE001 - a job with a fault must not end the thread: it is tried again, loudly
            _LOG.exception("job %s has a fault", job.name)
            return False
        if job.name in self._failing:
            self._failing.discard(job.name)
            _LOG.warning("job %s works again", job.name)
        return done

    def _try(self, job: Job, now: Millis) -> bool:
        with self._database.read() as conn:
            if not job.wanted(conn, now):
                return False
        if job.lease_ms and not self._ours(job, now):
            return False
        job.run(self._database, now)
        return True

    def _ours(self, job: Job, now: Millis) -> bool:
        with self._database.write() as tx:
            return leases.take(tx, _lease(job), self._holder, now, job.lease_ms)

    def _failed(self, job: Job, why: str) -> None:
        if job.name not in self._failing:
            self._failing.add(job.name)
            _LOG.warning("job %s cannot work: %s", job.name, why)

    def _follow(self, job: Job) -> None:
        while not self._stop.wait(TICK_S):
            self.tick(job)


def _lease(job: Job) -> str:
    return f"job-{job.name}"
