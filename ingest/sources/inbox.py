"""A watched folder for incident files: `<inbox>/<station>/FILE`, taken when the file no longer changes.

A file that was read moves to `<inbox>/<station>/done/`; one that cannot be read at all to `errors/`. Bad rows come
back as `errors/<FILE>.errors.csv` with the reason of each; the good rows are taken, for nobody is there to ask.
"""

from __future__ import annotations

import logging
import os
import stat
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from models.formats.error_file import error_csv
from models.formats.guards import MAX_BYTES, TOO_BIG
from models.formats.incident_file import Context, IncidentFile, read_incident_file
from models.formats.problems import BadFileError, RowError
from models.records.base import Millis, Reason
from models.records.imports import DONE as WHOLE
from models.records.imports import ImportBatch
from store import import_runs, import_words, imports, registers, sources
from store.database import Database
from store.errors import StorageError

log = logging.getLogger("ingest.inbox")

#: The source the feeds' health screen counts, and the one the incidents' ids belong to (as with the command).
SOURCE, IDS_OF = "inbox", "file"

DONE, ERRORS = "done", "errors"

#: Names that are not files yet, or nobody's: hidden ones, locks of office programs, unfinished transfers.
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file was at a look: while it differs from look to look, somebody still writes it."""

    size: int
    changed_ns: int
    inode: int


class _ChangedError(Exception):
    """The file changed or went while it was read; the next look decides."""


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
        """End; a file at hand is finished first."""
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
            found = {file: look for file in self._files() if (look := _look(file)) is not None}
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
        return [file for station in stations for file in station.iterdir() if _is_file_name(file.name)]

    def _take(self, file: Path, look: Seen) -> bool:
        try:
            self._import(file, look)
        except _ChangedError:
            self._seen.pop(file, None)
            return False
        except (StorageError, OSError) as error:
            self._say(file, f"waits: {error}")
            return False
        self._clear(file)
        return True

    def _import(self, file: Path, look: Seen) -> None:
        station = file.parent.name
        if not self._known(station):
            self._say(file, f"waits: there is no station {station}")
            raise _ChangedError
        with self._db.read() as conn:
            classify = import_words.classifier(conn, station)
        context = Context(station, IDS_OF, self._zone, self._clock(), classify)
        try:
            body = _body(file, look)
            content = read_incident_file(file.name, body, context)
        except BadFileError as error:
            self._refuse(file, error)
            return
        if content.bad:
            # Before the good rows are stored: a full disk must not swallow the bad ones.
            _write(file, error_csv(content.header, content.bad))
        done = self._store(file, content)
        _move(file, DONE, context.now)
        log.info(
            "%s: %d incidents new, %d known before, %d rows bad",
            file.name,
            done.new,
            done.duplicates,
            len(content.bad),
        )

    def _known(self, station: str) -> bool:
        with self._db.read() as conn:
            return bool(registers.stations(conn, frozenset({station})))

    def _store(self, file: Path, content: IncidentFile) -> imports.Imported:
        station, now = file.parent.name, self._clock()
        with self._db.write() as tx:
            done = imports.take_all(tx, content.good, imports.new_batch())
            run = ImportBatch(
                batch=done.batch, station=station, source=IDS_OF, file=file.name, by=SOURCE, state=WHOLE, begun=now,
                heard=now, ended=now, new=done.new, known=done.duplicates, bad=len(content.bad),
            )  # fmt: skip
            import_runs.note_whole(tx, run)
            counts = Counter(
                {
                    (SOURCE, station, sources.ACCEPTED): done.new,
                    (SOURCE, station, sources.DUPLICATE): done.duplicates,
                    (SOURCE, station, Reason.WRONG_TYPE.value): len(content.bad),
                }
            )
            sources.count_all(tx, counts, self._clock())
        return done

    def _refuse(self, file: Path, error: BadFileError) -> None:
        """A file of which no row can be read: the file and the reason go to `errors/`."""
        _write(file, error_csv(("file",), [RowError(0, (file.name,), (error.problem,))]))
        with self._db.write() as tx:
            sources.count(tx, SOURCE, file.parent.name, Reason.UNREADABLE.value, 1, self._clock())
        _move(file, ERRORS, self._clock())
        log.warning("%s cannot be read: %s", file.name, error)

    def _say(self, path: Path, why: str) -> None:
        """Log a trouble once, not at every look."""
        if self._said.get(path) != why:
            self._said[path] = why
            log.warning("%s %s", path, why)

    def _clear(self, path: Path) -> None:
        if self._said.pop(path, None) is not None:
            log.info("%s is well again", path)


def _is_file_name(name: str) -> bool:
    return not name.startswith((".", "~$")) and not name.lower().endswith(_UNFINISHED) and name not in (DONE, ERRORS)


def _look(file: Path) -> Seen | None:
    """What the file is now; None for what is no plain file (a link could lead out of the inbox) or has gone."""
    try:
        found = file.lstat()
    except FileNotFoundError:
        return None
    return Seen(found.st_size, found.st_mtime_ns, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _body(file: Path, look: Seen) -> bytes:
    """The bytes of a file that is and stays what it was at the look."""
    if look.size > MAX_BYTES:
        raise BadFileError(TOO_BIG)
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as opened:
            body = opened.read(look.size + 1)
    except FileNotFoundError as error:
        raise _ChangedError from error
    if len(body) != look.size or _look(file) != look:
        raise _ChangedError
    return body


def _write(file: Path, body: bytes) -> None:
    folder = file.parent / ERRORS
    folder.mkdir(exist_ok=True)
    part = folder / f".{file.name}.part"
    part.write_bytes(body)
    os.replace(part, folder / f"{file.name}.errors.csv")


def _move(file: Path, where: str, now: Millis) -> None:
    """Move a file out of the way; a file of that name which is there already is never written over."""
    folder = file.parent / where
    folder.mkdir(exist_ok=True)
    target = folder / file.name
    if target.exists():
        target = folder / f"{file.stem}-{now}{file.suffix}"
    try:
        os.replace(file, target)
    except FileNotFoundError:
        log.info("%s was taken away while it was read; what it held is stored", file.name)
