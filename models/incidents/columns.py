"""Incidents as columns of small numbers, sorted by when they began: what every question of the analysts is asked of.

A million cases are some 60 MB, and a count of all of them a few passes over bytes. Words are kept once, in lists that
only grow, and stand in the columns as their number. Immutable: a change of the data makes another table. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from models.analysis.shifts import DAY_MS, HOUR_MS, NO_HOUR_MS, Shifts, one_hour
from models.records.incident import FOUND_BY, PLACE_QUALITIES

Numbers = NDArray[Any]

#: Columns of the store that a table is made of, in the order in which `table_of` takes them.
READ = (
    "station", "source", "id", "batch", "occurred_from", "occurred_to", "received_at", "offence", "offence_group",
    "lat", "lon", "place_quality", "found_by", "status", "arrested",
)  # fmt: skip

#: Slots of a weekday in `week`: its hours, then known to a window only, then without an hour.
SLOTS, WINDOWED, HOURLESS = 26, 24, 25

#: Answers about an arrest in `facts`, in the order of `models.incidents.filter.ARRESTED`.
ANSWERS = 3

_GROUPS = frozenset({1, 2, 3, 4})

#: The first of January 2100.
_LAST_MS = 4_102_444_800_000

#: The first of January 1970 was a Thursday.
_FIRST_WEEKDAY = 3


class Words:
    """A list of words that only grows, and their numbers."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def number(self, word: Any) -> int:
        """The number of a word, given to it now if it had none."""
        found = self._numbers.get(word)
        if found is None:
            found = self._numbers[word] = len(self.all)
            self.all.append(word)
        return found

    def known(self, word: Any) -> int | None:
        """The number of a word; None: nobody used it."""
        return self._numbers.get(word)


