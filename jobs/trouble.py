"""Trouble of equipment: looks at boxes, feeds, disk and certificates, and ends what was put aside. Silence makes no
message, so somebody must look."""

from __future__ import annotations

import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from jobs.certificates import ends_in
from jobs.job import Job
from models.alarms.causes import (
    BEAT,
    BEAT_SILENT_MS,
    Limits,
    Trouble,
    changes,
    of_box,
    of_certificates,
    of_disk,
    of_feeds,
)
from models.alarms.kinds import Kind
from models.disk import judged
from models.records.alarm import AlarmNow
from models.records.base import Millis
from store import registers, sources
from store.alarms import trouble as alarms
from store.database import Database

#: How often is looked, in ms.
EVERY_MS = 5_000

#: Looks further apart than this, in ms, are of a clock that was set or a machine that slept.
GAP_MS = 60_000

#: Of so many origins trouble is written in one transaction: a station that goes dark holds up no press.
PIECE = 20

_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Watched:
    """What is looked at: the folder whose disk it is, how little of it is little, what is trouble of the rest, and
    the folder of our certificates, where there are any."""

    folder: Path
    disk_low_mb: int = 200
    limits: Limits = field(default_factory=Limits)
    certificates: Path | None = None


class Look:
    """Looks of one process. It remembers since when it looks without a gap and since when boxes can be heard: silence
    of a clock that was set, or while nobody listens, is not theirs."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._since: Millis | None = None
        self._looked: Millis = 0
        self._heard_since: Millis | None = None

    def found(self, conn: Connection, now: Millis) -> list[Trouble]:
        """What is judged now, and is not what the open alarms say."""
        known: dict[tuple[str, str, str], list[AlarmNow]] = defaultdict(list)
        for alarm in alarms.open_technical(conn):
            known[alarm.station, alarm.origin_kind, alarm.origin].append(alarm)
        return [
            trouble
            for trouble in self._judged(conn, now, known)
            if changes(trouble, known[trouble.station, trouble.origin_kind, trouble.origin], now)
        ]

    def _judged(
        self, conn: Connection, now: Millis, known: dict[tuple[str, str, str], list[AlarmNow]]
    ) -> list[Trouble]:
        limits = self._watched.limits
        newest = sources.newest(conn)
        since = self._without_gap(now)
        self._listen(newest.get(BEAT), now)
        heard_since = now if self._heard_since is None else max(since, self._heard_since)
        boxes = registers.boxes(conn, None)
        result = [
            of_box(
                box, now, limits, heard_since,
                any(alarm.kind == Kind.BATTERY_LOW for alarm in known[box.station, "box", box.box]),
            )
            for box in boxes
        ]  # fmt: skip
        result += of_feeds(newest, registers.with_senders(conn), now, limits, since, heard_since)
        free = shutil.disk_usage(self._watched.folder).free
        result.append(of_disk(judged(free, self._watched.disk_low_mb * _MB), free // _MB))
        ends = ends_in(self._watched.certificates) if self._watched.certificates else None
        return result if ends is None else [*result, of_certificates(ends, now)]

    def _without_gap(self, now: Millis) -> Millis:
        """Since when looks follow each other as they should: a jump of the clock, or a sleep, begins anew."""
        if self._since is None or not 0 <= now - self._looked <= GAP_MS:
            self._since, self._heard_since = now, None
        self._looked = now
        return self._since

    def _listen(self, beat: Millis | None, now: Millis) -> None:
        """Our own heartbeat came through lately: boxes can be heard."""
        if beat is None or abs(now - beat) > BEAT_SILENT_MS:
            self._heard_since = None
        elif self._heard_since is None:
            self._heard_since = now


def trouble_job(watched: Watched) -> Job:
    """The job, looking each five seconds."""
    look = Look(watched)

    def wanted(conn: Connection, now: Millis) -> bool:
        return bool(look.found(conn, now)) or bool(alarms.shelved(conn, now))

    def run(database: Database, now: Millis) -> None:
        with database.read() as conn:
            found = look.found(conn, now)
        ended = PIECE
        while ended == PIECE:
            with database.write() as tx:
                ended = len(alarms.end_shelving(tx, now, PIECE))
        for first in range(0, len(found), PIECE):
            with database.write() as tx:
                for trouble in found[first : first + PIECE]:
                    alarms.settle(tx, trouble, now)

    return Job("trouble", every_ms=EVERY_MS, run=run, lease_ms=3 * EVERY_MS, wanted=wanted)
