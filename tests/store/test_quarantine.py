"""The quarantine stays within its size whatever floods it, and a flood does not make each batch dearer."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from models.records.base import Reason, Rejected
from store import quarantine
from store.database import Database

NOW = 1_790_000_000_000
EMPTY = Rejected(Reason.BAD_TOPIC, "ssz/v1/lumphini/UNIT/x/zzz", b"")
MOST = 1_000 * quarantine.ROW_BYTES


def held(db: Database) -> int:
    with db.read() as conn:
        return quarantine.held_bytes(conn)


def flood(db: Database, room: quarantine.Room, batches: int) -> None:
    for n in range(batches):
        with db.write() as tx:
            room.keep(tx, [EMPTY] * 50, NOW + n)


def test_a_flood_of_empty_messages_is_bounded_and_the_newest_stay(db: Database) -> None:
    room = quarantine.Room(MOST)
    flood(db, room, 60)
    assert MOST * 0.9 <= held(db) <= MOST * 1.1
    with db.read() as conn:
        newest = quarantine.newest(conn, None, limit=5_000)
    assert newest[0].received_at == NOW + 59
    assert [row.id for row in newest] == list(range(newest[0].id, newest[0].id - len(newest), -1))


def test_the_newest_of_a_station_are_found_behind_a_flood_of_another(db: Database) -> None:
    with db.write() as tx:
        quarantine.Room(100 * MOST).keep(
            tx, [Rejected(Reason.BAD_TOPIC, "t", b"", station="quiet"), *[EMPTY] * 150], NOW
        )
    with db.read() as conn:
        assert [row.station for row in quarantine.newest(conn, frozenset({"quiet"}), limit=10)] == ["quiet"]
        assert len(quarantine.newest(conn, None, limit=10)) == 10
        assert quarantine.newest(conn, frozenset()) == []


def test_two_writers_exceed_the_bound_by_a_tenth_each_at_most(db: Database) -> None:
    rooms = [quarantine.Room(MOST), quarantine.Room(MOST)]
    for _ in range(40):
        for room in rooms:
            flood(db, room, 1)
    assert held(db) <= MOST * 1.2


def test_the_table_is_not_counted_for_each_batch(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = 0
    count = quarantine.held_bytes

    def counting(conn: Connection) -> int:
        nonlocal counted
        counted += 1
        return count(conn)

    monkeypatch.setattr(quarantine, "held_bytes", counting)
    flood(db, quarantine.Room(100 * MOST), 60)
    assert counted == 1


def test_large_payloads_are_bounded_by_their_size(db: Database) -> None:
    room = quarantine.Room(1_000_000)
    with db.write() as tx:
        for _ in range(50):
            room.keep(tx, [Rejected(Reason.TOO_LARGE, "t", b"x" * 70_000)], NOW)
    assert held(db) <= 1_000_000 * 1.1
