"""A watched folder for incident files: `<inbox>/<station>/FILE`, taken when the file no longer changes.

A file is brought in as by command, by pieces and hidden until it is whole, then moves to `<inbox>/<station>/done/`.
One that cannot be read at all moves to `errors/`. Bad rows come back as `errors/<FILE>.errors.csv` with the reason of
each; the good rows are taken, for nobody is there to ask.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path

from ingest.sources.inbox_file import (
    DONE,
    ERRORS,
    BadRows,
    ChangedError,
    Seen,
    held,
    is_file_name,
    look_at,
    move,
    told_name,
)
from models.audit.deeds import Did, by_system
from models.formats.incident_file import Context, split_mapping
from models.formats.problems import BadFileError, RowError
from models.imports.lines import CHANGED
from models.imports.opening import Table, open_table
from models.records.base import Millis, Reason
from models.records.imports import ImportBatch
from store import audit, import_runs, import_words, registers, sources
from store.bringing_in import CancelledError, Plan, bring_in
from store.database import Database, Tx
from store.errors import StorageError

log = logging.getLogger("ingest.inbox")

#: The source the feeds' health screen counts, and the one the incidents' ids belong to (as with the command).
SOURCE, IDS_OF = "inbox", "file"


class _WaitError(Exception):
    """The file cannot be taken yet; `str()` says why."""


class Inbox:
    """Looks into the folder every few seconds. All decisions are in `poll_once`; the thread only waits."""

    def __init__(
        self, db: Database, folder: Path, zone: tzinfo, clock: Callable[[], Millis], interval_s: float = 3.0
    ) -> None:
        """`zone` is that of times without an offset; the clock gives epoch ms."""
        self._db = db
        self._folder = folder
        self._zone = zone
        self._clock = clock
        self._interval_s = interval_s
        self._seen: dict[Path, Seen] = {}
        self._said: dict[Path, str] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End; a file at hand is left, and taken at the next start."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self.poll_once()
            self._stop.wait(self._interval_s)

    def poll_once(self) -> int:
        """One look: takes every file that is as it was at the look before; returns how many were taken."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            found = {file: look for file in self._files() if (look := look_at(file)) is not None}
        except OSError as error:
            self._say(self._folder, f"cannot be read: {error.strerror}")
            return 0
        self._clear(self._folder)
        ready = [file for file, look in found.items() if self._seen.get(file) == look]
        self._seen = found
        for gone in [path for path in self._said if path != self._folder and path not in found]:
            del self._said[gone]
        taken = 0
        for file in sorted(ready):
            if self._stop.is_set():
                break
            taken += self._take(file, found[file])
        return taken

    def _files(self) -> list[Path]:
        stations = [entry for entry in self._folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
        return [file for station in stations for file in station.iterdir() if is_file_name(file.name)]

    def _take(self, file: Path, look: Seen) -> bool:
        try:
            self._import(file, look)
        except ChangedError:
            self._seen.pop(file, None)
            return False
        except CancelledError:  # it is taken anew at the next start
            return False
        except (StorageError, OSError, _WaitError, import_runs.BrokenOffError) as error:
            self._say(file, f"waits: {error}")
            return False
        self._clear(file)
        return True

    def _import(self, file: Path, look: Seen) -> None:
        station = file.parent.name
        with self._db.read() as conn:
            if not registers.stations(conn, frozenset({station})):
                raise _WaitError(f"there is no station {station}")
            # What an import that was broken off left is upkeep's to take out, in a process that may delete.
            if import_runs.under_way(conn, station, IDS_OF):
                raise _WaitError("another import of the station is not whole, or is being taken out")
        with held(file, look) as path:
            try:
                self._bring(file, look, open_table(path, file.name))
            except BadFileError as error:
                if error.problem == CHANGED:
                    raise ChangedError from error
                self._refuse(file, error)
                return
        move(file, DONE, self._clock())

    def _bring(self, file: Path, look: Seen, table: Table) -> None:
        plan = self._plan(file.parent.name, table)
        with BadRows(file, table.header) as bad:

            def deed(tx: Tx, run: ImportBatch) -> None:
                if look_at(file) != look:  # another file is under its name: that one must not be moved away
                    raise ChangedError
                bad.publish()
                self._note(tx, run)

            done = bring_in(
                self._db, table, plan, self._clock, file=told_name(file), errors=bad.add, deed=deed,
                stopped=self._stop.is_set, deletes=False,
            ).run  # fmt: skip
        told = (told_name(file), done.new, done.known, done.bad)
        log.info("%s: %d incidents new, %d known before, %d rows bad", *told)

    def _plan(self, station: str, table: Table) -> Plan:
        with self._db.read() as conn:
            classify = import_words.classifier(conn, station)
            mapping, _missing = split_mapping(table.header, import_words.mapping(conn, station, IDS_OF))
        context = Context(station, IDS_OF, self._zone, self._clock(), classify)
        return Plan(station, IDS_OF, context, mapping, only_good=True, by=SOURCE)

    def _note(self, tx: Tx, run: ImportBatch) -> None:
        now = self._clock()
        counts = Counter(
            {
                (SOURCE, run.station, sources.ACCEPTED): run.new,
                (SOURCE, run.station, sources.DUPLICATE): run.known,
                (SOURCE, run.station, Reason.WRONG_TYPE.value): run.bad,
            }
        )
        sources.count_all(tx, counts, now)
        if run.new:
            told = f"new={run.new} known={run.known} bad={run.bad} source={run.source}"
            did = by_system(
                now, Did.INCIDENTS_IMPORTED, station=run.station, object=f"batch:{run.batch}", detail=told
            )
            audit.record(tx, did)

    def _refuse(self, file: Path, error: BadFileError) -> None:
        """A file of which no row can be read: the file and the reason go to `errors/`."""
        with BadRows(file, ("file",)) as bad:
            bad.add([RowError(0, (told_name(file),), (error.problem,))])
            bad.publish()
        with self._db.write() as tx:
            sources.count(tx, SOURCE, file.parent.name, Reason.UNREADABLE.value, 1, self._clock())
        move(file, ERRORS, self._clock())
        log.warning("%s cannot be read: %s", told_name(file), error)

    def _say(self, path: Path, why: str) -> None:
        """Log a trouble once, not at every look."""
        if self._said.get(path) != why:
            self._said[path] = why
            log.warning("%s %s", path.with_name(told_name(path)), why)

    def _clear(self, path: Path) -> None:
        if self._said.pop(path, None) is not None:
            log.info("%s is well again", path.with_name(told_name(path)))
