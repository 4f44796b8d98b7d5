"""What keeps the audit log honest over years: seals on histories, heads kept elsewhere, cuts, the commands."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import text

import manage
from jobs.audit import head_job, seal_job
from jobs.runner import Runner
from models.alarms.life import Step
from models.audit.chain import Fault, keys_of, mark
from models.audit.deeds import Did
from models.audit.heads import heads_of, line_of
from models.records.access import WebSession
from models.records.sos import EventKind, Signal
from models.records.station import Station
from store import access, alarms, audit, registers, retention
from store.audit import kept
from store.audit.fitting import fits
from store.audit.verifying import Verdict, verify
from store.audit.writing import head
from store.backup import backup
from store.database import Database, Lane, open_database
from store.sos import take_signal
from tests.store.test_audit import KEYS, NOW, ROOT, SECRET, deed, tamper
from tests.store.test_migrate_data import at_version

DAY = 86_400_000
KEEP = retention.Keep(14, 90, 7, 2, 1_000_000, audit_days=730)
PRESS = Signal("lumphini", "box", "B1", "p1", NOW, EventKind.PRESS, NOW + 50, topic="ssz/v1/lumphini/sos/B1/event")


@pytest.fixture
def log(db: Database) -> Database:
    """A database with five deeds, and an alarm that was raised, acknowledged and noted on."""
    db.audit_keys = KEYS
    with db.write() as tx:
        registers.put_stations(tx, [Station(code="lumphini", name_th="ล", name_en="L")], NOW)
        for number in range(1, 6):
            audit.record(tx, deed(number))
        take_signal(tx, PRESS, NOW)
    with db.read() as conn:
        (one,) = alarms.open_alarms(conn, None)
    for number, said in enumerate((Step.ACKNOWLEDGE, Step.NOTE)):
        with db.write(Lane.ALARM) as tx:
            alarms.step(tx, one.id, said, by="a", role="dispatcher", origin="", now=NOW + 1 + number, note="x")
    return db


def verdict(db: Database) -> Verdict:
    with db.read() as conn:
        return verify(conn, KEYS)


def sealed(db: Database) -> None:
    """One look of the job."""
    Runner(db, [seal_job()], lambda: NOW, "test").tick(seal_job())


def test_an_alarms_steps_are_sealed_beside_their_lane_and_counted(log: Database) -> None:
    assert verdict(log) == Verdict(5, 5, 0, None)  # the steps themselves wrote nothing into the log
    sealed(log)
    assert verdict(log) == Verdict(6, 6, 4, None)
    sealed(log)  # nothing new: no row
    assert verdict(log) == Verdict(6, 6, 4, None)


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE alarm_step SET \"by\" = 'b' WHERE version = 2", 6),
        ("UPDATE alarm_step SET at = at - 60000 WHERE version = 2", 6),
        ("DELETE FROM alarm_step WHERE version = 3", 6),
        ("UPDATE alarm_step_seal SET seal = NULL", 6),
        ("DELETE FROM alarm_step_seal WHERE version = 3", 6),
        ("UPDATE alarm_step_seal SET seal = 5 WHERE version = 3", 5),
    ],
)
def test_a_history_that_was_tampered_with_is_found(log: Database, statement: str, seq: int) -> None:
    sealed(log)
    tamper(log, statement)
    bad = verdict(log).bad
    assert bad is not None
    assert bad.seq == seq


SLIPPED_IN = (
    'INSERT INTO alarm_step SELECT station, alarm, 9, step, at, "by", origin, old_state, new_state, detail,'
    " body FROM alarm_step WHERE version = 3"
)


def test_a_line_without_its_place_among_the_seals_is_found_and_one_under_an_old_seal_too(log: Database) -> None:
    sealed(log)
    tamper(log, SLIPPED_IN, "DELETE FROM alarm_step_seal WHERE version = 9")
    bad = verdict(log).bad
    assert bad is not None
    assert bad.seq == 0
    tamper(
        log,
        "INSERT INTO alarm_step_seal (station, alarm, version, seal)"
        " SELECT station, alarm, 9, seal FROM alarm_step_seal WHERE version = 3",
    )
    bad = verdict(log).bad
    assert bad is not None
    assert bad.seq == 6


def test_a_line_that_was_written_in_is_sealed_like_ours_as_the_page_on_the_log_says(log: Database) -> None:
    """What the log cannot do: it does not know who wrote a line, only that none was changed since its seal."""
    sealed(log)
    with log.write() as tx:
        tx.conn.execute(text(SLIPPED_IN))
    sealed(log)
    assert verdict(log) == Verdict(7, 7, 5, None)
    told = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    assert "A line written into `alarm_step` by somebody who can write there is sealed like ours" in told


def test_lines_that_were_changed_and_sent_to_be_sealed_anew_are_found_too(log: Database) -> None:
    sealed(log)
    tamper(log, "UPDATE alarm_step SET detail = 'x' WHERE version = 3", "UPDATE alarm_step_seal SET seal = NULL")
    sealed(log)
    bad = verdict(log).bad
    assert bad is not None
    assert bad.seq == 6


def test_what_commands_left_is_chained_by_the_job(log: Database) -> None:
    log.audit_keys = None
    with log.write() as tx:
        audit.record(tx, deed(6, Did.TOKEN_CREATED))
    sealed(log)
    assert verdict(log).rows == 5  # no key, no row
    log.audit_keys = KEYS
    sealed(log)
    assert verdict(log).rows == 7
    with log.read() as conn:
        assert conn.execute(text("SELECT COUNT(*) FROM audit_waiting")).scalar_one() == 0


def test_a_head_is_told_once_a_day_and_finds_a_whole_log_that_was_put_back(
    log: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now = NOW
    job = head_job(tmp_path)
    runner = Runner(log, [job], lambda: now, "test")
    with caplog.at_level(logging.INFO, "jobs.audit"):
        runner.tick(job)
        now += 60_000
        with log.write() as tx:
            audit.record(tx, deed(60_000))
        runner.tick(job)
        now += DAY
        runner.tick(job)
    lines = [record.message for record in caplog.records if record.name == "jobs.audit"]
    heads = kept.kept(kept.file_of(tmp_path))
    assert [one.seq for one in heads] == [5, 6]
    assert lines == [line_of(one) for one in heads]
    assert heads_of([f"2026-11-21 INFO jobs.audit: {line}\n" for line in lines]) == heads
    with log.read() as conn:
        assert verify(conn, KEYS, heads).bad is None
    # The newest row goes, and the head becomes the true one of the row before: only the kept head knows better.
    tamper(log, "DELETE FROM audit WHERE seq = 6", "UPDATE audit_head SET seq = 5, mac = mac")
    old = heads[0]
    with log.write() as tx:
        tx.conn.execute(
            text("UPDATE audit_head SET seq = 5, mac = :mac, at = :at, tag = :tag"),
            {"mac": old.mac, "at": old.at, "tag": old.tag},
        )
    with log.read() as conn:
        assert verify(conn, KEYS).bad is None
        bad = verify(conn, KEYS, heads).bad
    assert bad is not None
    assert bad.seq == 6


def test_every_head_of_a_row_is_held_against_and_none_hides_another(log: Database) -> None:
    with log.read() as conn:
        true = head(conn)
    assert true is not None
    other = mark(KEYS, "head", 5, bytes(32), NOW + 5)
    with log.read() as conn:
        assert verify(conn, KEYS, [true, true]).bad is None
        for heads in ([true, other], [other, true]):
            bad = verify(conn, KEYS, heads).bad
            assert bad is not None
            assert (bad.seq, bad.fault) == (5, Fault.ELSEWHERE)


def test_the_side_databases_heads_are_kept_apart(sqlite_db: Database, tmp_path: Path) -> None:
    side = at_version(f"{sqlite_db.url}.side", "head")
    for database in (sqlite_db, side):
        database.audit_keys = KEYS
        with database.write() as tx:
            audit.record(tx, deed(1 if database is side else 2))
        job = head_job(tmp_path)
        Runner(database, [job], lambda: NOW, "test").tick(job)
        job = head_job(tmp_path)  # a restart tells nothing anew
        Runner(database, [job], lambda: NOW, "test").tick(job)
    for database, on_side in ((sqlite_db, False), (side, True)):
        heads = kept.kept(kept.file_of(tmp_path, side=on_side), side=on_side)
        assert len(heads) == 1
        assert kept.kept_of(database.url, tmp_path) == heads
        with database.read() as conn:
            assert verify(conn, KEYS, heads).bad is None
    # Copied into one file with everything else that was told: each chain knows its own.
    lines = [kept.file_of(tmp_path, side=on_side).read_text() for on_side in (True, False)]
    with sqlite_db.read() as conn:
        assert verify(conn, KEYS, heads_of("".join(lines).splitlines())).bad is None
    side.close()


def test_retention_cuts_the_oldest_rows_and_the_rest_still_verifies(log: Database) -> None:
    sealed(log)
    later = NOW + 731 * DAY
    with log.write() as tx:
        audit.record(tx, deed(731 * DAY - 10))
    assert retention.run(log, KEEP, later)["audit"] == 6
    assert verdict(log) == Verdict(2, 8, 0, None)  # the row that was young enough, and the cut's own
    sealed(log)  # the histories, whose seal went, get a new one
    assert verdict(log) == Verdict(3, 9, 4, None)
    assert retention.run(log, KEEP, later + 1)["audit"] == 0


def test_retention_cuts_nothing_of_a_log_that_was_tampered_with(
    log: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with log.write() as tx:
        audit.record(tx, deed(731 * DAY - 10))
    tamper(log, "UPDATE audit SET detail = 'x' WHERE seq = 2")
    assert retention.run(log, KEEP, NOW + 731 * DAY)["audit"] == 0
    assert "row 2" in caplog.text
    bad = verdict(log).bad
    assert bad is not None
    assert bad.seq == 2


def test_a_cut_that_was_interrupted_is_finished_by_the_next_run(log: Database) -> None:
    with log.write() as tx:
        audit.record(tx, deed(731 * DAY - 10))
    retention.run(log, KEEP, NOW + 731 * DAY)
    with log.read() as conn:
        row = conn.execute(text("SELECT * FROM audit WHERE seq = 6")).one()
    with log.write() as tx:  # as if its rows had not been deleted yet
        names = ", ".join(str(name) for name in row._mapping)
        values = ", ".join(f":{name}" for name in row._mapping)
        left = {**row._mapping, "seq": 5}
        tx.conn.execute(text(f"INSERT INTO audit ({names}) VALUES ({values})"), left)  # noqa: S608 - our own names
    assert verdict(log).bad is None
    assert retention.run(log, KEEP, NOW + 731 * DAY + 1)["audit"] == 1


@pytest.fixture
def configured(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store that the commands find by their settings, with its secret."""
    monkeypatch.chdir(tmp_path)
    for name, value in (("DATABASE_URL", sqlite_url), ("SECRET_KEY", SECRET), ("DATA_DIR", str(tmp_path / "var"))):
        monkeypatch.setenv(f"SSZ_{name}", value)
    database = open_database(sqlite_url)
    database.audit_keys = KEYS
    with database.write() as tx:
        for number in range(1, 6):
            audit.record(tx, deed(number))
    database.close()
    return sqlite_url


