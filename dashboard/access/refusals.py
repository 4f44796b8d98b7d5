"""Ways in that were tried and refused, for the audit log: every one counts, few are rows.

A row a guess would let a stranger fill the disk. Of one address the 1st, 2nd, 4th, 8th … try is written, with the
number it is; of all addresses together likewise once more than `MOST` rows were written in an hour. So 1,000 guesses
from one address are 10 rows, the newest tells at least half of them, and nothing has to be kept until a minute ends.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from models.records.base import Millis

#: An address that was quiet for so long begins anew, in ms.
QUIET_MS = 3_600_000

#: Rows in an hour after which all addresses are counted as one.
MOST = 200

#: Addresses remembered.
_KEPT = 10_000


@dataclass(slots=True)
class _Count:
    tries: int = 0
    last: Millis = 0


class Refusals:
    """Counts refused tries. May be called from any thread."""

    def __init__(self, clock: Callable[[], Millis]) -> None:
        self._clock = clock
        self._of: OrderedDict[str, _Count] = OrderedDict()
        self._all = _Count()
        self._rows = 0
        self._lock = threading.Lock()

    def count(self, address: str) -> tuple[str, int] | None:
        """Count a try; whose tries a row is to be written of and how many they were, or None: no row for this one."""
        now = self._clock()
        with self._lock:
            one = self._of.setdefault(address, _Count())
            self._of.move_to_end(address)
            while len(self._of) > _KEPT:
                self._of.popitem(last=False)
            tries = _more(one, now)
            if not 0 <= now - self._all.last < QUIET_MS:
                self._all, self._rows = _Count(0, now), 0
            if tries & (tries - 1):
                return None
            self._rows += 1
            if self._rows <= MOST:
                return address, tries
            self._all.tries += 1
            many = self._all.tries
            return None if many & (many - 1) else ("*", many)


def _more(count: _Count, now: Millis) -> int:
    if not 0 <= now - count.last < QUIET_MS:
        count.tries = 0
    count.tries += 1
    count.last = now
    return count.tries
