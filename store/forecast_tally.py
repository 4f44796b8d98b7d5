"""Sums of the forward record, kept as forecasts are frozen and scored: a country's two years are millions of rows,
their sums some thousands. They are what `models.analysis.record.tallied` makes of the rows.

Which forecasts count is settled when they are scored: of each place, family, horizon and shift one that begins after
the end of the last that counts. They are scored in the order in which they began.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Subquery,
    Table,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)

from models.access.grants import Stations
from models.analysis.record import DAY_MS, NUMBERS, SUMS, Scored, Tally, period_of
from models.records.base import Millis
from models.records.hotspot import ForecastCountedRow, ForecastRow, ForecastScoreRow, ForecastTallyRow
from store.database import Tx
from store.rows import Values, add, of_stations, table_of

_TALLY, _COUNTED = table_of(ForecastTallyRow), table_of(ForecastCountedRow)
_FORECAST, _SCORE = table_of(ForecastRow), table_of(ForecastScoreRow)

#: Days are whole numbers of 32 bits, and 28 of them in ms are more.
_DAY = literal(DAY_MS, BigInteger)

#: Station, family, days and shift of a tally.
_Key = tuple[str, str, int, str]

#: What all stations together are kept under.
ALL = ""


def frozen(tx: Tx, rows: Iterable[Values]) -> None:
    """Count forecasts that were frozen, by name of their columns."""
    more: dict[_Key, list[Tally]] = defaultdict(list)
    for row in rows:
        key = cast(_Key, tuple(row[name] for name in ("station", "family", "days", "shift")))
        more[key].append(Tally(period_of(cast(Millis, row["made_at"]), key[2]), frozen=1))
    _add(tx, more)


def scored(tx: Tx, scores: Sequence[tuple[ForecastRow, Scored]]) -> None:
    """Add up how forecasts turned out, none of which was added before."""
    heads = _ends(tx.conn, {row.station for row, _ in scores})
    more: dict[_Key, list[Tally]] = defaultdict(list)
    counted = []
    for row, score in sorted(scores, key=lambda one: (one[0].made_at, one[0].hash)):
        place = (row.station, row.family, row.days, row.shift, row.zone)
        counts = row.made_at >= heads.get(place, 0)
        if counts:
            heads[place] = row.until
            counted.append({name: getattr(row, name) for name in _COUNTED.c.keys()})  # noqa: SIM118 - not a dict
        period = period_of(row.made_at, row.days)
        more[row.station, row.family, row.days, row.shift].append(Tally.of(period, score, counted=counts))
    if counted:
        tx.conn.execute(insert(_COUNTED), counted)
    _add(tx, more)


def _ends(conn: Connection, stations: Iterable[str]) -> dict[tuple[object, ...], Millis]:
    """Where the last window that counts ends, by station, family, days, shift and zone of some stations."""
    key = [_COUNTED.c[name] for name in ("station", "family", "days", "shift", "zone")]
    query = select(*key, func.max(_COUNTED.c.made_at)).where(_COUNTED.c.station.in_(sorted(stations))).group_by(*key)
    return {tuple(row[:5]): row[5] + row[2] * DAY_MS for row in conn.execute(query)}


def _add(tx: Tx, more: Mapping[_Key, Sequence[Tally]]) -> None:
    """Add to the tallies of stations, and to those of all together."""
    sums: dict[tuple[_Key, int], Tally] = {}
    for (station, family, days, shift), each in more.items():
        for one in each:
            for of in (station, ALL):
                key = (of, family, days, shift)
                known = sums.get((key, one.period))
                sums[key, one.period] = one if known is None else known.plus(one)
    rows = [
        # One by one: `asdict` looks into every number for records in it, and a station has a hundred tallies.
        {
            "station": key[0], "family": key[1], "days": key[2], "shift": key[3], "period": period,
            **{name: getattr(sums[key, period], name) for name in NUMBERS},
        }
        for key, period in sorted(sums)
    ]  # fmt: skip
    add(tx, _TALLY, rows)


def forget(tx: Tx, before: Millis) -> int:
    """Drop what is of forecasts that began before a moment; of the period in which it lies the sums stay whole."""
    over = (_TALLY.c.period + 1) * _TALLY.c.days * _DAY <= before
    gone = tx.conn.execute(delete(_COUNTED).where(_COUNTED.c.made_at < before)).rowcount
    return gone + tx.conn.execute(delete(_TALLY).where(over)).rowcount


def tallies(
    conn: Connection, stations: Stations, days: int, *, family: str | None = None, shifts: bool = False,
    since: Millis = 0, now: Millis | None = None,
) -> list[Tally]:  # fmt: skip
    """The tally of each period from that of `since` to that of `now`, the oldest first. `stations` None: of all
    together; `family` None: of every one; `shifts`: of the maps by shift instead of those of the whole day."""
    mine = _TALLY.c.station == ALL if stations is None else _TALLY.c.station.in_(sorted(stations))
    numbers = [func.sum(_TALLY.c[name]) for name in NUMBERS]
    query = select(_TALLY.c.period, *numbers).where(mine, *_of(_TALLY, days, family, shifts=shifts))
    query = query.where(_TALLY.c.period >= period_of(since, days))
    if now is not None:
        query = query.where(_TALLY.c.period <= period_of(now, days))
    query = query.group_by(_TALLY.c.period).order_by(_TALLY.c.period)
    return [Tally(*row) for row in conn.execute(query)]


def counted(
    conn: Connection, stations: Stations, days: int, *, family: str | None = None, since: Millis = 0,
    now: Millis | None = None,
) -> list[Scored]:  # fmt: skip
    """The scores of the whole day's forecasts that count, of the same periods; `stations` None: of all."""
    same = and_(_SCORE.c.station == _COUNTED.c.station, _SCORE.c.hash == _COUNTED.c.hash)
    query = select(*(_SCORE.c[name] for name in Scored.__slots__)).select_from(_COUNTED.join(_SCORE, same))
    query = query.where(*_of(_COUNTED, days, family), _COUNTED.c.made_at >= period_of(since, days) * days * DAY_MS)
    if now is not None:
        query = query.where(_COUNTED.c.made_at < (period_of(now, days) + 1) * days * DAY_MS)
    query = of_stations(query, _COUNTED.c.station, stations).order_by(_COUNTED.c.made_at, _COUNTED.c.hash)
    return [Scored(*row) for row in conn.execute(query)]