def test_the_command_says_what_it_found_and_its_exit_status_does_too(
    configured: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert manage.main(["audit", "verify"]) == 0
    assert capsys.readouterr().out.startswith("audit: 5 rows verified, the newest is 5; 0 lines")
    file = tmp_path / "elsewhere.txt"
    assert manage.main(["audit", "head", "--to", str(file)]) == 0
    assert capsys.readouterr().out == file.read_text()
    assert manage.main(["audit", "verify", "--head", str(file)]) == 0
    capsys.readouterr()
    database = open_database(configured)
    tamper(database, "UPDATE audit SET who = 'nobody' WHERE seq = 3")
    database.close()
    assert manage.main(["audit", "verify"]) == 1
    assert capsys.readouterr().err == (
        "manage.py: the audit log is not as it was written: row 3: changed, inserted or moved:"
        " its MAC is not that of its content after the row before\n"
    )


def test_the_command_needs_the_secret_and_a_head_that_is_one(
    configured: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        manage.main(["audit", "verify", "--head", str(tmp_path / "nothing.txt")])
    assert ended.value.code == 2
    assert "holds no head" in capsys.readouterr().err
    monkeypatch.delenv("SSZ_SECRET_KEY")
    with pytest.raises(SystemExit) as ended:
        manage.main(["audit", "verify"])
    assert ended.value.code == 2
    assert "SSZ_SECRET_KEY" in capsys.readouterr().err
    monkeypatch.setenv("SSZ_SECRET_KEY", "another secret: also of 32 letters or more")
    assert manage.main(["audit", "verify"]) == 1
    monkeypatch.setenv("SSZ_SECRET_KEY_OLD", SECRET)
    assert manage.main(["audit", "verify"]) == 1  # nothing written with the key in use yet
    database = open_database(configured)
    database.audit_keys = keys_of("another secret: also of 32 letters or more", [SECRET])
    with database.write() as tx:
        audit.record(tx, deed(6))
    database.close()
    assert manage.main(["audit", "verify"]) == 0
    with database.read() as conn:
        assert head(conn) is not None


def test_a_secret_the_log_was_not_written_with_is_refused_and_breaks_nothing(
    configured: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SSZ_SECRET_KEY", "another secret: also of 32 letters or more")
    with pytest.raises(SystemExit) as ended:
        manage.main(["token", "create", "grafana", "--role", "viewer"])
    assert ended.value.code == 2
    assert "not the secret the audit log was written with" in capsys.readouterr().err
    database = open_database(configured)
    assert verdict(database) == Verdict(5, 5, 0, None)
    database.close()


def test_keys_fit_what_the_log_was_written_with_and_a_head_somebody_changed_shuts_nobody_out(configured: str) -> None:
    other = keys_of("another secret: also of 32 letters or more")
    database = open_database(configured)
    with database.read() as conn:
        assert fits(conn, KEYS)
        assert not fits(conn, other)
        assert fits(conn, keys_of("another secret: also of 32 letters or more", [SECRET]))
    with database.write() as tx:
        tx.conn.execute(text("UPDATE audit_head SET key = 'nobodys'"))
    with database.read() as conn:
        assert fits(conn, KEYS)
        assert not fits(conn, other)
    database.close()


def test_after_a_restore_nobody_is_in_and_heads_of_what_was_left_behind_cry_no_wolf(
    configured: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("commands.context.now_ms", lambda: NOW + 1_000)
    database = open_database(configured)
    database.audit_keys = KEYS
    with database.write() as tx:
        access.add_token(tx, "t", "grafana", "viewer", "*", NOW)
        access.add_session(tx, web_session("person"))
        access.add_session(tx, web_session("wall", kiosk="k"))
        link = access.create_link(tx, "somebody", "viewer", NOW, life_ms=10**15)
    backup(configured, tmp_path / "b.backup")
    with database.write() as tx:
        for number in range(6, 12):
            audit.record(tx, deed(number))
    with database.read() as conn:
        newest = head(conn)
    assert newest is not None
    (tmp_path / "var").mkdir()
    kept.keep(kept.file_of(tmp_path / "var"), newest)
    database.close()
    old = Path(configured.removeprefix("sqlite:///"))
    assert manage.main(["restore", "--replace", str(tmp_path / "b.backup")]) == 0
    assert "API tokens: grafana" in capsys.readouterr().out
    assert manage.main(["audit", "verify"]) == 0
    database = open_database(configured)
    database.audit_keys = KEYS
    with database.write() as tx:
        for number in range(12, 20):  # other rows at the numbers the head names
            audit.record(tx, deed(number))
        assert not access.use_link(tx, access.digest_of(link), NOW)
    with database.read() as conn:
        living = [one.hash for one in access.sessions(conn, ["person", "wall"]) if one.revoked_at is None]
    assert living == ["wall"]
    database.close()
    assert manage.main(["audit", "verify"]) == 0
    capsys.readouterr()
    # The same without a word of the log: an old copy put back.
    for part in ("-wal", "-shm"):
        old.with_name(old.name + part).unlink(missing_ok=True)
    old.write_bytes((tmp_path / "b.backup").read_bytes())
    assert manage.main(["audit", "verify"]) == 1
    assert "missing: the head that was kept elsewhere" in capsys.readouterr().err


def web_session(name: str, kiosk: str = "") -> WebSession:
    return WebSession(
        hash=name, name=name, role="viewer", csrf="x", created_at=NOW, used_at=NOW, expires_at=NOW + 10**12,
        kiosk=kiosk,
    )  # fmt: skip
