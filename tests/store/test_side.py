"""While the main database is unusable an SOS goes to the side database, and comes home once."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from models.alarms.life import State, Step
from models.audit.deeds import Did, by_system
from models.records.access import WebSession
from models.records.account import LOCAL, Account
from models.records.drill import Drill, DrillBox
from models.records.incident import Incident
from models.records.notice import Notice
from models.records.procedure import ProcedureTick
from models.records.sheet_print import SheetPrint
from models.records.sos import EventKind, Signal, SosBox
from models.records.station import Station
from models.records.unit import Unit
from store import access, accounts, alarms, audit, integrity, registers, sos
from store import side as aside
from store.audit import history
from store.audit.verifying import verify
from store.backup import backup, restore
from store.database import Database, open_database
from store.errors import BackupError, StorageBrokenError, StorageBusyError
from store.files import beside
from store.integrity import Condition
from store.merge import Merged, merge
from store.migrate import upgrade
from store.rows import put, table_of, values_of
from store.side import open_safely, side_file
from tests.servers import PgCluster
from tests.store.test_audit import KEYS
from tests.store.test_migrate_data import at_version

NOW = 1_790_000_000_000
ROOT = Path(__file__).resolve().parents[2]


def press(number: int, box: str = "s1") -> Signal:
    return Signal("hat_yai", "box", box, f"p{number}", NOW + number, EventKind.PRESS, NOW + number)


def take(db: Database, signal: Signal) -> str:
    with db.write() as tx:
        taken = sos.take_signal(tx, signal, signal.received_at)
    return taken.alarm.id if taken.alarm else ""


def step(db: Database, alarm: str, step: Step, outcome: str = "") -> None:
    with db.write() as tx:
        alarms.step(tx, alarm, step, by="somchai", role="dispatcher", origin="wall", now=NOW + 100, outcome=outcome)


def town(db: Database) -> None:
    with db.write() as tx:
        registers.put_stations(tx, [Station(code="hat_yai", name_th="ก", name_en="a")], NOW)
        registers.put_boxes(
            tx, [SosBox(station="hat_yai", box=f"s{n}", name_th=f"ตู้ {n}", lat=7.0, lon=100.5) for n in range(4)], NOW
        )
        registers.put_units(tx, [Unit(station="hat_yai", unit=str(n)) for n in range(300)], NOW)
    integrity.keep_mark(db)


def events(db: Database) -> list[tuple[str, str]]:
    with db.read() as conn:
        return [(row.id, row.alarm) for row in conn.execute(text("SELECT id, alarm FROM sos_event ORDER BY at"))]


@pytest.fixture
def main(sqlite_db: Database, tmp_path: Path) -> Path:
    """A town's database with one closed and one open alarm, and a backup from before the open one."""
    town(sqlite_db)
    closed = take(sqlite_db, press(0))
    step(sqlite_db, closed, Step.ACKNOWLEDGE)
    step(sqlite_db, closed, Step.CLOSE, outcome="helped")
    backup(sqlite_db.url, tmp_path / "b.backup")
    take(sqlite_db, press(1, "s2"))
    integrity.keep_mark(sqlite_db)
    sqlite_db.close()
    return Path(sqlite_db.url.removeprefix("sqlite:///"))


def damage(file: Path) -> str:
    """Spoil the head of a page of positions or units; returns the file's hash."""
    whole = bytearray(file.read_bytes())
    leaf = next(place for place in range(len(whole) - 4096, 4096, -4096) if whole[place] == 13)
    whole[leaf : leaf + 8] = b"\xff" * 8
    file.write_bytes(whole)
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_sound_database_is_opened_as_it_is(sqlite_url: str) -> None:
    opened = open_safely(sqlite_url, NOW)
    assert (opened.database.url, opened.health.condition) == (sqlite_url, Condition.OK)
    opened.database.close()