def wrong(conn: Connection, since: Millis) -> str:
    """The first tally of periods that began at `since` or later that is not the sum of the forecasts and scores there
    are, in one line; empty when each is.

    The database compares: a country's tallies are millions, and while a program goes through them its transaction is
    idle, which PostgreSQL ends.
    """
    key = ("station", "family", "days", "shift")
    period = (_FORECAST.c.made_at // (_FORECAST.c.days * _DAY)).label("period")
    same = and_(*(_SCORE.c[name] == _FORECAST.c[name] for name in ("station", "hash")))
    counts = and_(*(column == _FORECAST.c[column.name] for column in _COUNTED.c))
    sums: dict[str, ColumnElement[Any]] = {
        name: func.sum(case((_COUNTED.c.hash.is_(None), 0.0), else_=_part(name))) for name in SUMS
    }
    sums |= {"frozen": func.count(), "scored": func.count(_SCORE.c.hash), "counted": func.count(_COUNTED.c.hash)}
    own = [_FORECAST.c[name] for name in key]
    rows = select(*own, period, *(sums[name].label(name) for name in NUMBERS))
    rows = rows.select_from(_FORECAST.outerjoin(_SCORE, same).outerjoin(_COUNTED, counts))
    true = rows.where(period * _FORECAST.c.days * _DAY >= since).group_by(*own, period).subquery()
    of_periods = _TALLY.c.period * _TALLY.c.days * _DAY >= since
    each = [_TALLY.c[name] for name in (*key, "period")]
    kept = select(*each, *(_TALLY.c[name] for name in NUMBERS)).where(_TALLY.c.station != ALL, of_periods).subquery()
    added = select(
        literal(ALL).label("station"), *each[1:], *(func.sum(_TALLY.c[name]).label(name) for name in NUMBERS)
    )
    added = added.where(_TALLY.c.station != ALL, of_periods).group_by(*each[1:])
    together = select(*each, *(_TALLY.c[name] for name in NUMBERS)).where(_TALLY.c.station == ALL, of_periods)
    return _apart(conn, true, kept) or _apart(conn, added.subquery(), together.subquery())


def _apart(conn: Connection, right: Subquery, told: Subquery) -> str:
    """The first row of either that the other does not have, or not with the same numbers; empty without one."""
    key = ("station", "family", "days", "shift", "period")
    same = and_(*(right.c[name] == told.c[name] for name in key))
    off = or_(*(_differ(right.c[name], told.c[name]) for name in NUMBERS))
    for one, other in ((right, told), (told, right)):
        names = [one.c[name] for name in key]
        query = select(*names).select_from(one.outerjoin(other, same)).where(or_(other.c.station.is_(None), off))
        found = conn.execute(query.order_by(*names).limit(1)).first()
        if found is not None:
            return "/".join(str(part) for part in found)
    return ""


def _differ(one: ColumnElement[float], other: ColumnElement[float]) -> ColumnElement[bool]:
    """Whether two sums differ by more than the order of their additions can make."""
    return func.abs(one - other) > 1e-6 + 1e-9 * func.abs(other)


def _part(name: str) -> ColumnElement[float]:
    return _SCORE.c.ceiling * _SCORE.c.best_hits if name == "ceiling_hits" else _SCORE.c[name]


def _of(table: Table, days: int, family: str | None, *, shifts: bool = False) -> tuple[ColumnElement[bool], ...]:
    shift = table.c.shift != "" if shifts else table.c.shift == ""
    return (table.c.days == days, shift, *(() if family is None else (table.c.family == family,)))
