"""The audit log in both databases: one chain whoever writes, refused changes, and every tampering found."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.audit.chain import keys_of
from models.audit.deeds import Deed, Did
from store import audit
from store.audit import reading
from store.audit.verifying import Verdict, verify
from store.audit.writing import head
from store.database import Database, open_database
from store.errors import StorageError

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret of 32 letters or more: certainly"
KEYS = keys_of(SECRET)
NOW = 1_790_000_000_000


def deed(number: int, did: Did = Did.SAW_TRACK) -> Deed:
    return Deed(
        NOW + number, f"person {number % 3}", "dispatcher", "s", "192.0.2.1", did, "lumphini", f"unit:{number}"
    )


@pytest.fixture
def log(db: Database) -> Database:
    """A database with ten rows in three transactions."""
    db.audit_keys = KEYS
    for numbers in (range(1, 2), range(2, 5), range(5, 11)):
        with db.write() as tx:
            for number in numbers:
                audit.record(tx, deed(number))
    return db


def verdict(db: Database) -> Verdict:
    with db.read() as conn:
        return verify(conn, KEYS)


def tamper(db: Database, *statements: str) -> None:
    """Change the tables as somebody who owns the database can: without the triggers."""
    with db.write() as tx:
        if db.dialect == "sqlite":
            for name in ("audit_no_update", "audit_no_delete", "audit_no_replace"):
                tx.conn.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            for name in ("alarm_step_no_update", "alarm_step_no_delete", "audit_cut_no_delete"):
                tx.conn.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        else:
            for name in ("audit", "audit_cut", "alarm_step"):
                tx.conn.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
        for statement in statements:
            tx.conn.execute(text(statement))


def test_what_is_written_verifies_from_the_first_row_to_the_head(log: Database) -> None:
    found = verdict(log)
    assert (found.rows, found.newest, found.bad) == (10, 10, None)
    with log.read() as conn:
        rows = conn.execute(text("SELECT seq, who, object FROM audit ORDER BY seq")).all()
        now = head(conn)
    assert [row.seq for row in rows] == list(range(1, 11))
    assert rows[4].object == "unit:5"
    assert now is not None
    assert now.genuine(KEYS)


def test_a_deed_of_a_transaction_that_fails_is_not_in_the_chain(log: Database) -> None:
    def fail() -> None:
        with log.write() as tx:
            audit.record(tx, deed(11))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with log.write() as tx:
        audit.record(tx, deed(12))
    assert verdict(log) == Verdict(11, 11, 0, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'nobody' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 10",
        "DELETE FROM audit",
    ],
)
def test_the_database_itself_refuses_changes(log: Database, statement: str) -> None:
    with pytest.raises((DBAPIError, StorageError)), log.write() as tx:
        tx.conn.execute(text(statement))
    assert verdict(log).bad is None


CUT = "INSERT INTO audit_cut (seq, mac, at, key, tag) SELECT seq, mac, at, key, mac FROM audit WHERE seq = 8"


@pytest.mark.parametrize("gone", ["seq = 5", "seq > 1", "seq <= 10", "seq <= 9", "1 = 1"])
def test_a_cut_that_was_written_in_lets_no_row_of_the_middle_and_no_newest_go(log: Database, gone: str) -> None:
    with log.write() as tx:
        tx.conn.execute(text(CUT))
    with pytest.raises((DBAPIError, StorageError)), log.write() as tx:
        tx.conn.execute(text(f"DELETE FROM audit WHERE {gone}"))  # noqa: S608 - our own words
    assert verdict(log) == Verdict(10, 10, 0, None)  # the cut is not ours and covers nothing
    with log.write() as tx:
        tx.conn.execute(text("DELETE FROM audit WHERE seq <= 2"))
    bad = verdict(log).bad
    assert bad is not None
    assert bad.seq == 1


def test_a_deed_nobody_can_read_is_chained_as_one_and_holds_up_no_other(log: Database) -> None:
    log.audit_keys = None
    bodies = ('{"at": 1, "action": "nobody.knows"}', "no JSON", '["a"]', "{}")
    with log.write() as tx:
        for body in bodies:
            tx.conn.execute(text("INSERT INTO audit_waiting (body) VALUES (:body)"), {"body": body})
        audit.record(tx, deed(11, Did.TOKEN_REVOKED))
        kind = tx.conn.execute(text("SELECT body FROM audit_waiting ORDER BY id DESC LIMIT 1")).scalar_one()
        newer = str(kind).replace("access.token_revoked", "access.of_a_newer_program")
        tx.conn.execute(text("INSERT INTO audit_waiting (body) VALUES (:body)"), {"body": newer})
    log.audit_keys = KEYS
    with log.write() as tx:
        assert audit.record_waiting(tx, NOW) == 6
    with log.read() as conn:
        rows = conn.execute(text("SELECT action, detail FROM audit WHERE seq > 10 ORDER BY seq")).all()
    unreadable = [("audit.unreadable", body) for body in bodies]
    assert [tuple(row) for row in rows][:4] == unreadable
    assert rows[4].action == "access.token_revoked"
    assert rows[5].action == "audit.unreadable"
    assert "of_a_newer_program" in rows[5].detail
    assert verdict(log) == Verdict(16, 16, 0, None)


def test_a_heap_of_other_stations_deeds_that_wait_hides_none(log: Database) -> None:
    log.audit_keys = None
    with log.write() as tx:
        audit.record(tx, replace(deed(11), station="hat_yai"))
        for number in range(12, 1_300):
            audit.record(tx, deed(number))
        audit.record(tx, replace(deed(1_300), station="hat_yai"))
    with log.read() as conn:
        found = reading.waiting(conn, frozenset({"hat_yai"}), 5)
        assert [one.object for one in found] == ["unit:1300", "unit:11"]
        assert [one.object for one in reading.waiting(conn, None, 2)] == ["unit:1300", "unit:1299"]
        assert len(reading.waiting(conn, frozenset({"lumphini"}), 5)) == 5
        assert reading.waiting(conn, frozenset(), 5) == []


@pytest.mark.postgres
def test_postgresql_refuses_to_empty_the_table(pg_db: Database) -> None:
    with pytest.raises((DBAPIError, StorageError)), pg_db.write() as tx:
        tx.conn.execute(text("TRUNCATE audit"))


def test_sqlite_refuses_to_put_a_row_in_anothers_place(sqlite_db: Database) -> None:
    sqlite_db.audit_keys = KEYS
    with sqlite_db.write() as tx:
        audit.record(tx, deed(1))
    with pytest.raises((DBAPIError, StorageError)), sqlite_db.write() as tx:
        tx.conn.execute(text("INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 1"))


TAMPERINGS = {
    "changed": (["UPDATE audit SET detail = 'x' WHERE seq = 4"], 4),
    "its MAC too": (["UPDATE audit SET at = 0, mac = (SELECT mac FROM audit WHERE seq = 5) WHERE seq = 4"], 4),
    "removed": (["DELETE FROM audit WHERE seq = 4"], 4),
    "the first removed": (["DELETE FROM audit WHERE seq = 1"], 1),
    "the tail cut off": (["DELETE FROM audit WHERE seq > 8"], 9),
    "emptied": (["DELETE FROM audit"], 1),
    "exchanged": (
        [
            "UPDATE audit SET seq = 99 WHERE seq = 4",
            "UPDATE audit SET seq = 4 WHERE seq = 5",
            "UPDATE audit SET seq = 5 WHERE seq = 99",
        ],
        4,
    ),
    "inserted": (
        [
            "INSERT INTO audit SELECT 11, at, who, role, session, address, action, station, object, detail, purpose,"
            " key, mac FROM audit WHERE seq = 10"
        ],
        11,
    ),
    "the tail cut off and the head moved back": (
        [
            "DELETE FROM audit WHERE seq > 8",
            "UPDATE audit_head SET seq = 8, mac = (SELECT mac FROM audit WHERE seq = 8)",
        ],
        8,
    ),
    "the head removed": (["DELETE FROM audit_head"], 10),
    "the start cut off under a cut of somebody else": (
        [
            "INSERT INTO audit_cut (seq, mac, at, key, tag) SELECT seq, mac, at, key, mac FROM audit WHERE seq = 4",
            "DELETE FROM audit WHERE seq <= 4",
        ],
        1,
    ),
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_each_tampering_is_found_at_its_row(log: Database, how: str) -> None:
    statements, first = TAMPERINGS[how]
    tamper(log, *statements)
    bad = verdict(log).bad
    assert bad is not None, how
    assert bad.seq == first


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM audit_head"],
        ["DELETE FROM audit WHERE seq > 8"],
        ["DELETE FROM audit WHERE seq > 8", "DELETE FROM audit_head"],
        ["UPDATE audit_head SET seq = 8, mac = (SELECT mac FROM audit WHERE seq = 8)"],
    ],
)
def test_what_was_tampered_with_does_not_heal_and_the_desk_goes_on(log: Database, statements: list[str]) -> None:
    tamper(log, *statements)
    with log.write() as tx:
        audit.record(tx, deed(11))
    with log.read() as conn:
        assert conn.execute(text("SELECT COUNT(*) FROM audit WHERE object = 'unit:11'")).scalar_one() == 1
    assert verdict(log).bad is not None


def test_a_deed_written_without_the_key_waits_for_a_process_that_has_it(log: Database) -> None:
    log.audit_keys = None
    with log.write() as tx:
        audit.record(tx, deed(11, Did.TOKEN_CREATED))
        audit.record(tx, deed(12, Did.TOKEN_REVOKED))
    assert verdict(log).rows == 10
    log.audit_keys = KEYS
    with log.write() as tx:
        assert audit.record_waiting(tx, NOW) == 2
    with log.write() as tx:
        assert audit.record_waiting(tx, NOW) == 0
    with log.read() as conn:
        rows = conn.execute(text("SELECT action, at FROM audit WHERE seq > 10 ORDER BY seq")).all()
    assert [tuple(row) for row in rows] == [("access.token_created", NOW + 11), ("access.token_revoked", NOW + 12)]
    assert verdict(log) == Verdict(12, 12, 0, None)


def test_after_a_change_of_the_key_old_rows_need_the_old_one(log: Database) -> None:
    new = "another secret, also of 32 letters or more"
    keys = keys_of(new, [SECRET])
    with log.read() as conn:
        bad = verify(conn, keys).bad  # nothing is written with the new key: the old one could have made the end
    assert bad is not None
    log.audit_keys = keys
    with log.write() as tx:
        audit.record(tx, deed(11))
    with log.read() as conn:
        assert verify(conn, keys) == Verdict(11, 11, 0, None)
        assert verify(conn, keys_of(new)).bad is not None
        assert verify(conn, KEYS).bad is not None


WRITER = """
import sys
from models.audit.chain import keys_of
from models.audit.deeds import Deed, Did
from store import audit
from store.database import open_database
url, secret, who, count = sys.argv[1:]
db = open_database(url)
db.audit_keys = keys_of(secret)
for number in range(int(count)):
    with db.write(patience_s=30.0) as tx:
        audit.record(tx, Deed(number, who, "", "", "", Did.SAW_TRACK, object=str(number)))
        audit.record(tx, Deed(number, who, "", "", "", Did.SAW_PAST, object=str(number)))
    print(number, flush=True)
