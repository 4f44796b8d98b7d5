"""What the crime clock draws: the cases of two months one by one, and the hours of the week beside patrol minutes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from models.access.grants import Stations
from models.analysis.aoristic import Week, week_of
from models.analysis.clock import Pins, pins
from models.analysis.shifts import Shifts
from models.analysis.unguarded import Unguarded, unguarded
from models.analysis.windows import later
from models.incidents.answer import Hexagons
from models.incidents.columns import ANSWERS, Table
from models.incidents.counts import Taken
from models.incidents.filter import Filter
from models.incidents.ground import hexagons, placed
from models.incidents.periods import days_of, days_span
from models.records.incident import FOUND_BY, PLACE_QUALITIES
from store import patrols, registers
from store.columns import Columns
from store.database import Database

#: Cases of a month that are drawn one by one; of more no pin could be told from the next.
MOST = 3_000

#: Days the hours of the week are of: twelve of each weekday.
DAYS = 84

#: Days with minutes of patrol without which nothing is said of them: two of each weekday.
LEAST_DAYS = 14

#: About how wide a map of the page is, in pixels.
_MAP_PX = 520

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `id`: the same on dial and map; `arrested` None: not known; `x`, `y`, `turn`, `until`, `radius` of
    the dial (`models.analysis.clock`), None without an hour."""

    id: str
    offence: str
    group: int
    arrested: bool | None
    start: int
    end: int
    lon: float | None
    lat: float | None
    certain: bool
    at: tuple[float, float] | None
    arc: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Month:
    """A month: its first day, how many cases, of them group 4 (in no dial), without an hour and without a place;
    cases one by one, None when it or the month beside it has more than `MOST`, which `cells` count on the map
    instead; and cases of the 24 hours, windows spread."""

    first: date
    total: int
    group4: int
    no_hour: int
    no_place: int
    cases: tuple[Case, ...] | None
    hours: tuple[float, ...]
    certain: tuple[int, ...]
    cells: Hexagons | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of the week: cases of a period, minutes of patrol on the same days and ground, how many days of the
    period have them, and the list for the roster.

    `minutes` None: not asked for more than one station, nor for an area drawn by hand (`area`), whose minutes nobody
    reckons.
    """

    first: date
    last: date
    week: Week
    minutes: NDArray[np.float64] | None
    days: int
    listed: Unguarded | None
    left_out: int
    area: bool = False


def month_of(chosen: Filter, zone: ZoneInfo) -> date:
    """The first day of the month of the last day a filter holds: "this month"."""
    return days_of(chosen.start, chosen.end, zone)[1].replace(day=1)


def months(columns: Columns, chosen: Filter, firsts: Sequence[date], scope: Stations, zone: ZoneInfo) -> list[Month]:
    """The cases of calendar months that a filter takes, its period aside: all told case by case, or all counted,
    for they are compared.

    Raises:
        PreparingError, StorageError: as for `Columns.ask`.
    """
    found = []
    for first in firsts:
        start, end = days_span(first, later(first, 1) - timedelta(days=1), zone)
        table, rows, _ = columns.taken(replace(chosen, start=start, end=end), scope)
        four = _groups(table, rows) == 4
        found.append((first, table, rows[~four], int(four.sum())))
    each = all(len(rows) <= MOST for _, _, rows, _ in found)
    zoom = 0.0 if each else _zoom([(table, rows) for _, table, rows, _ in found])
    return [_month(*one, None if each else zoom, Shifts(zone=zone)) for one in found]


def _month(first: date, table: Table, rows: Taken, group4: int, zoom: float | None, shifts: Shifts) -> Month:
    """`zoom`: of the map on which the cases are counted; None: each is told."""
    begin, until = _windows(table, rows)
    week = week_of(begin, until, shifts)
    return Month(
        first, len(rows), group4, week.unknown, int(np.isnan(table.lat[rows]).sum()),
        _cases(table, rows, pins(begin, until, shifts)) if zoom is None else None,
        tuple(week.cases.sum(axis=0).tolist()), tuple(week.certain.sum(axis=0).tolist()),
        None if zoom is None else hexagons(table, placed(table, rows, None), zoom),
    )  # fmt: skip


def hours(
    db: Database, columns: Columns, chosen: Filter, last: date, scope: Stations, zone: ZoneInfo, own: str | None
) -> Hours:
    """The hours of the week of the `DAYS` up to a day. `own`: the one station whose patrols are asked; None: several.

    Of the list group 4 and what patrols found are left out (a map fed by its own patrols confirms itself), and days
    without minutes.

    Raises:
        PreparingError, StorageError: as for `Columns.ask`.
    """
    if chosen.area is not None:
        own = None
    first = last - timedelta(days=DAYS - 1)
    start, end = days_span(first, last, zone)
    asked = replace(chosen, start=start, end=end, hours=None, weekdays=None)
    table, rows, _ = columns.taken(asked, scope)
    found_by = table.facts[rows] // (ANSWERS * len(PLACE_QUALITIES))
    kept = (_groups(table, rows) != 4) & (found_by != FOUND_BY.index("patrol"))
    left_out = int((~kept).sum())
    rows = rows[kept]
    by_day: dict[int, list[float]] = {}
    if own is not None:
        begin, until = (first - _EPOCH).days, (last - _EPOCH).days
        code = "" if chosen.zone is None else chosen.zone.partition("/")[2]
        with db.read() as conn:
            anywhere = patrols.minutes(conn, own, "", begin, until)
            by_day = anywhere
            if code:
                drawn = [one.valid_from for one in registers.zones(conn, frozenset({own})) if one.code == code]
                by_day = patrols.minutes(conn, own, code, begin, until, max(drawn, default=0))
        # A day on which no unit was heard at all is a feed that was down, not a day without a patrol.
        by_day = {day: line for day, line in by_day.items() if sum(anywhere.get(day, ()))}
    if by_day:
        rows = rows[np.isin(table.day[rows], list(by_day))]
    week = week_of(*_windows(table, rows), Shifts(zone=zone))
    if own is None:
        return Hours(first, last, week, None, 0, None, left_out, chosen.area is not None)
    minutes, number = np.zeros((7, 24)), [0] * 7
    for day, line in by_day.items():
        weekday = (_EPOCH + timedelta(days=day)).weekday()
        minutes[weekday] += line
        number[weekday] += 1
    listed = unguarded(week.cases, minutes, number) if len(by_day) >= LEAST_DAYS else None
    return Hours(first, last, week, minutes, len(by_day), listed, left_out)


def _zoom(months: Sequence[tuple[Table, Taken]]) -> float:
    """As near as a map is that is framed round nearly all of these cases."""
    lon = np.concatenate([table.lon[placed(table, rows, None)] for table, rows in months])
    west, east = np.quantile(lon, [0.01, 0.99]) if len(lon) else (0.0, 0.0)
    return math.log2(360 * _MAP_PX / 256 / max(float(east - west), 1e-4))


def _groups(table: Table, rows: Taken) -> NDArray[np.int8]:
    of_kind = np.array([group for _, group in table.lists.kinds.all], dtype=np.int8)
    return np.asarray(of_kind[table.kind[rows]]) if len(of_kind) else np.zeros(0, dtype=np.int8)


def _windows(table: Table, rows: Taken) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    start = table.at[rows]
    return start, start + table.window_s[rows].astype(np.int64) * 1000


def _cases(table: Table, rows: Taken, stand: Pins) -> tuple[Case, ...]:
    lists = table.lists
    start, end = _windows(table, rows)
    answers = table.facts[rows] % ANSWERS
    # Columns first: to ask numpy for one number takes as long as making the whole case.
    columns = zip(
        table.ids.take(rows).to_pylist(), table.station[rows].tolist(), table.source[rows].tolist(),
        table.kind[rows].tolist(), answers.tolist(), start.tolist(), end.tolist(), table.lon[rows].tolist(),
        table.lat[rows].tolist(), stand.known.tolist(), stand.certain.tolist(),
        zip(stand.x.tolist(), stand.y.tolist(), strict=True),
        zip(stand.radius.tolist(), stand.turn.tolist(), stand.until.tolist(), strict=True), strict=True,
    )  # fmt: skip
    made = []
    for name, station, source, kind, answer, begin, until, lon, lat, known, certain, spot, arc in columns:
        offence, group = lists.kinds.all[kind]
        placed = not math.isnan(lat)
        made.append(
            Case(
                f"{lists.stations.all[station]}/{lists.sources.all[source]}/{name}",
                offence, group, None if answer == ANSWERS - 1 else answer == 0, begin, until,
                lon if placed else None, lat if placed else None,
                certain, spot if known else None, arc if known else None,
            )
        )  # fmt: skip
    return tuple(made)
