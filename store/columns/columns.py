"""What analysts ask, answered from the newest table; every question is held to the stations of who asks.

An answer is of one version of the table, whole.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from models.access.grants import Stations
from models.incidents.answer import Answer, Hexagons, Point
from models.incidents.filter import Filter
from models.records.base import Millis
from models.records.incident import Incident
from store import registers
from store.columns.newest import Newest, State
from store.database import Database
from store.follower import Follower

if TYPE_CHECKING:
    import pyarrow as pa

    from models.incidents.columns import Table
    from models.incidents.counts import Taken
    from models.incidents.ground import Box
    from models.incidents.packed import Packed
    from store.columns.reading import Read

_T = TypeVar("_T")

#: Answers and rows that are kept: of a filter, a scope and a version.
MOST_ANSWERS, MOST_ROWS = 256, 32

#: Questions counted at the same time.
_AT_ONCE = 2

#: Pixels a map on paper is across: so few that a hexagon has room for its number.
_PAGE_PX = 420.0


class Columns:
    """The columns of one process. `clock` gives ms; `zone` is that of the stations' local time."""

    def __init__(self, db: Database, follower: Follower | None, clock: Callable[[], Millis], zone: ZoneInfo) -> None:
        self._db, self._zone = db, zone
        self._newest = Newest(db, follower, clock, zone)
        self._lock = threading.Lock()
        # A few threads count for all who ask: a million rows are looked at in arrays of megabytes, and each thread
        # that ever held one keeps memory for the next.
        self._counting = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="columns-count")
        self._answers: OrderedDict[object, Answer] = OrderedDict()
        self._rows: OrderedDict[object, Packed] = OrderedDict()

    def stop(self) -> None:
        """Renew the table no more; what was read can still be asked."""
        self._newest.stop()

    def prepare(self) -> None:
        """Have the table read, if nobody has asked yet; returns at once."""
        self._newest.prepare()

    def renew(self) -> None:
        """Have the table read anew: somebody of this process changed incidents."""
        self._newest.renew()

    def wait(self, version: int = 1, timeout_s: float = 30.0) -> bool:
        """Wait until the table has at least a version; False: it had not in time."""
        return self._newest.wait(version, timeout_s)

    @property
    def state(self) -> State | None:
        """How the table stands; None while it is read for the first time."""
        return self._newest.state

    def ask(self, chosen: Filter, scope: Stations) -> Answer:
        """Every count of the cases a filter takes, of the stations of a scope.

        Raises:
            PreparingError: no table has been read yet.
            StorageError: the filter's zone cannot be read.
        """
        from models.incidents import counts

        read = self._newest.ready()
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
        read = self._newest.ready()
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

        read = self._newest.ready()
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

        read = self._newest.ready()
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
