"""Positions: inserting a batch of fixes, judging the late ones, and reading a unit's track."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select, update

from models.picture import Key, UnitNow
from models.records.base import Millis
from models.records.position import HIDDEN, Fix, FixFlag, Position
from models.records.unit import Unit
from models.track import TAIL, canonical, insert, judged, smaller
from store.database import Tx

_POSITION = Position.__table__  # type: ignore[attr-defined]

#: Written out for the driver: these two carry hundreds of thousands of rows.
_SQLITE_INSERT = (
    "INSERT INTO position (station, unit, at, lat, lon, speed_kmh, heading_deg, accuracy_m, battery_pct,"
    " source, flags, received_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING"
)
_PG_INSERT = (
    "INSERT INTO position (station, unit, at, lat, lon, speed_kmh, heading_deg, accuracy_m, battery_pct,"
    " source, flags, received_at) SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::float8[],"
    " %s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::text[], %s::int[], %s::bigint[])"
    " ON CONFLICT DO NOTHING"
)

_OF_UNIT = (_POSITION.c.station == bindparam("of_station"), _POSITION.c.unit == bindparam("of_unit"))
_IN_ORDER = select(*(_POSITION.c[name] for name in Fix._fields)).where(*_OF_UNIT)
_ONE = _IN_ORDER.where(_POSITION.c.at == bindparam("moment"))
_UP_TO = _IN_ORDER.where(_POSITION.c.at <= bindparam("moment")).order_by(_POSITION.c.at.desc()).limit(3)
_AFTER = _IN_ORDER.where(_POSITION.c.at > bindparam("moment")).order_by(_POSITION.c.at).limit(2)
_NEWEST = _IN_ORDER.order_by(_POSITION.c.at.desc()).limit(TAIL + 2)
_CLEAR = ~int(FixFlag.JUMP)


@dataclass(frozen=True, slots=True)
class Inserted:
    """What became of a batch: new rows, repeated ones, and the fixes as they stand after judgement."""

    new: int
    duplicates: int
    fixes: tuple[Fix, ...]


def _rows(tx: Tx, fixes: Sequence[Fix]) -> int:
    """Insert what is not there yet; returns how many rows are new."""
    if tx.conn.dialect.name == "sqlite":
        return tx.conn.exec_driver_sql(_SQLITE_INSERT, list(fixes)).rowcount
    columns = tuple(list(column) for column in zip(*fixes, strict=True))
    return tx.conn.exec_driver_sql(_PG_INSERT, columns).rowcount


def _judge_ahead(fixes: Sequence[Fix], units: Mapping[Key, UnitNow]) -> tuple[list[Fix], list[Fix]]:
    """Judge the fixes that are the newest of their unit from its tail; returns (all, those that came late)."""
    tails: dict[Key, tuple[Fix, ...]] = {}
    ready: list[Fix] = []
    late: list[Fix] = []
    for fix in fixes:
        key = (fix.station, fix.unit)
        tail = tails.get(key)
        if tail is None:
            unit = units.get(key)
            tail = unit.tail if unit else ()
        if not tail or fix.at > tail[-1].at:
            tail = insert(tail, fix)
            tails[key] = tail
            fix = tail[-1]
        else:
            late.append(fix)
        ready.append(fix)
    return ready, late


def insert_fixes(tx: Tx, fixes: Sequence[Fix], units: Mapping[Key, UnitNow]) -> Inserted:
    """Store a batch. `units` is the live picture's, exact as of this transaction (`Follower.catch_up`).

    A repeated (station, unit, at) is one row; with other content the smaller by canonical JSON stays, so the
    order of arrival does not matter. A fix that lands between others has itself and its followers judged again.
    """
    if not fixes:
        return Inserted(0, 0, ())
    unique: dict[tuple[str, str, Millis], Fix] = {}
    for fix in fixes:
        key = fix[:3]
        known = unique.get(key)
        unique[key] = fix if known is None else smaller(known, fix)
    batch = list(unique.values())
    if len(batch) > 1 and any(batch[i].at > batch[i + 1].at for i in range(len(batch) - 1)):
        batch.sort(key=lambda fix: fix.at)
    batch, late = _judge_ahead(batch, units)
    new = _rows(tx, batch)
    changed = _settle_conflicts(tx, batch) if new < len(batch) else []
    result = {fix[:3]: fix for fix in batch}
    for fix in (*late, *changed):
        for judged_fix in _judge_again(tx, fix):
            result[judged_fix[:3]] = judged_fix
    return Inserted(new, len(fixes) - new, tuple(result.values()))


def not_stored(conn: Connection, fixes: Sequence[Fix]) -> list[Fix]:
    """The fixes of whose unit and time nothing is stored."""
    return [fix for fix in fixes if conn.execute(_ONE, _key(fix)).first() is None]


def _settle_conflicts(tx: Tx, batch: Sequence[Fix]) -> list[Fix]:
    """Of the fixes already stored with other content, store the smaller; returns those that were replaced."""
    changed: list[Fix] = []
    for fix in batch:
        row = tx.conn.execute(_ONE, _key(fix)).one()
        stored = Fix(*row)
        if stored[3:10] == fix[3:10] and stored.flags & _CLEAR == fix.flags & _CLEAR:
            continue
        if canonical(fix) < canonical(stored):
            _write(tx, fix, fix._asdict())
            changed.append(fix)
    return changed


def _key(fix: Fix) -> dict[str, object]:
    return {"of_station": fix.station, "of_unit": fix.unit, "moment": fix.at}


def _write(tx: Tx, fix: Fix, values: dict[str, object]) -> None:
    content = {name: value for name, value in values.items() if name not in ("station", "unit", "at")}
    statement = update(_POSITION).where(*_OF_UNIT, _POSITION.c.at == bindparam("moment")).values(**content)
    tx.conn.execute(statement, _key(fix))


def _judge_again(tx: Tx, fix: Fix) -> list[Fix]:
    """Judge a fix and the two after it from their stored neighbours; returns these as they now stand."""
    before = [Fix(*row) for row in tx.conn.execute(_UP_TO, _key(fix))]
    known = [*reversed(before), *(Fix(*row) for row in tx.conn.execute(_AFTER, _key(fix)))]
    start = len(before) - 1
    after = judged(known, start)
    for old, new in zip(known[start:], after[start:], strict=True):
        if old.flags != new.flags:
            _write(tx, new, {"flags": new.flags})
    return list(after[start:])


def track(conn: Connection, station: str, unit: str, start: Millis, end: Millis, limit: int = 100_000) -> list[Fix]:
    """One unit's fixes with `start <= at < end`, ascending: a range read of the primary key."""
    query = _IN_ORDER.where(_POSITION.c.at >= start, _POSITION.c.at < end).order_by(_POSITION.c.at).limit(limit)
    return [Fix(*row) for row in conn.execute(query, {"of_station": station, "of_unit": unit})]


def newest_tails(conn: Connection) -> list[Fix]:
    """The last fixes of every registered unit, ascending by unit: what the live picture starts from."""
    table = Unit.__table__  # type: ignore[attr-defined]
    result: list[Fix] = []
    for station, unit in conn.execute(select(table.c.station, table.c.unit)).all():
        rows = conn.execute(_NEWEST, {"of_station": station, "of_unit": unit}).all()
        result.extend(Fix(*row) for row in reversed(rows))
    return result


def newest_mark(conn: Connection, station: str, unit: str) -> tuple[float, float] | None:
    """Where a unit was last seen, (lat, lon) in degrees, by its last few fixes; None without a drawable one."""
    rows = conn.execute(_NEWEST, {"of_station": station, "of_unit": unit}).all()
    return next(((row.lat, row.lon) for row in rows if not row.flags & HIDDEN), None)


def count(conn: Connection) -> int:
    """How many fixes are stored."""
    return int(conn.execute(select(func.count()).select_from(_POSITION)).scalar_one())
