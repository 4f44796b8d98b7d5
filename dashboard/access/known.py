"""Sessions as they were read last: what spares the store a look at every request."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from models.access.grants import Stations
from models.happenings import Happening, RegisterChanged
from models.records.access import WebSession
from models.records.base import Millis

#: How long a session once found is not looked up again, in ms.
MEMORY_MS = 2_000

_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class Known:
    """A session row as it was read, the stations its grants meant then, when, and when its use was last sent to the
    store. `round`: which reading of the register of stations that meaning is of."""

    row: WebSession
    stations: Stations
    read_at: Millis
    touched_at: Millis
    round: int


def alive(row: WebSession, now: Millis, idle_ms: Millis, used_at: Millis = 0) -> bool:
    """Whether a session row still opens doors. `used_at`: a use known here and perhaps not written down yet. Pure.

    A kiosk's session knows no idle time: a screen that was dark for a month comes back by itself.
    """
    idle = not row.kiosk and now >= max(row.used_at, used_at) + idle_ms
    return row.revoked_at is None and now < row.expires_at and not idle


class Memory:
    """The sessions that were looked up of late, by the hash of their cookie. May be used from any thread."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._round = 0
        self._lock = threading.Lock()

    @property
    def round(self) -> int:
        """Grows when stations change: to be taken before the store is read."""
        with self._lock:
            return self._round

    def get(self, digest: str) -> Known | None:
        """A session, however long ago it was read."""
        with self._lock:
            return self._known.get(digest)

    def fresh(self, known: Known, now: Millis) -> bool:
        """Whether it was read so lately that the store need not be asked, and no station has changed since."""
        return 0 <= now - known.read_at < MEMORY_MS and known.round == self.round

    def keep(self, known: Known) -> None:
        """Remember a session; the one used longest ago is forgotten when there are many."""
        with self._lock:
            self._known[known.row.hash] = known
            self._known.move_to_end(known.row.hash)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)

    def forget(self, digest: str) -> None:
        """Have the store asked about a session again."""
        with self._lock:
            self._known.pop(digest, None)

    def happened(self, _picture: object, _seq: int, happenings: Sequence[Happening]) -> None:
        """A listener of the change log: a station that changed may be another's now, so every grant is asked anew."""
        if any(isinstance(one, RegisterChanged) and one.register == "stations" for one in happenings):
            with self._lock:
                self._round += 1