def test_a_new_one_is_made_and_marked(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    opened = open_safely(url, NOW)
    opened.database.close()
    (tmp_path / "new.db").unlink()
    again = open_safely(url, NOW)
    assert again.health.condition is Condition.MISSING
    again.database.close()


def test_an_sos_is_taken_while_the_main_file_is_damaged_and_comes_home_once(main: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{main}"
    spoiled = damage(main)
    opened = open_safely(url, NOW)
    assert opened.health.readonly
    side = opened.database
    assert side.url == f"sqlite:///{beside(main, '.side')}"
    with side.read() as conn:
        assert [box.name_th for box in registers.boxes(conn, None)] == ["ตู้ 0", "ตู้ 1", "ตู้ 2", "ตู้ 3"]
    pressed = take(side, press(2))
    step(side, pressed, Step.ACKNOWLEDGE)
    assert take(side, press(3, "s3"))
    side.close()
    assert hashlib.sha256(main.read_bytes()).hexdigest() == spoiled

    again = open_safely(url, NOW + 1)  # a restart in between: the same side database
    assert ("p2", pressed) in events(again.database)
    again.database.close()

    restore(url, tmp_path / "b.backup", NOW + 2, overwrite=True)
    home = open_safely(url, NOW + 3)
    assert home.health.ok
    stored = [name for name, _ in events(home.database)]
    assert stored == ["p0", "p1", "p2", "p3"]
    with home.database.read() as conn:
        assert alarms.find(conn, pressed, None).state == State.ACKNOWLEDGED
        assert [row.step for row in alarms.history(conn, "hat_yai", pressed)] == ["raise", "acknowledge"]
        assert len(alarms.open_alarms(conn, None)) == 3
    home.database.close()
    assert [path.name for path in main.parent.glob("*.merged-*")] != []
    last = open_safely(url, NOW + 4)
    assert [name for name, _ in events(last.database)] == stored
    last.database.close()


def test_registers_come_from_a_backup_when_the_file_is_gone(main: Path, tmp_path: Path) -> None:
    main.unlink()
    opened = open_safely(f"sqlite:///{main}", NOW, seeds=[tmp_path / "b.backup"])
    assert opened.health.condition is Condition.MISSING
    with opened.database.read() as conn:
        assert len(registers.boxes(conn, None)) == 4
    opened.database.close()
    assert not main.exists()


def test_a_damaged_side_database_is_kept_too(main: Path) -> None:
    url = f"sqlite:///{main}"
    main.write_bytes(b"gone" * 4096)
    open_safely(url, NOW).database.close()
    beside(main, ".side").write_bytes(b"gone too" * 4096)
    opened = open_safely(url, NOW + 1)
    assert take(opened.database, press(9))
    opened.database.close()
    assert [path.read_bytes()[:8] for path in main.parent.glob("*.side.damaged-*")] == [b"gone too"]


def test_a_side_database_in_use_is_neither_merged_nor_restored_beside(main: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{main}"
    damage(main)
    running = open_safely(url, NOW).database
    take(running, press(2))
    with pytest.raises(BackupError, match="in use: stop the product first"):
        restore(url, tmp_path / "b.backup", NOW, overwrite=True)
    # Somebody mends the main file by hand, and a worker starts while the web process still runs on the side.
    main.write_bytes((tmp_path / "b.backup").read_bytes())
    integrity.accept(url)
    open_safely(url, NOW).database.close()
    take(running, press(3, "s3"))
    running.close()
    home = open_safely(url, NOW).database
    assert [name for name, _ in events(home)] == ["p0", "p1", "p2", "p3"]
    home.close()


def test_presses_join_the_open_alarm_of_the_main_database(db: Database, tmp_path: Path) -> None:
    side = open_safely(f"sqlite:///{tmp_path / 'side.db'}", NOW).database
    for database in (db, side):
        town(database)
    here = take(db, press(1))
    assert take(side, press(2)) != here
    take(side, press(3))
    with side.write() as tx:
        row = Incident(station="hat_yai", source="cris", id="i", occurred_from=NOW, offence="ลักทรัพย์", received_at=NOW)
        put(tx, table_of(Incident), [values_of(row)])
        drill = Drill(station="hat_yai", id="d", starts_at=NOW, ends_at=NOW + 1, announced_at=NOW, announced_by="a")
        rest: list[SQLModel] = [
            drill,
            DrillBox(station="hat_yai", drill="d", box="s1"),
            ProcedureTick(station="hat_yai", alarm=here, version=9, item="i", done=True, text="t"),
            SheetPrint(station="hat_yai", alarm=here, at=NOW, who="a", role="chief", address=""),
            Notice(station="hat_yai", alarm=here, level=1, channel="c", attempt=1, at=NOW, outcome="sent"),
        ]
        for one in rest:
            put(tx, table_of(type(one)), [values_of(one)])
    side.close()
    for _ in range(2):
        merged = merge(db, tmp_path / "side.db", NOW + 50)
        assert events(db) == [("p1", here), ("p2", here), ("p3", here)]
        with db.read() as conn:
            [alarm] = alarms.open_alarms(conn, None)
            for table in ("incident", *(table_of(type(one)).name for one in rest)):
                assert conn.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one() == 1, table  # noqa: S608
        assert alarm.presses == 3
    assert merged.events == 0


def test_what_was_done_and_taken_away_on_the_side_comes_home_once(main: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{main}"
    sound = open_database(url)
    sound.audit_keys = KEYS
    with sound.write() as tx:
        for name in ("dismissed", "reset", "kept", "coded"):
            accounts.add(tx, person(name))
        accounts.set_second_factor(tx, person("coded").id, "sealed", 7, ["c1", "c2"])
        access.add_token(tx, "t1", "stolen", "viewer", "*", NOW)
        for name in ("reset", "kept"):
            access.add_session(tx, session(name))
        audit.record(tx, by_system(NOW, Did.STARTED))
    backup(url, tmp_path / "later.backup")
    sound.close()
    damage(main)
    side = open_safely(url, NOW).database
    side.audit_keys = KEYS
    with side.write() as tx:
        accounts.disable(tx, person("dismissed").id, NOW + 5)
        accounts.set_password(tx, person("reset").id, "new")
        accounts.use_step(tx, person("coded").id, 99)
        accounts.use_code(tx, person("coded").id, ["c2"], NOW + 6)
        access.revoke_token(tx, "stolen", NOW + 7)
        access.add_token(tx, "t2", "of the side", "viewer", "*", NOW + 8)
        audit.record(tx, by_system(NOW + 5, Did.ACCOUNT_DISABLED, object="account:dismissed"))
        audit.record(tx, by_system(NOW + 9, Did.SAW_TRACK, object="unit:1", detail="from=1"))
    pressed = take(side, press(2))
    with side.write() as tx:
        assert history.seal(tx, NOW + 10) > 0
    side.audit_keys = None
    with side.write() as tx:
        audit.record(tx, by_system(NOW + 11, Did.TOKEN_REVOKED, object="token:stolen"))
    side.close()
    kept_aside = beside(main, ".side").read_bytes()
    restore(url, tmp_path / "later.backup", NOW + 20, overwrite=True)
    for _round in range(2):  # as if it ended before the file was put aside
        home = open_safely(url, NOW + 21).database
        home.audit_keys = KEYS
        with home.write() as tx:
            history.seal(tx, NOW + 22)
            audit.record_waiting(tx, NOW + 22)
        with home.read() as conn:
            assert alarms.find(conn, pressed, None).id == pressed
            by_name = {one.name: one for one in accounts.accounts(conn)}
            assert by_name["dismissed"].disabled_at == NOW + 5
            assert by_name["kept"].disabled_at is None
            assert (by_name["reset"].password, by_name["coded"].totp_step) == ("new", 99)
            assert accounts.codes_left(conn, by_name["coded"].id) == 1
            tokens = {one: access.token(conn, one) for one in ("t1", "t2")}
            assert [one.revoked_at for one in tokens.values() if one] == [NOW + 7, None]
            ended = [one.hash for one in access.sessions(conn, ["reset", "kept"]) if one.revoked_at is not None]
            assert ended == ["reset"]
            rows = conn.execute(text("SELECT action, at, detail FROM audit ORDER BY seq")).all()
            assert verify(conn, KEYS).bad is None
        told = [tuple(row) for row in rows if row.action not in ("audit.alarms_sealed", "audit.side_brought_home")]
        assert told == [
            ("audit.started", NOW, ""),
            ("access.account_disabled", NOW + 5, "side=1"),
            ("saw.track", NOW + 9, "from=1 side=2"),
            ("access.token_revoked", NOW + 11, ""),
        ]
        home.close()
        beside(main, ".side").write_bytes(kept_aside)


def person(name: str) -> Account:
    return Account(
        id=f"id-{name}", name=name, skeleton=name, display=name, display_fold=name, role="dispatcher",
        password="old", issuer=LOCAL, subject=f"id-{name}", created_at=NOW,
    )  # fmt: skip


def session(name: str) -> WebSession:
    return WebSession(
        hash=name, name=name, role="dispatcher", csrf="x", created_at=NOW, used_at=NOW, expires_at=NOW + 10**9,
        account=f"id-{name}",
    )  # fmt: skip


def test_a_side_database_of_before_an_update_is_migrated_and_comes_home(main: Path) -> None:
    side = at_version(f"sqlite:///{beside(main, '.side')}", "0008")
    town(side)
    pressed = take(side, press(5, "s3"))
    side.close()
    home = open_safely(f"sqlite:///{main}", NOW + 1).database
    assert ("p5", pressed) in events(home)
    home.close()


def test_a_newer_and_an_absent_database_stop_the_start(sqlite_db: Database) -> None:
    with sqlite_db.write() as tx:
        tx.conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageBrokenError, match="newer than this program"):
        open_safely(sqlite_db.url, NOW)


@pytest.mark.postgres
def test_a_server_has_no_side_database(pg_cluster: PgCluster, pg_url: str) -> None:
    assert side_file(pg_url) is None
    opened = open_safely(pg_url, NOW)
    assert opened.health.ok
    opened.database.close()
    with pytest.raises(StorageBusyError, match="cannot be reached"):
        open_safely(pg_cluster.url("nobody_made_this"), NOW)


#: Opens the store, and keeps it open until its input ends; prints which file it has. Says when it asks for its turn,
#: and when it fills a file, for which it wants a line of input.
OPENING = """
import os, sys
from store import side
seed, alone = side._seed, side.alone
def asking(*given):
    print("asking", flush=True)
    return alone(*given)
def slowly(*given):
    print("filling", flush=True)
    sys.stdin.readline()
    seed(*given)
side._seed, side.alone = slowly, asking
opened = side.open_safely(sys.argv[1], int(sys.argv[2]))
with opened.database.read() as conn:
    boxes = conn.exec_driver_sql("SELECT COUNT(*) FROM sos_box").scalar()
    print(os.stat(opened.database.url.removeprefix("sqlite:///")).st_ino, boxes, flush=True)
    sys.stdin.read()
"""


def test_a_process_that_starts_while_another_fills_the_side_database_waits_for_it(main: Path) -> None:
    damage(main)

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", OPENING, f"sqlite:///{main}", str(NOW)]
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    with start() as first:
        assert first.stdin is not None
        assert first.stdout is not None
        assert [first.stdout.readline() for _ in range(2)] == ["asking\n", "filling\n"]
        with start() as second:
            assert second.stdout is not None
            assert second.stdout.readline() == "asking\n"
            first.stdin.write("go on\n")
            first.stdin.flush()
            wanted = f"{beside(main, '.side').stat().st_ino} 4\n"
            assert (first.stdout.readline(), second.stdout.readline()) == (wanted, wanted)
    assert (first.returncode, second.returncode) == (0, 0)
    assert list(main.parent.glob("*.damaged-*")) == []


def test_two_processes_that_start_together_bring_the_side_database_home_once(
    main: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{main}"
    damage(main)
    beside_main = open_safely(url, NOW).database
    take(beside_main, press(2))
    beside_main.close()
    restore(url, tmp_path / "b.backup", NOW + 2, overwrite=True)
    upgrade(url)
    both, merged, second = [open_database(url), open_database(url)], [0], threading.Event()

    def merging(database: Database, file: Path, now: int) -> Merged:
        merged[0] += 1
        if merged[0] == 1:
            second.wait(1)  # room for the other, if nothing keeps it out
        else:
            second.set()
        return merge(database, file, now)

    monkeypatch.setattr(aside, "merge", merging)
    with ThreadPoolExecutor() as beside_each_other:
        list(beside_each_other.map(aside.bring_home, both, (NOW + 3, NOW + 4)))
    assert merged == [1]
    assert [name for name, _ in events(both[0])] == ["p0", "p1", "p2"]
    assert len([path for path in main.parent.glob("*.merged-*") if path.name[-1].isdigit()]) == 1
    for database in both:
        database.close()
