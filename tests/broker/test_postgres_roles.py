"""The two database users of `deploy/postgres-roles.sql` on a real PostgreSQL: each can do its work, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from dashboard.access.sessions import Keeper, Limits, SignedIn
from jobs.audit import seal_job
from models.alarms.life import Step
from models.audit.chain import keys_of
from models.picture import Picture
from models.records.position import Fix
from models.records.sos import EventKind, Signal
from store import alarms, migrate, partitions, positions, retention, sos
from store.audit.verifying import verify
from store.database import Database, Lane, open_database
from store.follower import Follower
from tests.broker.world import BOXES, STATION, UNITS, Device, Worker, now_ms, number, position, register, rows
from tests.servers import Mosquitto, wait_until

pytestmark = [pytest.mark.broker, pytest.mark.postgres]

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "postgres-roles.sql"
HOUR = 3_600_000
KEEP = retention.Keep(30, 90, 30, 7, 1_000_000)
KEYS = keys_of("a secret of 32 letters or more: certainly")

#: What history is made of.
HISTORY = (
    "alarm", "alarm_step", "alarm_step_seal", "alarm_times", "sos_event", "dispatch", "notice", "drill", "drill_box",
    "procedure_tick", "incident", "scan", "erasure", "forecast", "forecast_score",
)  # fmt: skip
#: Who may come in, why somebody looked, and who did what.
PEOPLE = (
    "account", "recovery_code", "sign_in_failures", "sign_in_link", "sign_in_step", "web_session", "api_token",
    "kiosk", "purpose", "past_reading", "sheet_print", "audit", "audit_waiting",
)  # fmt: skip


@pytest.fixture
def split(pg_url: str) -> Iterator[str]:
    """A database with a registered station and the two users; the owner's address."""
    owner = open_database(pg_url)
    register(owner)
    owner.close()
    for _ in range(2):  # and again after a migration
        with psycopg.connect(plain(pg_url)) as connection:
            connection.execute(SCRIPT.read_text(encoding="utf-8"))
    yield pg_url
    with psycopg.connect(plain(pg_url)) as connection:
        connection.execute("DROP OWNED BY ssz_web, ssz_ingest CASCADE")


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


def as_user(url: str, user: str) -> str:
    return url.replace("//ssz@", f"//{user}@")


def counts(url: str, queries: Iterable[str]) -> dict[str, int]:
    """What each query counts; 0 for no rows."""
    return {query: int(rows(url, query)[0][0] or 0) for query in queries}


def refused(url: str, statement: sql.Composed) -> bool:
    """Whether the database does not let this user run a statement."""
    with psycopg.connect(plain(url)) as connection:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return True
        finally:
            connection.rollback()
    return False


def said(statement: str, table: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(table))


