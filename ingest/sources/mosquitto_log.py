"""What Mosquitto refused before we could see it, read from its log: packets too large, packets not MQTT.

The broker writes into a file and never waits for us; the file is read from where the last look ended, and emptied
when it grows.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from models.records.base import Reason

#: Longest log kept, in bytes; then it begins anew.
MOST_BYTES = 1024 * 1024

_LINE = re.compile(
    r"(?:\d+: )?Client (.{1,512}) disconnected due to (oversize packet|malformed packet|protocol error)\."
)
_REASON = {"oversize packet": Reason.TOO_LARGE}


class Refusal(NamedTuple):
    """A packet the broker cut off with its client's connection. `client` is what the client called itself."""

    reason: Reason
    client: str


def refusals(lines: Iterable[str]) -> list[Refusal]:
    """The refusals among lines of the log. Pure."""
    found = (_LINE.fullmatch(line) for line in lines)
    return [Refusal(_REASON.get(match[2], Reason.BAD_PACKET), match[1]) for match in found if match]


class LogReader:
    """Reads what was added to a log file since the last time."""

    def __init__(self, file: Path) -> None:
        """A reader that has read nothing; the file need not be there."""
        self._file = file
        self._at = 0

    def new_lines(self) -> list[str]:
        """The whole lines added since the last call, at most `MOST_BYTES`; a log longer than that is emptied."""
        try:
            size = self._file.stat().st_size
            if size < self._at:  # emptied, or another file
                self._at = 0
            with self._file.open("rb") as log:
                log.seek(self._at)
                data = log.read(MOST_BYTES)
        except FileNotFoundError:
            self._at = 0
            return []
        whole = data.rfind(b"\n") + 1
        self._at += whole
        if size > MOST_BYTES:
            # Written with O_APPEND: the next line begins the file. A log we may only read (not ours, or in a folder
            # that is read-only for a service) is rotated by its owner: `deploy/logrotate.d/`.
            with contextlib.suppress(OSError):
                os.truncate(self._file, 0)
                self._at = 0
        return data[:whole].decode("utf-8", "replace").splitlines()
