"""What analysts ask, answered from the newest table; every question is held to the stations of who asks.

The first question starts the thread that reads the table. A change of incidents wakes it; whoever asks meanwhile gets
the answer of the table that is there. A table is one immutable value: an answer is of one version, whole.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from models.access.grants import Stations
from models.happenings import Happening, RegisterChanged
from models.incidents.answer import Answer, Hexagons, Point
from models.incidents.filter import Filter
from models.records.base import Millis
from models.records.incident import Incident
from store import registers
from store.database import Database
from store.errors import StorageError
from store.follower import Follower
from store.incidents import REGISTER

if TYPE_CHECKING:
    import pyarrow as pa

    from models.incidents.columns import Table
    from models.incidents.counts import Taken
    from models.incidents.ground import Box
    from models.incidents.packed import Packed
    from store.columns.reading import Read

_T = TypeVar("_T")
_LOG = logging.getLogger(__name__)

#: Answers and rows that are kept: of a filter, a scope and a version.
MOST_ANSWERS, MOST_ROWS = 256, 32

#: Questions counted at the same time.
_AT_ONCE = 2

#: Pixels a map on paper is across: so few that a hexagon has room for its number.
_PAGE_PX = 420.0

#: Shortest time between two renewals: many cases that come in together are read together. In s.
PAUSE_S = 0.5

#: How long a store that cannot be read is left alone before it is tried again, in s.
RETRY_S = 5.0


class PreparingError(Exception):
    """No table has been read yet; to be said in plain words, never shown as no cases. `failed`: it was tried, and the
    incidents cannot be read; it is tried again."""

    def __init__(self, failed: bool) -> None:
        super().__init__("the incidents cannot be read" if failed else "the incidents are being read")
        self.failed = failed


@dataclass(frozen=True, slots=True)
class State:
    """How the table stands: its version, how many cases and bytes it holds, when it was read (ms, by the clock of the
    process), and whether a change is known that it does not hold yet."""

    version: int
    cases: int
    nbytes: int
    read_at: Millis
    behind: bool


class Columns:
    """The columns of one process. `clock` gives ms; `zone` is that of the stations' local time."""

    def __init__(self, db: Database, follower: Follower | None, clock: Callable[[], Millis], zone: ZoneInfo) -> None:
        self._db, self._clock, self._zone = db, clock, zone
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._wake, self._changed = threading.Event(), threading.Condition()
        self._failed = False
        # Changes heard of, and how many of them the table holds; both under the condition.
        self._heard_of = self._held = 0
        self._read: Read | None = None
        self._read_at: Millis = 0
        # A few threads count for all who ask: a million rows are looked at in arrays of megabytes, and each thread
        # that ever held one keeps memory for the next.
        self._counting = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="columns-count")
        self._answers: OrderedDict[object, Answer] = OrderedDict()
        self._rows: OrderedDict[object, Packed] = OrderedDict()
        # Without a follower only what this process commits is heard of.
        self._unsubscribe = (
            follower.subscribe(lambda _picture, _seq, told: self._heard(told))
            if follower
            else db.on_commit(lambda _seq, told: self._heard(told))
        )

    def stop(self) -> None:
        """End the thread; what was read can still be asked."""
        self._unsubscribe()
        self._ended.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def prepare(self) -> None:
        """Have the table read, if nobody has asked yet; returns at once."""
        with self._lock:
            if self._thread is None and not self._ended.is_set():
                self._thread = threading.Thread(target=self._run, name="columns", daemon=True)
                self._thread.start()

    def renew(self) -> None:
        """Have the table read anew: somebody of this process changed incidents."""
        self._changes()

    def wait(self, version: int = 1, timeout_s: float = 30.0) -> bool:
        """Wait until the table has at least a version; False: it had not in time."""
        self.prepare()
        with self._changed:
            return self._changed.wait_for(lambda: self._read is not None and self._read.version >= version, timeout_s)

    @property
    def state(self) -> State | None:
        """How the table stands; None while it is read for the first time."""
        with self._changed:
            read, behind = self._read, self._heard_of != self._held
            if read is None:
                return None
            return State(read.version, len(read.table), read.table.nbytes, self._read_at, behind)

    def ask(self, chosen: Filter, scope: Stations) -> Answer:
        """Every count of the cases a filter takes, of the stations of a scope.

        Raises:
            PreparingError: no table has been read yet.
            StorageError: the filter's zone cannot be read.
        """
        from models.incidents import counts

        read = self._ready()
        polygon = _polygon(self._db, chosen)
        key = (chosen, scope, read.version, polygon)
        known = _kept(self._lock, self._answers, key)
        if known is not None:
            return known
        found = self._count(
            lambda: counts.answer(read.table, self._taken(read, chosen, scope, polygon), read.version)
        )
        _keep(self._lock, self._answers, key, found, MOST_ANSWERS)
        return found

    def taken(self, chosen: Filter, scope: Stations) -> tuple[Table, Taken, int]:
        """The table itself, the rows of it a filter takes, and its version: for sums that no answer holds.

        Raises:
            PreparingError, StorageError: as for `ask`.
        """
        read = self._ready()
        polygon = _polygon(self._db, chosen)
        return read.table, self._count(lambda: self._taken(read, chosen, scope, polygon)), read.version

    def on_map(
        self, chosen: Filter, scope: Stations, box: Box = None, zoom: float | None = 8.0, most: int = 5_000
    ) -> tuple[list[Point] | Hexagons, int]:
        """The cases with a place in a box (west, south, east, north), the newest last, or, when they are more than
        `most`, counted in hexagons fit for a zoom of the map (None: that shows nearly all of them on a page); and the
        version of the table they are of.

        Raises:
            PreparingError, StorageError: as for `ask`.
        """
        from models.incidents import ground

        read = self._ready()
        polygon = _polygon(self._db, chosen)

        def found() -> list[Point] | Hexagons:
            rows = ground.placed(read.table, self._taken(read, chosen, scope, polygon), box)
            if len(rows) <= most:
                return ground.points(read.table, rows)
            near = ground.zoom_for(read.table, rows, _PAGE_PX) if zoom is None else zoom
            return ground.hexagons(read.table, rows, near)

        return self._count(found), read.version

    def rows(
        self, chosen: Filter, scope: Stations, sort: str = "-time", page: int = 0, size: int = 50,
        names: Callable[[str, str], str] | None = None,
    ) -> tuple[list[Incident], int, int]:  # fmt: skip
        """A page of the cases, how many there are in all, and the version of the table they are of. `sort`: one of
        `models.incidents.listed.SORTS`, with "-" before it the other way round; `names`: (column, stored word) -> the
        word that is shown and sorted by. They are told as the store has them now: one that has gone since the table
        was read, or that the filter takes no more, is missing.

        Raises:
            PreparingError, StorageError: as for `ask`.
        """
        from models.incidents import listed
        from store.columns.reading import fitting, whole

        read = self._ready()
        polygon = _polygon(self._db, chosen)

        def paged() -> tuple[list[int], int]:
            rows = self._taken(read, chosen, scope, polygon)
            return listed.page(read.table, rows, sort, page, size, names), len(rows)

        wanted, total = self._count(paged)
        with self._db.read() as conn:
            found = whole(conn, read.table, wanted)
        return fitting(found, chosen, scope, self._zone, polygon), total, read.version

    def names(self, scope: Stations) -> dict[str, list[str]]:
        """The offences, statuses and sources there are at the stations of a scope: what a bar can offer.

        Raises:
            PreparingError: no table has been read yet.
        """
        all_of_it = Filter("days", -(2**62), 2**62)
        found = self.ask(all_of_it, scope)
        return {
            "offence": list(dict.fromkeys(offence for offence, _, _ in found.offences)),
            "status": list(found.statuses),
            "source": list(found.sources),
        }

    def stream(self, chosen: Filter, scope: Stations, most: int = 5_000) -> Iterator[pa.RecordBatch]:
        """The cases whole, in batches of columns as the store names them, a station after the other,
        ascending in time: read from the store as
        it is now, by the same rule, with flat memory.

        Raises:
            StorageError: the store cannot be read.
        """
        from store.columns.reading import stream

        with self._db.read() as conn:
            yield from stream(conn, chosen, scope, self._zone, _polygon(self._db, chosen), most)

    def _count(self, ask: Callable[[], _T]) -> _T:
        return self._counting.submit(ask).result()

    def _ready(self) -> Read:
        read = self._read
        if read is None:
            self.prepare()
            raise PreparingError(self._failed)
        return read

    def _taken(self, read: Read, chosen: Filter, scope: Stations, polygon: str | None) -> Taken:
        from models.incidents import counts
        from models.incidents.packed import packed, unpacked

        # With the polygon of now: a zone that was drawn anew takes other cases.
        key = (chosen, scope, read.version, polygon)
        known = _kept(self._lock, self._rows, key)
        if known is not None:
            return unpacked(known)
        rows = counts.taken(read.table, chosen, scope, polygon)
        _keep(self._lock, self._rows, key, packed(rows), MOST_ROWS)
        return rows

    def _heard(self, happenings: Sequence[Happening]) -> None:
        if any(isinstance(one, RegisterChanged) and one.register == REGISTER for one in happenings):
            self._changes()

    def _changes(self) -> None:
        with self._changed:
            self._heard_of += 1
        self._wake.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._wake.clear()
            begun = time.monotonic()
            if not self._renewed():
                self._rest(RETRY_S)
                continue
            # While a large import comes in piece by piece it is read again and again: at most a quarter of the time.
            self._rest(max(PAUSE_S, 3 * (time.monotonic() - begun)))
            self._wake.wait()

    def _renewed(self) -> bool:
        """Read what changed; False: it could not be read. The table of before is still asked then."""
        try:
            self._renew()
        except StorageError as error:
            if not self._failed:
                _LOG.warning("incidents cannot be read for the analysts: %s", error)
            self._failed = True
        except Exception:  # noqa: BLE001 - a row nobody foresaw must not leave all analysts without a table for ever
            if not self._failed:
                _LOG.exception("incidents cannot be read for the analysts")
            self._failed = True
        else:
            self._failed = False
        return not self._failed

    def _rest(self, seconds: float) -> None:
        self._ended.wait(seconds)

    def _renew(self) -> None:
        from store.columns.reading import read

        at, heard_of = self._clock(), self._heard_of
        with self._db.read() as conn:
            found = read(conn, self._read, self._zone)
        with self._changed:
            self._read, self._read_at, self._held = found, at, heard_of
            self._changed.notify_all()


def _polygon(db: Database, chosen: Filter) -> str | None:
    """The polygon of the filter's zone as the register has it now; None: no zone is chosen, or it is not there."""
    if chosen.zone is None:
        return None
    station, _, code = chosen.zone.partition("/")
    with db.read() as conn:
        return next((one.polygon for one in registers.zones(conn, frozenset({station})) if one.code == code), None)


def _kept(lock: threading.Lock, kept: OrderedDict[object, _T], key: object) -> _T | None:
    with lock:
        if key in kept:
            kept.move_to_end(key)
        return kept.get(key)


def _keep(lock: threading.Lock, kept: OrderedDict[object, _T], key: object, value: _T, most: int) -> None:
    with lock:
        kept[key] = value
        while len(kept) > most:
            kept.popitem(last=False)
