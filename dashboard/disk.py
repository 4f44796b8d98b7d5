"""The space left where the data lies: looked at every two seconds, told to the wall when little or none is left."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from models.disk import Disk, judged

_LOG = logging.getLogger(__name__)

#: Time between two looks, in s.
_EVERY_S = 2.0


def bytes_left(folder: Path) -> int:
    """What an ordinary user may still write there, in bytes."""
    return shutil.disk_usage(folder).free


class DiskWatch:
    """Looks at a folder's disk on a thread of its own, which a disk that hangs holds up alone."""

    def __init__(self, folder: Path, low_mb: int, tell: Callable[[Disk], None], every_s: float = _EVERY_S) -> None:
        """`tell` is called on every change of the word, first for anything but `ok`."""
        self._folder = folder
        self._low = low_mb * 1024 * 1024
        self._tell = tell
        self._every_s = every_s
        self._word: Disk = "ok"
        self._stop = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Look for as long as the context lasts."""
        thread = threading.Thread(target=self._run, name="disk", daemon=True)
        thread.start()
        yield
        self._stop.set()
        thread.join(self._every_s)

    def look(self) -> None:
        """Look once; a change is told and logged once."""
        try:
            free = bytes_left(self._folder)
        except OSError as error:
            _LOG.warning("the space left in %s cannot be told: %s", self._folder, error)
            return
        word = judged(free, self._low)
        if word == self._word:
            return
        self._word = word
        _LOG.warning("disk %s: %d MB left in %s", word, free // 2**20, self._folder)
        self._tell(word)

    def _run(self) -> None:
        self.look()
        while not self._stop.wait(self._every_s):
            self.look()
