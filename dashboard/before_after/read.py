"""The figures of a zone's before and after, from the analysts' columns; kept while the data are the same."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from models.access.grants import Stations
from models.analysis.displacement import Areas, Displacement, displacement
from models.analysis.placebo import Earlier, placebo
from models.analysis.power import Smallest, smallest
from models.analysis.rate_ratio import RateRatio, rate_ratio
from models.analysis.windows import Pair, Window, earlier_pairs, pair_of
from models.incidents.areas import Counts, Ground, areas_of, counted, ground_of
from models.incidents.columns import Table
from models.incidents.counts import Taken
from models.incidents.filter import Filter
from models.incidents.periods import DAYS, days_span
from models.records.base import Millis
from store.columns import Columns

_T = TypeVar("_T")

#: Days without a case of a station after which its records begin anew.
GAP_DAYS = 180

_EPOCH = date(1970, 1, 1)

#: From and until when incidents are looked at: all of them.
_ALWAYS = (-(2**62), 2**62)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked. `others`: polygons of the station's other zones; `width_m` None: a ring of the zone's area;
    `cases`: which take part, see `cases_of`."""

    station: str
    polygon: str
    others: tuple[str, ...]
    width_m: float | None
    cases: Filter
    start: date
    months: int


@dataclass(frozen=True, slots=True)
class Reach:
    """The first and the last day with a case of a station, and when the newest of them came in, ms."""

    first: date
    last: date
    newest: Millis


@dataclass(frozen=True, slots=True)
class Found:
    """All that the page tells. `whole`: the station's records reach back to before the earlier window; `years`: the
    counts, before and after, of each earlier pair of windows; `seed`: of what is resampled."""

    pair: Pair
    before: Counts
    after: Counts
    zone: RateRatio
    ring: RateRatio
    rest: RateRatio
    moved: Displacement
    ground: Ground
    whole: bool
    years: tuple[tuple[Pair, Areas], ...]
    seed: int

    @property
    def power(self) -> Smallest:
        """How large a change the zone could have shown. Reckoned when it is asked for, and kept: the figures do not
        wait for it."""
        return _smallest(self.before.zone, self.pair.after.days / self.pair.before.days)

    @property
    def earlier(self) -> tuple[Earlier, ...]:
        """What the rule would have said in each earlier year. Reckoned when it is asked for, and kept."""
        return _earlier(self.years, self.seed)


def cases_of(chosen: Filter, station: str) -> Filter:
    """The cases a filter takes of a whole station, whenever they were: zone, ring and periods are laid over them."""
    # Group 4 is read as well, to be counted among what is left out.
    groups = None if chosen.groups is None else chosen.groups | {4}
    start, end = _ALWAYS
    return replace(
        chosen, period=DAYS, back=False, start=start, end=end, stations=frozenset({station}), zone=None, area=None,
        groups=groups,
    )  # fmt: skip


def reach(columns: Columns, station: str, scope: Stations, today: date) -> Reach | None:
    """How far the records of a station reach, up to today; None: it has no case.

    Raises:
        PreparingError: no table has been read yet.
    """
    table, rows, _ = columns.taken(Filter(DAYS, *_ALWAYS, stations=frozenset({station})), scope)
    kept, key = _REACHES.of(table), (scope, station, today)
    if key not in kept:
        kept[key] = _reach(table, rows, today)
    return kept[key]


def _reach(table: Table, rows: Taken, today: date) -> Reach | None:
    days = table.day[rows]
    held = records_of(days[days <= (today - _EPOCH).days])
    if held is None:
        return None
    first, last = (_EPOCH + timedelta(days=end) for end in held)
    return Reach(first, last, int(table.received[rows].max()))


def records_of(days: NDArray[np.int32]) -> tuple[int, int] | None:
    """The first and the last day of a station's records (days ascending); None without a case.

    Days further apart than `GAP_DAYS` are of different runs, and the one with most cases is meant: a date typed wrong
    opens no years in which nothing seems to have happened.
    """
    if not len(days):
        return None
    edges = np.flatnonzero(np.diff(days) > GAP_DAYS) + 1
    runs = np.split(days, edges)
    longest = max(runs, key=len)
    return int(longest[0]), int(longest[-1])


def look(columns: Columns, asked: Asked, since: date, scope: Stations, zone: ZoneInfo) -> Found:
    """The figures.

    Raises:
        PreparingError: no table has been read yet.
    """
    table, rows, _ = columns.taken(asked.cases, scope)
    pair = pair_of(asked.start, asked.months)
    # Nobody knows whether the first case is the first that happened: its whole month counts as known.
    earlier = earlier_pairs(asked.start, asked.months, since.replace(day=1))
    spans = tuple(_span(window, zone) for one in (pair, *earlier) for window in (one.before, one.after))
    ground = ground_of(asked.polygon, asked.others, asked.width_m)
    kept = _COUNTS.of(table)
    key = (scope, asked, spans)
    counts = kept.get(key)
    if counts is None:
        counts = kept[key] = tuple(counted(table, rows, ground, spans))
    return _told(pair, tuple(earlier), counts, ground, asked.station, since.replace(day=1) <= pair.before.first)


class _OfTable(Generic[_T]):
    """What was reckoned of the newest table, and of no other."""

    def __init__(self) -> None:
        self._held: tuple[Table | None, dict[object, _T]] = (None, {})

    def of(self, table: Table) -> dict[object, _T]:
        """What is kept of a table; that of another is forgotten, and that of one that was asked for very much."""
        held = self._held
        if held[0] is not table or len(held[1]) > _MOST:
            held = self._held = (table, {})
        return held[1]


_MOST = 256
_COUNTS: _OfTable[tuple[Counts, ...]] = _OfTable()
_REACHES: _OfTable[Reach | None] = _OfTable()


@lru_cache(maxsize=64)
def _told(
    pair: Pair, earlier: tuple[Pair, ...], counts: tuple[Counts, ...], ground: Ground, station: str, whole: bool
) -> Found:
    before, after = counts[:2]
    areas = areas_of(before, after)
    years = tuple((one, areas_of(*counts[2 * at : 2 * at + 2])) for at, one in enumerate(earlier, start=1))
    seed = zlib.crc32(f"{station}/{pair}".encode())
    days = (pair.before.days, pair.after.days)
    zone, ring, rest = (rate_ratio(*two, *days) for two in (areas.zone, areas.ring, areas.rest))
    return Found(pair, before, after, zone, ring, rest, displacement(areas, seed), ground, whole, years, seed)


@lru_cache(maxsize=256)
def _smallest(before: int, times: float) -> Smallest:
    return smallest(before, times)


@lru_cache(maxsize=64)
def _earlier(years: tuple[tuple[Pair, Areas], ...], seed: int) -> tuple[Earlier, ...]:
    return tuple(placebo([pair for pair, _ in years], [areas for _, areas in years], seed))


def _span(window: Window, zone: ZoneInfo) -> tuple[Millis, Millis]:
    return days_span(window.first, window.end - timedelta(days=1), zone)