@dataclass(frozen=True, slots=True)
class Lists:
    """The words of all tables of a process. `kinds`: (offence, group), 0 for no group."""

    stations: Words
    sources: Words
    batches: Words
    kinds: Words
    statuses: Words

    @classmethod
    def new(cls) -> Lists:
        """Empty ones."""
        return cls(*(Words() for _ in fields(cls)))


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of one length. `at`, `received`: ms; `day`: local, since 1970; `week`: weekday * 26 + slot of the hour;
    `facts`: (found_by * 4 + quality) * 3 + arrested; `lat`, `lon`: degrees, NaN without a place; `y`: how far
    south the place is on the square of Web Mercator, 0 to 1; `window_s`: how long the case may have taken to begin.
    """

    lists: Lists
    at: Numbers
    received: Numbers
    day: Numbers
    week: Numbers
    window_s: Numbers
    station: Numbers
    source: Numbers
    batch: Numbers
    kind: Numbers
    status: Numbers
    facts: Numbers
    lat: Numbers
    lon: Numbers
    y: Numbers
    ids: pa.StringArray

    def __len__(self) -> int:
        return len(self.at)

    @property
    def nbytes(self) -> int:
        """Bytes its columns take."""
        return sum(getattr(self, name).nbytes for name in (*_NUMBERS, "ids"))

    def keep(self, rows: NDArray[np.bool_]) -> Table:
        """Those of its rows."""
        ids = self.ids.filter(pa.array(rows))
        return Table(self.lists, ids=ids, **{name: getattr(self, name)[rows] for name in _NUMBERS})


#: Columns of numbers of words: as narrow as their words allow.
_CODES = ("source", "batch", "kind", "status")

_NUMBERS = tuple(one.name for one in fields(Table) if one.name not in ("lists", "ids"))


def table_of(columns: Sequence[Sequence[Any]], lists: Lists, zone: ZoneInfo) -> Table:
    """The table of rows of the store, given as one sequence for each of `READ`, in any order of the rows."""
    named = dict(zip(READ, columns, strict=True))
    lat, lon, quality = named["lat"], named["lon"], named["place_quality"]
    start, end = named["occurred_from"], named["occurred_to"]
    at = np.array(start, dtype=np.int64)
    long = np.maximum(np.array([one or begin for one, begin in zip(end, start, strict=True)], dtype=np.int64) - at, 0)
    window_s = np.minimum(long // 1000, 2**31 - 1).astype(np.int32)
    # A clock that was wrong by centuries has no calendar: its case stays findable, its day is the last we tell.
    wall = Shifts(zone=zone).wall_ms(np.clip(at, 0, _LAST_MS))
    place = _places(lat, lon, quality)
    order = np.argsort(at, kind="stable")
    offences = zip(named["offence"], named["offence_group"], strict=True)
    kinds = [lists.kinds.number((one, group if group in _GROUPS else 0)) for one, group in offences]
    made: dict[str, Numbers] = {
        "at": at,
        "received": np.array(named["received_at"], dtype=np.int64),
        "day": (wall // DAY_MS).astype(np.int32),
        # In the whole seconds that are kept, or the filter's hour would not be the clock's.
        "week": _week(wall, window_s.astype(np.int64) * 1000),
        "window_s": window_s,
        "station": np.array([lists.stations.number(one) for one in named["station"]], dtype=np.uint16),
        "source": np.array([lists.sources.number(one) for one in named["source"]], dtype=np.int32),
        "batch": np.array([lists.batches.number(one) for one in named["batch"]], dtype=np.int32),
        "kind": np.array(kinds, dtype=np.int32),
        "status": np.array([lists.statuses.number(one) for one in named["status"]], dtype=np.int32),
        "facts": _facts(named["found_by"], quality, named["arrested"], np.isfinite(place[0])),
        "lat": place[0],
        "lon": place[1],
        "y": mercator_y(place[0]).astype(np.float32),
    }
    texts = pa.array(named["id"], type=pa.string()).take(pa.array(order))
    return Table(lists, ids=texts, **{name: column[order] for name, column in made.items()})


def joined(tables: Sequence[Table]) -> Table:
    """Tables of the same lists as one.

    Raises:
        ValueError: there is none.
    """
    if not tables:
        raise ValueError("no table")
    first = tables[0]
    at = np.concatenate([one.at for one in tables])
    order = np.argsort(at, kind="stable")
    ids = pa.concat_arrays([one.ids for one in tables]).take(pa.array(order))
    numbers = {name: np.concatenate([getattr(one, name) for one in tables])[order] for name in _NUMBERS}
    return Table(first.lists, ids=ids, **{name: _narrow(name, column) for name, column in numbers.items()})


def gathered(pieces: Iterable[Table], empty: Table, most: int) -> Table:
    """Tables of the same lists as one, each let go before the next is taken: memory for one table of `most` rows, the
    number there are in all. `empty`: one of theirs without a row.

    Raises:
        ValueError: there are more rows.
    """
    columns = {name: np.empty(most, dtype=getattr(empty, name).dtype) for name in _NUMBERS}
    texts: list[pa.StringArray] = [empty.ids]
    n = 0
    for piece in pieces:
        for name, column in columns.items():
            column[n : n + len(piece)] = getattr(piece, name)
        texts.append(piece.ids)
        n += len(piece)
    if n != most:
        raise ValueError("another number of rows than was said")
    order = np.argsort(columns["at"], kind="stable")
    for name in _NUMBERS:
        columns[name] = _narrow(name, columns[name][order])
    ids = pa.concat_arrays(texts)
    texts.clear()
    return Table(empty.lists, ids=ids.take(pa.array(order)), **columns)


def _narrow(name: str, column: Numbers) -> Numbers:
    return column.astype(np.min_scalar_type(int(column.max()))) if name in _CODES and len(column) else column


def mercator_y(lat: Numbers) -> Numbers:
    """How far south a latitude lies on the square of Web Mercator, 0 to 1."""
    radians = np.radians(np.clip(lat, -85.0, 85.0))
    return np.asarray((1 - np.arcsinh(np.tan(radians)) / np.pi) / 2)


def keyed(table: Table, keys: Sequence[tuple[str, str, str]]) -> NDArray[np.bool_]:
    """Which rows have one of these (station, source, id)."""
    found = np.zeros(len(table), dtype=bool)
    wanted = set(keys)
    if not wanted:
        return found
    named = pc.is_in(table.ids, value_set=pa.array(sorted({key[2] for key in wanted}), type=pa.string()))
    stations, sources = table.lists.stations.all, table.lists.sources.all
    for row in np.flatnonzero(named.to_numpy(zero_copy_only=False)):
        key = (stations[table.station[row]], sources[table.source[row]], table.ids[int(row)].as_py())
        found[row] = key in wanted
    return found


def of_batches(table: Table, batches: Collection[str]) -> NDArray[np.bool_]:
    """Which rows came with one of these imports."""
    numbers = [table.lists.batches.known(one) for one in batches]
    return np.isin(table.batch, [one for one in numbers if one is not None])


def _week(wall: Numbers, long: Numbers) -> Numbers:
    weekday = (wall // DAY_MS + _FIRST_WEEKDAY) % 7
    slot = np.where(one_hour(wall, long), wall % DAY_MS // HOUR_MS, np.where(long < NO_HOUR_MS, WINDOWED, HOURLESS))
    return np.asarray(weekday * SLOTS + slot, dtype=np.uint8)


def _places(lat: Sequence[Any], lon: Sequence[Any], quality: Sequence[Any]) -> tuple[Numbers, Numbers]:
    """Latitudes and longitudes; both NaN where one is missing or the place is said to be none."""
    north, east = np.array(lat, dtype=np.float64), np.array(lon, dtype=np.float64)
    none = np.isnan(north) | np.isnan(east) | np.array([one == "none" for one in quality], dtype=bool)
    north[none] = east[none] = np.nan
    return north, east


def _facts(found: Sequence[Any], quality: Sequence[Any], arrested: Sequence[Any], placed: Numbers) -> Numbers:
    by = {word: number for number, word in enumerate(FOUND_BY)}
    good = {word: number for number, word in enumerate(PLACE_QUALITIES)}
    finder = np.array([by.get(one, by["other"]) for one in found], dtype=np.int64)
    # A place of no known quality is one of an area; without a place there is no quality.
    place = np.where(placed, np.array([good.get(one, good["area"]) for one in quality], dtype=np.int64), good["none"])
    seized = np.array([2 if one is None else 0 if one else 1 for one in arrested], dtype=np.int64)
    return np.asarray((finder * len(PLACE_QUALITIES) + place) * ANSWERS + seized, dtype=np.uint8)