def test_a_worker_stores_and_raises_as_its_own_user_and_reads_nobodys_account(
    split: str, mosquitto: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = as_user(split, "ssz_ingest")
    worker = Worker(url, mosquitto.url, tmp_path)
    device = Device(mosquitto.port)
    start, unit, box = now_ms() - 60_000, f"ssz/v1/{STATION}/unit/{UNITS[0]}", f"ssz/v1/{STATION}/sos/{BOXES[0]}"
    try:
        for second in range(16):
            device.say(*position(second, second, start))
        device.say(f"{unit}/status", {"at": start, "status": "busy"})
        device.say(f"{unit}/position", {"at": start, "lat": 13.73, "lon": 100.54, "unit": UNITS[1]})  # not its name
        device.say(f"ssz/v1/{STATION}/unit/stranger/position", {"at": start, "lat": 13.73, "lon": 100.54})
        device.say(f"{box}/online", {"online": True, "at": start, "battery_pct": 90})
        device.say(
            f"ssz/v1/{STATION}/incident/desk",
            {"id": "1", "occurred_from": "2026-11-01T10:00:00+07:00", "offence": "ลักทรัพย์"},
        )
        for n in range(2):
            device.say(f"{box}/event", {"id": f"e{n}", "at": now_ms(), "kind": "press", "seq": n, "boot": "b"})
        wanted = {
            "SELECT count(*) FROM position": 16, "SELECT count(*) FROM sos_event": 2,
            "SELECT SUM(presses) FROM alarm": 2, "SELECT count(*) FROM quarantine": 2,
            "SELECT count(*) FROM incident": 1,
            "SELECT count(*) FROM device WHERE state <> 'approved'": 1, "SELECT count(*) FROM unit_status_past": 1,
            "SELECT count(*) FROM audit_waiting": 1,
        }  # fmt: skip

        with suppress(TimeoutError):
            wait_until(lambda: counts(split, wanted) == wanted, what="all of it stored", every_s=0.2)
        assert counts(split, wanted) == wanted
        wait_until(lambda: number(split, "SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 0, what="receipts")
    finally:
        device.close()
        worker.stop()
    assert "permission denied" not in caplog.text
    for table in PEOPLE:
        assert refused(url, said("SELECT * FROM {}", table)), table
    for table in HISTORY:
        assert refused(url, said("DELETE FROM {}", table)), table
    for table in ("alarm_step", "audit", "station", "account"):
        assert refused(url, said("DROP TABLE {}", table)), table
    assert refused(url, said("UPDATE {} SET name_th = ''", "station"))
    assert refused(url, said("CREATE TABLE {} (a int)", "mine"))


def test_the_web_process_does_its_work_as_its_own_user_and_deletes_no_history(split: str) -> None:
    url, at = as_user(split, "ssz_web"), now_ms()
    migrate.upgrade(url)  # at every start; nothing to do
    db = open_database(url)
    db.audit_keys = KEYS
    keeper = Keeper(db, now_ms, Limits(HOUR, HOUR))
    follower = Follower(db, now_ms)
    follower.start()
    try:
        signed = keeper.sign_in(keeper.new_link("somchai", "dispatcher", HOUR, STATION))
        assert isinstance(signed, SignedIn)
        with db.write(Lane.ALARM) as tx:  # what came by /in/*
            sos.take_signal(tx, Signal(STATION, "box", BOXES[0], "p1", at, EventKind.PRESS, at), at)
            fix = Fix(STATION, UNITS[0], at, 13.73, 100.54, received_at=at)
            positions.insert_fixes(tx, [fix], Picture().units)
        with db.read() as conn:
            (alarm,) = alarms.open_alarms(conn, None)
        for step in (Step.ACKNOWLEDGE, Step.CLOSE):
            with db.write(Lane.ALARM) as tx:
                alarms.step(
                    tx, alarm.id, step, by="somchai", role="dispatcher", origin="", now=at, outcome="test", note="",
                    stations=frozenset({STATION}),
                )  # fmt: skip
        seal_job().run(db, at)
        keeper.sign_out(signed.who)
        _old(db, at)
        with db.write() as tx:
            assert partitions.ensure(tx, at, 4)
            assert partitions.drop_before(tx, at) == ["position_2020_01"]
        gone = retention.run(db, KEEP, at + 800 * 24 * HOUR)
        assert gone["position"] > 0
        assert gone["audit"] > 0
        assert gone["access"] > 0
        with db.read() as conn:
            assert verify(conn, KEYS).bad is None
    finally:
        follower.stop()
        keeper.close()
        db.close()
    assert number(split, "SELECT count(*) FROM sos_event") == 1
    for table in HISTORY:
        assert refused(url, said("DELETE FROM {}", table)), table
        assert refused(url, said("TRUNCATE {}", table)), table
        assert refused(url, said("DROP TABLE {}", table)), table
    for table in ("alarm_step", "alarm_step_seal", "audit"):
        assert refused(
            url, said("UPDATE {} SET seq = seq" if table == "audit" else "UPDATE {} SET alarm = alarm", table)
        )
        assert refused(url, said("ALTER TABLE {} DISABLE TRIGGER ALL", table)), table
    assert refused(url, said("UPDATE {} SET version_num = '0'", "alembic_version"))


def _old(db: Database, at: int) -> None:
    """A month of positions that is long over."""
    with db.write() as tx:
        partitions.ensure(tx, 1_577_836_800_000 + HOUR, 0)


def test_every_table_is_the_web_processs_to_read_and_a_new_one_no_users_before_the_script_ran(split: str) -> None:
    with psycopg.connect(plain(split)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        connection.execute("CREATE TABLE later (a int)")
    for (table,) in tables:
        assert not refused(as_user(split, "ssz_web"), said("SELECT 1 FROM {} LIMIT 1", str(table))), table
    for user in ("ssz_web", "ssz_ingest"):
        assert refused(as_user(split, user), said("SELECT 1 FROM {}", "later"))
