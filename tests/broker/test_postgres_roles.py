"""The two database users of `deploy/postgres-roles.sql` on a real PostgreSQL: each can do its work, and no more."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from dashboard.access.sessions import Keeper, Limits, SignedIn
from ingest.assembly import _keys
from jobs import refit
from jobs.audit import seal_job
from jobs.spread import Workers
from jobs.turn import turn
from models.alarms.life import Step
from models.analysis.shifts import Shifts
from models.audit.chain import keys_of
from models.audit.deeds import Did, by_system
from models.picture import Picture
from models.records.camera import CameraPoint
from models.records.checkpoint import Checkpoint
from models.records.incident import IncidentReport
from models.records.position import Fix
from models.records.sos import EventKind, Signal
from settings import Settings
from store import alarms, drills, imports, migrate, partitions, positions, retention, sos
from store.audit import record
from store.audit.fitting import OTHER_KEY
from store.audit.verifying import verify
from store.database import Database, Lane, open_database
from store.follower import Follower
from store.registers import put_cameras, put_checkpoints
from tests.broker.world import BOXES, STATION, UNITS, Device, Worker, now_ms, number, position, register, rows
from tests.hotspot_sample import record_of_forecasts
from tests.servers import Mosquitto, postgres_bin, wait_until

pytestmark = [pytest.mark.broker, pytest.mark.postgres]

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "postgres-roles.sql"
HOUR = 3_600_000
KEEP = retention.Keep(30, 90, 30, 7, 1_000_000)
SECRET = "a secret of 32 letters or more: certainly"
KEYS = keys_of(SECRET)

#: What history is made of.
HISTORY = (
    "alarm", "alarm_step", "alarm_step_seal", "alarm_times", "sos_event", "dispatch", "notice", "drill", "drill_box",
    "procedure_tick", "incident", "incident_change", "scan", "erasure", "forecast", "forecast_score",
)  # fmt: skip
#: Who may come in, why somebody looked, and who did what.
PEOPLE = (
    "account", "recovery_code", "sign_in_failures", "sign_in_link", "sign_in_step", "web_session", "api_token",
    "kiosk", "purpose", "past_reading", "sheet_print", "audit", "audit_waiting",
)  # fmt: skip

#: What the refit makes and nobody at the wire needs.
LEARNT = (
    "forecast", "forecast_counted", "forecast_score", "forecast_tally", "hotspot_choice", "hotspot_map",
    "hotspot_weights", "patrol_hours", "refit_failure", "refit_run", "refit_station",
)  # fmt: skip


@pytest.fixture
def split(pg_url: str) -> Iterator[str]:
    """A database with a registered station and the two users; the owner's address."""
    owner = open_database(pg_url)
    register(owner)
    owner.close()
    for _ in range(2):  # and again after a migration
        done = by_psql(pg_url, SCRIPT)
        assert done.returncode == 0, done.stderr
    yield pg_url
    with psycopg.connect(plain(pg_url)) as connection:
        connection.execute("DROP OWNED BY ssz_web, ssz_ingest CASCADE")


