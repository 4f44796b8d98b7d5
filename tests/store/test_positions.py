"""Positions end in the same rows whatever the order of arrival, on both databases."""

from __future__ import annotations

import random
from collections.abc import Sequence

from sqlalchemy import text

from models.picture import Picture
from models.records.position import Fix, FixFlag
from store import positions
from store.database import Database, open_database
from store.follower import Follower
from tests.servers import wait_until

START = 1_700_000_000_000
EXPLAIN = {
    "sqlite": "EXPLAIN QUERY PLAN SELECT * FROM position"
    " WHERE station = :s AND unit = :u AND at >= :start AND at < :end",
    "postgresql": "EXPLAIN SELECT * FROM position WHERE station = :s AND unit = :u AND at >= :start AND at < :end",
}


def fix(second: int, unit: str = "u1", lat: float = 13.73, received: int = 0) -> Fix:
    return Fix("lumphini", unit, START + second * 1000, lat, 100.54, 30.0, 90.0, 5.0, None, "native", 0, received)


def store(db: Database, follower: Follower, fixes: Sequence[Fix]) -> positions.Inserted:
    with db.write() as tx:
        follower.catch_up(tx.conn)
        result = positions.insert_fixes(tx, fixes, follower.picture.units)
        tx.tell(*result.fixes)
    return result


def rows(db: Database) -> list[tuple[object, ...]]:
    """Every stored fix without its time of arrival."""
    with db.read() as conn:
        found = conn.execute(
            text("SELECT station, unit, at, lat, lon, speed_kmh, flags FROM position ORDER BY station, unit, at")
        )
        return [tuple(row) for row in found]


def test_a_repeated_fix_is_one_row_and_is_counted(db: Database) -> None:
    follower = Follower(db, lambda: START)
    follower.start()
    first = store(db, follower, [fix(0), fix(5), fix(5)])
    again = store(db, follower, [fix(0), fix(5), fix(10)])
    follower.stop()
    assert (first.new, first.duplicates) == (2, 1)
    assert (again.new, again.duplicates) == (1, 2)
    assert len(rows(db)) == 3


def test_of_two_with_one_stamp_the_smaller_stays_in_either_order(db: Database) -> None:
    follower = Follower(db, lambda: START)
    follower.start()
    store(db, follower, [fix(0, lat=13.9)])
    store(db, follower, [fix(0, lat=13.73)])
    store(db, follower, [fix(0, lat=13.8)])
    follower.stop()
    assert [row[3] for row in rows(db)] == [13.73]


def test_a_late_fix_judges_itself_and_the_ones_after_it(db: Database) -> None:
    follower = Follower(db, lambda: START)
    follower.start()
    store(db, follower, [fix(0), fix(10, lat=14.73)])
    assert [row[6] for row in rows(db)] == [0, int(FixFlag.JUMP)]
    late = store(db, follower, [fix(8, lat=14.73)])
    follower.stop()
    assert [row[6] for row in rows(db)] == [0, int(FixFlag.JUMP), 0]
    assert [item.flags for item in sorted(late.fixes, key=lambda item: item.at)] == [int(FixFlag.JUMP), 0]


def test_shuffled_tripled_input_leaves_the_rows_of_the_clean_stream(db: Database) -> None:
    rng = random.Random(7)
    clean = [
        fix(second, unit, rng.choice([13.73, 13.7301, 13.7302, 14.9, 9.0]))
        for unit in ("u1", "u2")
        for second in rng.sample(range(400), 60)
    ]
    clean += [item._replace(lat=13.5) for item in rng.sample(clean, 8)]  # repeated stamps with other content
    follower = Follower(db, lambda: START)
    follower.start()
    for item in sorted(clean, key=lambda item: item.at):
        store(db, follower, [item])
    expected = rows(db)
    with db.write() as tx:
        tx.conn.execute(text("DELETE FROM position"))
        tx.conn.execute(text("DELETE FROM change"))
    follower.stop()
    shuffled = clean * 3
    rng.shuffle(shuffled)
    other = Follower(db, lambda: START)
    other.start()
    while shuffled:
        size = rng.randint(1, 40)
        store(db, other, shuffled[:size])
        del shuffled[:size]
    other.stop()
    assert rows(db) == expected
    assert any(row[6] for row in expected), "the stream has jumps in it"


def test_the_track_of_one_unit_is_a_range_read(db: Database) -> None:
    batch = [fix(second, unit) for second in range(50) for unit in ("u1", "u2")]
    with db.write() as tx:
        positions.insert_fixes(tx, batch, Picture().units)
    with db.read() as conn:
        track = positions.track(conn, "lumphini", "u1", START + 10_000, START + 20_000)
        if db.dialect == "postgresql":
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = str(
            conn.execute(
                text(EXPLAIN[db.dialect]),
                {"s": "lumphini", "u": "u1", "start": START, "end": START + 20_000},
            ).all()
        )
    assert [item.at for item in track] == [START + second * 1000 for second in range(10, 20)]
    assert "PRIMARY KEY" in plan or "_pkey" in plan, plan


def test_a_restarted_picture_is_the_one_that_was_there(db: Database) -> None:
    with db.write() as tx:
        tx.conn.execute(
            text(
                "INSERT INTO station (code, name_th, name_en, kind, bureau, province, plausible_km)"
                " VALUES ('lumphini', '', '', 'test', '', '', 50)"
            )
        )
        tx.conn.execute(
            text(
                "INSERT INTO unit (station, unit, kind, call_sign, beat, crew)"
                " VALUES ('lumphini', 'u1', 'car', '', '', '[]')"
            )
        )
    follower = Follower(db, lambda: START)
    follower.start()
    store(db, follower, [fix(second) for second in range(0, 60, 5)])
    before = follower.picture
    follower.stop()
    restored = Follower(db, lambda: START)
    restored.start()
    restored.stop()
    assert restored.picture.seq == before.seq
    assert restored.picture.units == before.units


def test_another_process_s_fixes_are_folded_in_order(db_url: str) -> None:
    one, two = open_database(db_url), open_database(db_url)
    follower = Follower(two, lambda: START)
    follower.start()
    own = Follower(one, lambda: START)
    for second in range(30):
        store(one, own, [fix(second)])
    wait_until(lambda: follower.picture.seq == 30, 60, "the other process's picture")
    assert follower.picture.units["lumphini", "u1"].heard_at == START + 29_000
    follower.stop()
    one.close()
    two.close()
