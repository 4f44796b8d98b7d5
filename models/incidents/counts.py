"""The rows that a filter takes of a table, and all counts of them in one go. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from models.access.grants import Stations
from models.incidents.answer import HOURS, WEEKDAYS, Answer, Days
from models.incidents.columns import ANSWERS, HOURLESS, SLOTS, WINDOWED, Table, Words
from models.incidents.filter import ARRESTED, NO_HOUR, Area, Filter
from models.records.incident import FOUND_BY, PLACE_QUALITIES

#: Numbers of rows, ascending.
Taken = NDArray[np.int64]

_EPOCH = date(1970, 1, 1)


def taken(table: Table, chosen: Filter, scope: Stations, zone: str | None = None) -> Taken:
    """The rows of the cases a filter takes, of the stations of a scope (None: all).

    `zone`: the GeoJSON polygon of the filter's zone; a zone that has none holds no case. A case without a place is in
    no zone and no drawn area.
    """
    first, last = (int(row) for row in np.searchsorted(table.at, [chosen.start, chosen.end]))
    part = slice(first, last)
    held: NDArray[np.bool_] | None = None
    for column, wanted in _wanted(table, chosen, scope):
        if wanted.all():
            continue
        found = wanted[column[part]]
        held = found if held is None else held & found
    rows: Taken = np.arange(first, last) if held is None else first + np.flatnonzero(held)
    if chosen.zone is not None:
        rows = _inside(table, rows, None if zone is None else shapely.from_geojson(zone))
    if chosen.area is not None:
        rows = _inside(table, rows, _ground(chosen.area))
    return rows


def answer(table: Table, rows: Taken, version: int) -> Answer:
    """All counts of some rows."""
    if not len(rows):
        return Answer(version)
    lists = table.lists
    days, of_day = _few(table.day[rows])
    # Read once: a refresh in another thread may add words while this runs.
    named = [len(words.all) for words in (lists.kinds, lists.statuses, lists.sources, lists.stations)]
    week, facts, kinds, statuses, sources, stations = _counted(
        [table.week, table.facts, table.kind, table.status, table.source, table.station],
        [WEEKDAYS * SLOTS, _FACTS, *named], rows,
    )  # fmt: skip
    week, facts = week.reshape(WEEKDAYS, SLOTS), facts.reshape(len(FOUND_BY), len(PLACE_QUALITIES), ANSWERS)
    groups = dict.fromkeys(range(5), 0)
    offences = []
    for number in np.flatnonzero(kinds):
        offence, group = lists.kinds.all[number]
        n = int(kinds[number])
        groups[group] = groups.get(group, 0) + n
        offences.append((offence, group, n))
    qualities = _named(PLACE_QUALITIES, facts.sum(axis=(0, 2)))
    return Answer(
        version=version,
        newest=_newest(table, rows),
        total=len(rows),
        no_place=qualities["none"],
        no_hour=int(week[:, HOURS:].sum()),
        windowed=int(week[:, WINDOWED].sum()),
        days=Days.of(zip(days, of_day, strict=True)),
        months=_months(days, of_day),
        hours_by_weekday=week[:, :HOURS].tolist(),
        offences=sorted(offences, key=lambda one: (-one[2], one[0], one[1])),
        groups=groups,
        statuses=_most_first(lists.statuses, statuses),
        found_by=_named(FOUND_BY, facts.sum(axis=(1, 2))),
        sources=_most_first(lists.sources, sources),
        qualities=qualities,
        arrested=_named(ARRESTED, facts.sum(axis=(0, 1))),
        by_station=_most_first(lists.stations, stations),
    )


def _newest(table: Table, rows: Taken) -> int:
    """When the newest of some rows came in. Piece by piece, as in `_counted`."""
    return max(int(table.received[rows[begin : begin + _PIECE]].max()) for begin in range(0, len(rows), _PIECE))


def _counted(columns: Sequence[NDArray[Any]], sizes: Sequence[int], rows: Taken) -> list[NDArray[np.int64]]:
    """How often each number stands in each of some columns of small numbers, `sizes` of them. Piece by piece: what is
    counted stays near the processor, and no copy of a million numbers is made on the way."""
    sums = [np.zeros(size, dtype=np.int64) for size in sizes]
    for begin in range(0, len(rows), _PIECE):
        part = rows[begin : begin + _PIECE]
        for column, so_far in zip(columns, sums, strict=True):
            so_far += np.bincount(column[part], minlength=len(so_far))
    return sums


#: Rows counted at a time.
_PIECE = 65_536

_FACTS = len(FOUND_BY) * len(PLACE_QUALITIES) * ANSWERS


def _wanted(table: Table, chosen: Filter, scope: Stations) -> list[tuple[NDArray[Any], NDArray[np.bool_]]]:
    """Columns of numbers, and which of their numbers are wanted."""
    lists = table.lists
    stations = scope if chosen.stations is None else chosen.stations if scope is None else chosen.stations & scope
    if chosen.zone is not None:
        of_zone = frozenset({chosen.zone.partition("/")[0]})
        stations = of_zone if stations is None else stations & of_zone
    return [
        (table.station, _flags(lists.stations, stations)),
        (table.week, _week_flags(chosen)),
        (table.kind, _kind_flags(lists.kinds, chosen)),
        (table.facts, _fact_flags(chosen)),
        (table.status, _flags(lists.statuses, chosen.statuses)),
        (table.source, _flags(lists.sources, chosen.sources)),
    ]


def _flags(words: Words, wanted: Collection[str] | None) -> NDArray[np.bool_]:
    flags = np.full(len(words.all), wanted is None)
    for word in wanted or ():
        number = words.known(word)
        if number is not None and number < len(flags):
            flags[number] = True
    return flags


def _week_flags(chosen: Filter) -> NDArray[np.bool_]:
    flags = np.ones((WEEKDAYS, SLOTS), dtype=bool)
    if chosen.weekdays is not None:
        flags[[day for day in range(WEEKDAYS) if day not in chosen.weekdays]] = False
    if chosen.hours is not None:
        flags[:, [hour for hour in range(HOURS) if hour not in chosen.hours]] = False
        flags[:, [WINDOWED, HOURLESS]] &= NO_HOUR in chosen.hours
    return flags.reshape(-1)


def _kind_flags(kinds: Words, chosen: Filter) -> NDArray[np.bool_]:
    # Read once: a refresh in another thread may add words while this runs.
    known = list(kinds.all)
    if chosen.groups is None and chosen.offences is None:
        return np.ones(len(known), dtype=bool)
    return np.array(
        [
            (chosen.groups is None or group in chosen.groups)
            and (chosen.offences is None or offence in chosen.offences)
            for offence, group in known
        ],
        dtype=bool,
    )


def _fact_flags(chosen: Filter) -> NDArray[np.bool_]:
    parts = ((FOUND_BY, chosen.found_by), (PLACE_QUALITIES, chosen.qualities), (ARRESTED, chosen.arrested))
    finder, place, seized = (
        np.array([wanted is None or word in wanted for word in words], dtype=bool) for words, wanted in parts
    )
    return np.asarray((finder[:, None, None] & place[None, :, None] & seized[None, None, :]).reshape(-1))


def _ground(area: Area) -> Any:
    """All that a drawn line goes round, also where it crosses itself."""
    if not area:
        return None
    line = shapely.unary_union(shapely.LineString([*area, area[0]]))
    return shapely.union_all(shapely.get_parts(shapely.polygonize([line])))


def _inside(table: Table, rows: Taken, polygon: Any) -> Taken:
    if polygon is None or polygon.is_empty:
        return rows[:0]
    west, south, east, north = polygon.bounds
    lon, lat = table.lon[rows], table.lat[rows]
    near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    shapely.prepare(polygon)
    found: Taken = rows[near[shapely.intersects_xy(polygon, lon[near], lat[near])]]
    return found


def _few(values: NDArray[Any]) -> tuple[list[int], list[int]]:
    """The values there are, ascending, and how often."""
    least = int(values.min())
    if int(values.max()) - least < 100_000:
        counts = np.bincount(values - least)
        there = np.flatnonzero(counts)
        return (there + least).tolist(), counts[there].tolist()
    found, often = np.unique(values, return_counts=True)
    return found.tolist(), often.tolist()


def _months(days: Sequence[int], counts: Sequence[int]) -> list[tuple[int, int]]:
    found: dict[int, int] = {}
    for day, n in zip(days, counts, strict=True):
        first = (_EPOCH + timedelta(days=day)).replace(day=1)
        number = (first - _EPOCH).days
        found[number] = found.get(number, 0) + n
    return list(found.items())


def _named(words: Sequence[str], counts: NDArray[Any]) -> dict[str, int]:
    return {word: int(n) for word, n in zip(words, counts, strict=True)}


def _most_first(words: Words, counts: NDArray[np.int64]) -> dict[str, int]:
    found = [(words.all[number], int(counts[number])) for number in np.flatnonzero(counts)]
    return dict(sorted(found, key=lambda one: (-one[1], one[0])))
