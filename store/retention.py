"""Retention: what is older than its time goes, a piece at a time, so that no SOS waits behind a large delete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, text

from models.records.base import Millis
from store import access, outbox, partitions, quarantine, raw
from store.audit import cutting
from store.database import Database, Tx

#: Rows deleted in one transaction: some 10 ms of the write lock.
PIECE = 2_000

_DAY_MS = 86_400_000

#: How long ended sessions and sent messages stay readable for whoever looks into a case.
_SESSION_MS = 30 * _DAY_MS
_SENT_MS = _DAY_MS


@dataclass(frozen=True, slots=True)
class Keep:
    """How long each kind is kept, in days, and how many bytes of quarantine at most. An SOS is never forgotten."""

    raw_days: int
    position_days: int
    quarantine_days: int
    change_days: int
    quarantine_bytes: int
    audit_days: int = 730


def run(database: Database, keep: Keep, now: Millis) -> dict[str, int]:
    """Delete what is too old; returns how many rows of each table went."""

    def before(days: int) -> Millis:
        return now - days * _DAY_MS

    return {
        "position": _positions(database, before(keep.position_days)),
        "sos_box_past": _boxes(database, before(keep.position_days)),
        "unit_status_past": _statuses(database, before(keep.position_days)),
        "raw_batch": _raw(database, before(keep.raw_days)),
        "quarantine": _quarantine(database, before(keep.quarantine_days), keep.quarantine_bytes),
        "change": _changes(database, before(keep.change_days)),
        "outbox": _in_pieces(database, lambda tx: outbox.prune(tx, now - _SENT_MS, PIECE)),
        "audit": cutting.forget(database, before(keep.audit_days), now),
        "access": _in_pieces(database, lambda tx: access.forget(tx, now - _SESSION_MS)),
    }


def _in_pieces(database: Database, delete: Callable[[Tx], int]) -> int:
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


def _positions(database: Database, before: Millis) -> int:
    """Unit by unit, a range of the key each; on PostgreSQL whole months first. Dropped months are counted as one.

    A fix that is old but came in lately (a replay, a phone found again) has its time from when it came in.
    """
    with database.write(patience_s=30.0) as tx:
        total = len(partitions.drop_before(tx, before))
    for station, unit in _units(database):
        total += _in_pieces(
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


def _boxes(database: Database, before: Millis) -> int:
    """What boxes said: kept as long as positions; box by box, a range of the key each."""
    with database.read() as conn:
        named = conn.execute(text("SELECT station, box FROM sos_box")).all()
    statement = (
        "DELETE FROM sos_box_past WHERE station = :station AND box = :box AND at IN"
        " (SELECT at FROM sos_box_past WHERE station = :station AND box = :box AND at < :before"
        " ORDER BY at LIMIT :piece)"
    )
    return sum(
        _in_pieces(database, _deleting(statement, station=row.station, box=row.box, before=before)) for row in named
    )


def _statuses(database: Database, before: Millis) -> int:
    """What units said they do: kept as long as positions; unit by unit, a range of the key each."""
    with database.read() as conn:
        named = conn.execute(text("SELECT station, unit FROM unit")).all()
    statement = (
        "DELETE FROM unit_status_past WHERE station = :station AND unit = :unit AND at IN"
        " (SELECT at FROM unit_status_past WHERE station = :station AND unit = :unit AND at < :before"
        " ORDER BY at LIMIT :piece)"
    )
    return sum(
        _in_pieces(database, _deleting(statement, station=row.station, unit=row.unit, before=before)) for row in named
    )


def _raw(database: Database, before: Millis) -> int:
    total = 0
    with database.read() as conn:
        stations = raw.stations(conn)
    for station in stations:
        total += _in_pieces(
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


def _quarantine(database: Database, before: Millis, most_bytes: int) -> int:
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
    return _in_pieces(database, old) + _in_pieces(database, excess)


def _changes(database: Database, before: Millis) -> int:
    """Rows of the change log by number. The newest always stays: a restart must know where the log stands."""
    with database.read() as conn:
        upto = _first_kept(conn, before)
    return _in_pieces(
        database,
        _deleting(
            "DELETE FROM change WHERE seq IN (SELECT seq FROM change WHERE seq < :upto ORDER BY seq LIMIT :piece)",
            upto=upto,
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
