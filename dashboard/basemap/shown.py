"""The base map of this process: the file the settings name, opened and checked, and what is wrong with it.

A file that is put in the place of the old one is seen at the next look; a bad one never takes a map away, it is said.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from dashboard.basemap.archive import Archive
from dashboard.basemap.bad_archive import BadArchiveError
from dashboard.words import Language, word

_LOG = logging.getLogger(__name__)

#: Size, inode and time of a file, by which a new one is known.
_Mark = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class State:
    """What there is now. `problem`: a key of the words, empty when all is well or no file is wanted."""

    archive: Archive | None
    problem: str
    version: str


class Basemap:
    """The file and its state. May be asked from any thread.

    `streets_credit`: whose data the imported streets are; empty when they are generated.
    """

    def __init__(self, path: Path | None, streets_credit: str) -> None:
        self.path = path
        self.streets_credit = streets_credit
        self._lock = threading.Lock()
        self._mark: _Mark | None = None
        self._state: State | None = None

    def now(self) -> State:
        """The state, with the file opened anew when it is another one than at the last look."""
        if self.path is None:
            return State(None, "", "")
        with self._lock:
            mark = _mark_of(self.path)
            if self._state is None or mark != self._mark:
                self._mark, self._state = mark, self._open(self.path, mark)
            return self._state

    def _open(self, path: Path, mark: _Mark | None) -> State:
        try:
            archive = Archive(path)
        except BadArchiveError as error:
            _LOG.warning("base map %s: %s; maps are drawn without it", path, error)
            return State(None, error.key, "")
        first, last = archive.zooms
        _LOG.info("base map %s: %s tiles, zoom %s to %s", path, archive.count(), first, last)
        return State(archive, "", "-".join(f"{part:x}" for part in mark or ()))

    def note(self, language: Language) -> str:
        """What is wrong, for the people at the screen; empty when nothing is."""
        problem = self.now().problem
        if not problem or self.path is None:
            return ""
        return word("map.note", language, file=self.path.name, reason=word(problem, language))

    def words(self, language: Language) -> str:
        """What there is: the file and its zooms, that there is none, or what is wrong with it."""
        archive = self.now().archive
        if archive is None:
            return self.note(language) or word("map.none", language)
        first, last = archive.zooms
        size = f"{archive.size / 1e6:,.1f}"
        return word("map.ok", language, file=archive.path.name, first=first, last=last, mb=size)


def _mark_of(path: Path) -> _Mark | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_ino, found.st_mtime_ns