"""


def writer(url: str, who: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, url, SECRET, who, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_two_processes_append_to_one_chain(db_url: str) -> None:
    writers = [writer(db_url, who, 60) for who in ("one", "two")]
    assert [(len(one.communicate(timeout=200)[0].split()), one.returncode) for one in writers] == [(60, 0), (60, 0)]
    database = open_database(db_url)
    try:
        found = verdict(database)
        with database.read() as conn:
            rows = conn.execute(text("SELECT who, COUNT(*) FROM audit GROUP BY who ORDER BY who")).all()
    finally:
        database.close()
    assert (found.rows, found.bad) == (240, None)
    assert [tuple(row) for row in rows] == [("one", 120), ("two", 120)]


def test_a_writer_that_is_killed_leaves_a_whole_chain(db_url: str) -> None:
    told: list[int] = []
    for _round in range(3):
        process = writer(db_url, "killed", 100_000)
        assert process.stdout is not None
        for _line in range(15):
            process.stdout.readline()
            told.append(1)
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        process.stdout.close()
    database = open_database(db_url)
    database.audit_keys = KEYS
    try:
        with database.write(patience_s=30.0) as tx:
            audit.record(tx, deed(1))
        found = verdict(database)
    finally:
        database.close()
    assert found.bad is None
    assert found.rows >= 2 * len(told) + 1  # what was told is kept
    assert found.rows % 2 == 1  # both deeds of a transaction, or neither
