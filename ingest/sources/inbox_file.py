"""A file of the inbox: what it is at a look, held while it is read, its bad rows, and where it goes."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from models.formats.error_file import ErrorLines
from models.formats.problems import RowError
from models.records.base import Millis

log = logging.getLogger("ingest.inbox")

DONE, ERRORS = "done", "errors"

#: Names that are not files yet, or nobody's: hidden ones, locks of office programs, unfinished transfers.
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file was at a look: while it differs from look to look, somebody still writes it."""

    size: int
    changed_ns: int
    inode: int


class ChangedError(Exception):
    """The file changed or went while it was read; the next look decides."""


def is_file_name(name: str) -> bool:
    """Whether it is the name of a file to be taken."""
    return not name.startswith((".", "~$")) and not name.lower().endswith(_UNFINISHED) and name not in (DONE, ERRORS)


def look_at(file: Path) -> Seen | None:
    """What the file is now; None for what is no plain file (a link could lead out of the inbox) or has gone."""
    try:
        return _seen(file.lstat())
    except FileNotFoundError:
        return None


def told_name(file: Path) -> str:
    """Its name as text: bytes of it that are no UTF-8 (names of old Thai disks) become replacement marks."""
    return os.fsencode(file.name).decode("utf-8", "replace")


@contextmanager
def held(file: Path, look: Seen) -> Iterator[Path]:
    """A path to the very file that was looked at, whatever is put under its name meanwhile, a link too.

    Raises:
        ChangedError: it is not that any more.
    """
    try:
        number = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError as error:
        raise ChangedError from error
    try:
        if _seen(os.fstat(number)) != look:
            raise ChangedError
        yield Path(f"/proc/self/fd/{number}")
    finally:
        os.close(number)


def _seen(found: os.stat_result) -> Seen | None:
    return Seen(found.st_size, found.st_mtime_ns, found.st_ino) if stat.S_ISREG(found.st_mode) else None


class BadRows:
    """The bad rows of a file as `errors/<FILE>.errors.csv`, written as they are found; there once it is `published`,
    and gone when it never was. Without a row no file is made."""

    def __init__(self, file: Path, header: tuple[str, ...]) -> None:
        self._folder = file.parent / ERRORS
        self._part, self._path = self._folder / f".{file.name}.part", self._folder / f"{file.name}.errors.csv"
        self._lines = ErrorLines(header)
        self._out: BinaryIO | None = None

    def add(self, errors: list[RowError]) -> None:
        """Write some rows."""
        if not errors:
            return
        if self._out is None:
            self._folder.mkdir(exist_ok=True)
            self._out = self._part.open("wb")
            self._out.write(self._lines.begin())
        self._out.write(self._lines.lines(errors))

    def publish(self) -> None:
        """Put it in its place: before the good rows are in, for a full disk must not swallow the bad ones."""
        if self._out is None:
            return
        self._out.flush()
        os.fsync(self._out.fileno())
        os.replace(self._part, self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._out is not None:
            self._out.close()
            self._part.unlink(missing_ok=True)


def move(file: Path, where: str, now: Millis) -> None:
    """Move a file out of the way; a file of that name which is there already is never written over."""
    folder = file.parent / where
    folder.mkdir(exist_ok=True)
    target = folder / file.name
    if target.exists():
        target = folder / f"{file.stem}-{now}{file.suffix}"
    try:
        os.replace(file, target)
    except FileNotFoundError:
        log.info("%s was taken away while it was read; what it held is stored", told_name(file))