def by_psql(url: str, script: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """What the page says to run, on a script."""
    command = [str(postgres_bin() / "psql"), "-X", "-q", *more, "-f", str(script), plain(url)]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


def rights(url: str) -> list[object]:
    """Every right anybody has, and whose each table is."""
    return rows(
        url,
        "SELECT relname, pg_get_userbyid(relowner), relacl::text FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace"
        " UNION ALL SELECT attrelid::regclass || '.' || attname, '', attacl::text FROM pg_attribute"
        " WHERE attacl IS NOT NULL AND attrelid >= 16384"
        " UNION ALL SELECT nspname, '', nspacl::text FROM pg_namespace ORDER BY 1, 2",
    )


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


def as_user(url: str, user: str) -> str:
    return url.replace("//ssz@", f"//{user}@")


def announced(url: str) -> None:
    """A camera point and a red box, and a drill of the second SOS box that the web process announced."""
    owner, web = open_database(url), open_database(as_user(url, "ssz_web"))
    try:
        with owner.write() as tx:
            put_cameras(tx, [CameraPoint(station=STATION, point="cam", lat=13.73, lon=100.54, total=4)], now_ms())
            put_checkpoints(tx, [Checkpoint(station=STATION, box="red", lat=13.73, lon=100.54)], now_ms())
        with web.write() as tx:
            now = now_ms()
            drills.announce(tx, STATION, BOXES[1:], now - HOUR, now + HOUR, by="somchai", note="", now=now)
    finally:
        owner.close()
        web.close()


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
    announced(split)
    inbox = tmp_path / "inbox" / STATION
    inbox.mkdir(parents=True)
    (inbox / "cases.csv").write_text("id,occurred_from,offence\n1,2026-10-30 20:00,ลักทรัพย์\n", encoding="utf-8")
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
        place = f"ssz/v1/{STATION}"
        device.say(f"{place}/report/line", {"id": "r1", "at": now_ms(), "kind": "emergency", "text": "ไฟไหม้"})
        device.say(f"{place}/camera/cam/status", {"at": now_ms(), "total": 4, "working": 3})
        device.say(f"{place}/checkpoint/red/scan", {"id": "s1", "at": now_ms(), "unit": UNITS[0]})
        device.say(
            f"{place}/sos/{BOXES[1]}/event", {"id": "d1", "at": now_ms(), "kind": "press", "seq": 0, "boot": "b"}
        )
        for n in range(2):
            device.say(f"{box}/event", {"id": f"e{n}", "at": now_ms(), "kind": "press", "seq": n, "boot": "b"})
        wanted = {
            "SELECT count(*) FROM position": 16, "SELECT count(*) FROM sos_event": 3,
            "SELECT SUM(presses) FROM alarm WHERE origin_kind = 'box'": 3, "SELECT count(*) FROM quarantine": 2,
            "SELECT count(*) FROM incident": 2, "SELECT count(*) FROM import_batch WHERE state = 'done'": 1,
            "SELECT count(*) FROM report": 1, "SELECT count(*) FROM alarm WHERE origin_kind = 'report'": 1,
            "SELECT count(*) FROM camera_point WHERE working = 3": 1, "SELECT count(*) FROM scan": 1,
            "SELECT count(*) FROM drill_box WHERE alarm IS NOT NULL": 1,
            "SELECT count(*) FROM device WHERE state <> 'approved'": 1, "SELECT count(*) FROM unit_status_past": 1,
            "SELECT count(*) FROM audit_waiting": 2,
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
    for table in (*LEARNT, "incident_change"):
        assert refused(url, said("SELECT * FROM {}", table)), table
    assert refused(url, said("UPDATE {} SET name_th = ''", "station"))
    assert refused(url, said("CREATE TABLE {} (a int)", "mine"))


def test_a_worker_with_another_secret_starts_and_leaves_what_is_to_be_written_down_waiting(
    split: str, caplog: pytest.LogCaptureFixture
) -> None:
    owner = open_database(split)
    owner.audit_keys = KEYS
    with owner.write() as tx:
        record(tx, by_system(now_ms(), Did.STARTED))
    owner.close()
    worker = open_database(as_user(split, "ssz_ingest"))
    try:
        assert _keys(Settings(secret_key=SECRET, _env_file=None), worker) is not None
        assert _keys(Settings(secret_key=SECRET + " (rotated)", _env_file=None), worker) is None
    finally:
        worker.close()
    assert OTHER_KEY in caplog.text
    assert refused(as_user(split, "ssz_ingest"), said("SELECT who FROM {}", "audit"))


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
        hotspots_of(db, at)
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
        if table not in ("incident", "forecast", "forecast_score"):  # an import is undone; a forecast has a retention
            assert refused(url, said("DELETE FROM {}", table)), table
        assert refused(url, said("TRUNCATE {}", table)), table
        assert refused(url, said("DROP TABLE {}", table)), table
    for table in ("alarm_step", "alarm_step_seal", "audit"):
        assert refused(
            url, said("UPDATE {} SET seq = seq" if table == "audit" else "UPDATE {} SET alarm = alarm", table)
        )
        assert refused(url, said("ALTER TABLE {} DISABLE TRIGGER ALL", table)), table
    for table in ("forecast", "forecast_score", "hotspot_choice", "hotspot_map", "incident_change"):
        assert refused(url, said("UPDATE {} SET station = station", table)), table
    assert refused(url, said("UPDATE {} SET stations = 0", "hotspot_weights"))
    assert refused(url, said("UPDATE {} SET version_num = '0'", "alembic_version"))


def hotspots_of(db: Database, at: int) -> None:
    """Cases are taken in, a station is refit, a forecast is frozen and scored."""
    cases = [
        IncidentReport(
            STATION, "desk", str(number), at - number * 48 * HOUR, "robbery", at, offence_group=2,
            lat=13.73 + number % 5 * 1e-3, lon=100.54, place_quality="exact", found_by="victim",
        )
        for number in range(60)
    ]  # fmt: skip
    with db.write() as tx:
        imports.take_all(tx, cases, imports.new_batch())
    with turn(db, lambda: at) as mine:
        made = refit.run(db, [STATION], refit.How(Shifts(), Workers(1)), lambda: at, lambda step: None, mine)
    assert (made.done, made.failed) == (1, 0)
    record_of_forecasts(db, at, STATION, "robbery", hits=5, naive=4, periods=1)


def _old(db: Database, at: int) -> None:
    """A month of positions that is long over."""
    with db.write() as tx:
        partitions.ensure(tx, 1_577_836_800_000 + HOUR, 0)


def test_a_script_that_fails_half_way_leaves_all_rights_as_they_were(split: str, tmp_path: Path) -> None:
    before = rights(split)
    broken = tmp_path / "broken.sql"
    words = SCRIPT.read_text(encoding="utf-8")
    assert "hotspot_choice" in words
    broken.write_text(words.replace("hotspot_choice", "no_table_of_this_name"), encoding="utf-8")
    for how in (("-v", "ON_ERROR_STOP=1"), ()):  # as the page says, and when that was forgotten
        assert "no_table_of_this_name" in by_psql(split, broken, *how).stderr
        assert rights(split) == before, how


def test_every_table_is_the_web_processs_to_read_and_a_new_one_no_users_before_the_script_ran(split: str) -> None:
    with psycopg.connect(plain(split)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        connection.execute("CREATE TABLE later (a int)")
    for (table,) in tables:
        assert not refused(as_user(split, "ssz_web"), said("SELECT 1 FROM {} LIMIT 1", str(table))), table
    for user in ("ssz_web", "ssz_ingest"):
        assert refused(as_user(split, user), said("SELECT 1 FROM {}", "later"))
