"""Deleting what is too old, a piece at a time, so that no SOS waits behind a large delete."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

from sqlalchemy import Connection, Delete, Table, Update, and_, delete, or_, select, text, tuple_, update
from sqlalchemy.engine import make_url

from models.records.base import Millis
from models.records.erasure import Erasure
from models.records.hotspot import ForecastRow, ForecastScoreRow, HotspotMapRow
from models.records.purpose import PastReading, Purpose
from models.records.report import Report
from models.records.sheet_print import SheetPrint
from store import forecast_tally, partitions, quarantine, raw
from store.database import Database, Tx
from store.rows import put, table_of

#: Rows deleted in one transaction: some 10 ms of the write lock.
PIECE = 2_000

_ERASURE, _REPORT, _MAP = table_of(Erasure), table_of(Report), table_of(HotspotMapRow)
_FORECAST, _SCORE = table_of(ForecastRow), table_of(ForecastScoreRow)
_PURPOSE, _READING, _PRINT = table_of(Purpose), table_of(PastReading), table_of(SheetPrint)


def in_pieces(database: Database, delete: Callable[[Tx], int]) -> int:
    """Delete in transactions of their own until nothing is left to delete; returns how many rows went."""
    total = 0
    while True:
        with database.write(patience_s=30.0) as tx:
            gone = delete(tx)
        total += gone
        if gone < PIECE:
            return total


def _deleting(statement: str, **values: object) -> Callable[[Tx], int]:
    prepared = text(statement)
    return lambda tx: tx.conn.execute(prepared, {**values, "piece": PIECE}).rowcount


def _running(statement: Delete | Update) -> Callable[[Tx], int]:
    return lambda tx: tx.conn.execute(statement).rowcount


def positions(database: Database, before: Millis) -> int:
    """Unit by unit, a range of the key each; on PostgreSQL whole months first. Dropped months are counted as one.

    A fix that is old but came in lately (a replay, a phone found again) has its time from when it came in.
    """
    with database.write(patience_s=30.0) as tx:
        total = len(partitions.drop_before(tx, before))
    for station, unit in _units(database):
        total += in_pieces(
            database,
            _deleting(
                "DELETE FROM position WHERE station = :station AND unit = :unit AND at IN"
                " (SELECT at FROM position WHERE station = :station AND unit = :unit AND at < :before"
                " AND received_at < :before ORDER BY at LIMIT :piece)",
                station=station,
                unit=unit,
                before=before,
            ),
        )
    return total


def _units(database: Database) -> list[tuple[str, str]]:
    """Every unit with a position: from one to the next along the key, without reading the positions between."""
    following = text(
        "SELECT station, unit FROM position WHERE (station, unit) > (:station, :unit) ORDER BY station, unit LIMIT 1"
    )
    result: list[tuple[str, str]] = []
    with database.read() as conn:
        last = ("", "")
        while row := conn.execute(following, {"station": last[0], "unit": last[1]}).one_or_none():
            last = (str(row.station), str(row.unit))
            result.append(last)
    return result


def told(database: Database, register: Table, past: Table, name: str, before: Millis) -> int:
    """What boxes or units said: one after the other, a range of the key each. `name`: the column that names them."""
    with database.read() as conn:
        keys = conn.execute(select(register.c.station, register.c[name])).all()
    total = 0
    for station, one in keys:
        mine = (past.c.station == station, past.c[name] == one)
        oldest = select(past.c.at).where(*mine, past.c.at < before).order_by(past.c.at)
        total += in_pieces(database, _running(delete(past).where(*mine, past.c.at.in_(oldest.limit(PIECE)))))
    return total


def raw_batches(database: Database, before: Millis) -> int:
    """Raw payloads, station by station, by the time they came in."""
    total = 0
    with database.read() as conn:
        stations = raw.stations(conn)
    for station in stations:
        total += in_pieces(
            database,
            _deleting(
                "DELETE FROM raw_batch WHERE station = :station AND (received_from, id) IN"
                " (SELECT received_from, id FROM raw_batch WHERE station = :station AND received_from < :before"
                " AND received_to < :before ORDER BY received_from LIMIT :piece)",
                station=station,
                before=before,
            ),
        )
    return total


def held(database: Database, before: Millis, most_bytes: int) -> int:
    """What is in quarantine: what is too old, and the oldest of what is too much."""
    old = _deleting(
        "DELETE FROM quarantine WHERE id IN"
        " (SELECT id FROM quarantine WHERE received_at < :before ORDER BY received_at LIMIT :piece)",
        before=before,
    )
    # The sum runs from the newest row down: what lies beyond the limit is the oldest.
    excess = _deleting(
        "DELETE FROM quarantine WHERE id IN (SELECT id FROM"
        " (SELECT id, SUM(size + :row) OVER (ORDER BY id DESC) AS held FROM quarantine) AS summed"
        " WHERE held > :most ORDER BY id LIMIT :piece)",
        most=most_bytes,
        row=quarantine.ROW_BYTES,
    )
    return in_pieces(database, old) + in_pieces(database, excess)


def changes(database: Database, before: Millis) -> int:
    """Rows of the change log by number. The newest always stays: a restart must know where the log stands."""
    with database.read() as conn:
        upto = _first_kept(conn, before)
    return in_pieces(
        database,
        _deleting(
            "DELETE FROM change WHERE seq IN (SELECT seq FROM change WHERE seq < :upto ORDER BY seq LIMIT :piece)",
            upto=upto,
        ),
    )


def touched(database: Database) -> int:
    """Which incidents were touched before the oldest change there is: nobody renews anything by it any more."""
    return in_pieces(
        database,
        _deleting(
            "DELETE FROM incident_touched WHERE (revision, station, batch, source, id) IN"
            " (SELECT revision, station, batch, source, id FROM incident_touched"
            " WHERE revision < (SELECT COALESCE(MIN(seq), 0) FROM change) LIMIT :piece)"
        ),
    )


def _first_kept(conn: Connection, before: Millis) -> int:
    """Number of the first change made at `before` or later, found by halving: times ascend with the numbers."""
    low, high = conn.execute(text("SELECT COALESCE(MIN(seq), 0), COALESCE(MAX(seq), 0) FROM change")).one()
    at_or_after = text("SELECT seq, at FROM change WHERE seq >= :seq ORDER BY seq LIMIT 1")
    while low < high:
        middle = conn.execute(at_or_after, {"seq": (low + high) // 2}).one()
        if middle.at >= before:
            high = (low + high) // 2
        else:
            low = middle.seq + 1
    return int(min(low, high))


def purposes(database: Database, before: Millis) -> int:
    """Purposes stated before a moment and what was read under them; returns how many of both.

    The tables let rows be deleted only up to the moment that is written down first, and that never goes back.
    """
    may_go(database, _PURPOSE.name, before)
    key = tuple(_READING.primary_key.columns)
    old = select(*key).where(_READING.c.at < before).order_by(_READING.c.at).limit(PIECE)
    readings = delete(_READING).where(tuple_(*key).in_(old))
    still_read = select(_READING.c.purpose).where(_READING.c.purpose == _PURPOSE.c.id).exists()
    unread = select(_PURPOSE.c.id).where(_PURPOSE.c.at < before, ~still_read).order_by(_PURPOSE.c.at).limit(PIECE)
    stated = delete(_PURPOSE).where(_PURPOSE.c.id.in_(unread))
    return in_pieces(database, _running(readings)) + in_pieces(database, _running(stated))


def maps(database: Database, before: Millis) -> int:
    """Maps of hotspots made before a moment, but the newest of each place, family, horizon and shift: it is shown."""
    may_go(database, _MAP.name, before)
    key = tuple(_MAP.primary_key.columns)
    newer = _MAP.alias()
    same = and_(*(newer.c[column.name] == column for column in key if column.name != "made_at"))
    followed = select(newer.c.made_at).where(same, newer.c.made_at > _MAP.c.made_at).exists()
    old = select(*key).where(_MAP.c.made_at < before, followed).order_by(_MAP.c.made_at).limit(PIECE)
    return in_pieces(database, _running(delete(_MAP).where(tuple_(*key).in_(old))))


def forecasts(database: Database, before: Millis) -> int:
    """Forecasts frozen and scores kept before a moment; returns how many of both. What was frozen or scored together
    is of one moment and goes together: the audit log tells of each such group (`store.forecast_proof`).

    Station by station along their index: there are millions.
    """
    may_go(database, _FORECAST.name, before)
    may_go(database, _SCORE.name, before)
    total = 0
    with database.read() as conn:
        stations = conn.execute(select(_FORECAST.c.station).distinct()).scalars().all()
    for station in stations:
        mine = _FORECAST.c.station == station
        old = select(_FORECAST.c.hash).where(mine, _FORECAST.c.made_at < before).order_by(_FORECAST.c.made_at)
        total += in_pieces(database, _running(delete(_FORECAST).where(mine, _FORECAST.c.hash.in_(old.limit(PIECE)))))
    key = tuple(_SCORE.primary_key.columns)
    late = select(*key).where(_SCORE.c.scored_at < before).order_by(_SCORE.c.scored_at).limit(PIECE)
    total += in_pieces(database, _running(delete(_SCORE).where(tuple_(*key).in_(late))))
    with database.write(patience_s=30.0) as tx:
        forecast_tally.forget(tx, before)
    return total


def may_go(database: Database, table: str, before: Millis) -> None:
    """Let rows of a table that only grows be deleted up to a moment, which never goes back."""
    with database.write(patience_s=30.0) as tx:
        kept = tx.conn.execute(select(_ERASURE.c.before).where(_ERASURE.c.kind == table)).scalar()
        put(tx, _ERASURE, [{"kind": table, "before": max(before, kept or 0)}])


def prints(database: Database, before: Millis) -> int:
    """Who had a sheet of an alarm printed."""
    key = tuple(_PRINT.primary_key.columns)
    old = select(*key).where(_PRINT.c.at < before).order_by(_PRINT.c.at).limit(PIECE)
    return in_pieces(database, _running(delete(_PRINT).where(tuple_(*key).in_(old))))


def said_by_citizens(database: Database, before: Millis) -> int:
    """The words and the contact of citizens' reports: taken out of the row, which stays to be counted."""
    key = tuple(_REPORT.primary_key.columns)
    said = or_(_REPORT.c.text != "", _REPORT.c.contact != "")
    old = select(*key).where(_REPORT.c.received_at < before, said).order_by(_REPORT.c.received_at).limit(PIECE)
    empty = update(_REPORT).where(tuple_(*key).in_(old)).values(text="", contact="")
    return in_pieces(database, _running(empty))


def emptied_log(database: Database) -> bool:
    """Empty SQLite's write-ahead log, which holds pages as they were before a deletion; False while a reader still
    needs it: then the next round does. On PostgreSQL the log is the server's to reuse, and nothing is done."""
    file = make_url(database.url).database
    if database.dialect != "sqlite" or not file:
        return True
    try:
        with closing(sqlite3.connect(file, timeout=0.2)) as conn:
            busy, *_ = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:  # another writes for longer than we wait
        return False
    return not busy
