"""Kept payloads decoded again: what was never stored is stored once, and no alarm sounds twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

import manage
from ingest.again import Again
from ingest.decode import decode_http
from ingest.http_pipeline import HttpPipeline, said_with
from ingest.sources.mqtt_client import Arrivals
from ingest.storing import Storing
from models.happenings import Happening
from models.records.alarm import AlarmNow
from models.records.base import Reason, Rejected
from models.records.sos import EventKind, Mark, Signal
from models.records.station import Station
from models.records.unit import Unit
from store import alarms, devices, positions, quarantine, raw, registers, registry, sos
from store.database import Database
from store.follower import Follower

NOW = 1_790_000_000_000
THEN = NOW - 3_600_000
CAR = "ssz/v1/lumphini/unit/c1/position"
TABLES = ("position", "sos_event", "alarm", "alarm_step", "incident", "outbox", "raw_batch", "quarantine")


def fix(at: int, **more: object) -> bytes:
    return json.dumps({"at": at, "lat": 13.73, "lon": 100.54, **more}).encode()


@pytest.fixture
def town(db: Database) -> Database:
    with db.write() as tx:
        registers.put_stations(tx, [Station(code="lumphini", name_th="ล", name_en="L", kind="test")], NOW)
        registers.put_units(tx, [Unit(station="lumphini", unit="c1")], NOW)
    return db


@pytest.fixture
def follower(town: Database) -> Iterator[Follower]:
    follower = Follower(town, lambda: NOW)
    follower.start()
    yield follower
    follower.stop()


def known(db: Database) -> registry.Registry:
    with db.read() as conn:
        return registry.load(conn)


def rows(db: Database) -> dict[str, int]:
    with db.read() as conn:
        return {
            name: int(conn.execute(text(f"SELECT COUNT(*) FROM {name}")).scalar_one())  # noqa: S608 - our own names
            for name in TABLES
        }


#: An incident of a list, a press the decoder of that day missed, and one it could not read.
INCIDENT = json.dumps({"id": "i1", "occurred_from": THEN, "offence": "ลักทรัพย์"}).encode()
MISSED = fix(THEN + 2_000, alarm="sos")
GARBLED = fix(THEN + 3_000, alarm="general,sos")


def kept(db: Database, follower: Follower) -> None:
    """One fix stored as ever; and payloads an older decoder took without storing what today's finds in them."""
    Storing(db, follower, lambda: known(db), lambda: THEN).store([Arrivals([(CAR, fix(THEN), 1, False)], THEN, 1)])
    garbled = Signal(
        "lumphini", "unit", "c1", "raw-0", THEN, EventKind.UNREADABLE, THEN, marks=frozenset({Mark.UNREADABLE}),
        topic=CAR, raw=GARBLED,
    )  # fmt: skip
    lines = [
        (CAR, fix(THEN + 1_000)), ("ssz/v1/lumphini/incident/crimes", INCIDENT), (CAR, MISSED), (CAR, GARBLED),
        (CAR, b"{"),
    ]  # fmt: skip
    with db.write() as tx:
        sos.take_signal(tx, garbled, THEN)
        raw.keep(tx, [("lumphini", THEN + 5_000, topic, payload) for topic, payload in lines])
        raw.keep(tx, [("lumphini", THEN + 6_000, CAR, fix(THEN + 1_000))])


def again(db: Database, follower: Follower, *, dry: bool = False) -> Again:
    work = Again(db, follower, known(db), lambda: NOW, dry)
    place: raw.Place | None = raw.START
    while place is not None:
        with db.read() as conn:
            messages, place = raw.page(conn, "lumphini", 0, NOW, place, 1)
        work.raw(messages)
    return work


STORED = {"position": 3, "incident": 1, "alarm lane": 1}


def test_a_dry_run_counts_what_a_run_stores_and_changes_nothing(town: Database, follower: Follower) -> None:
    kept(town, follower)
    before = rows(town)
    tally = again(town, follower, dry=True).tally
    assert +tally.stored == STORED
    assert (tally.messages, tally.refused) == (7, {"not_json": 1})
    assert rows(town) == before


def test_what_was_never_stored_is_stored_once_and_a_second_run_adds_nothing(
    town: Database, follower: Follower
) -> None:
    kept(town, follower)
    before = rows(town)
    first = again(town, follower).tally
    assert +first.stored == STORED
    assert +first.known == {"position": 2, "alarm lane": 1}
    after = rows(town)
    grown = {name: after[name] - before[name] for name in ("position", "incident", "sos_event", "raw_batch")}
    assert grown == {"position": 3, "incident": 1, "sos_event": 1, "raw_batch": 0}
    second = again(town, follower).tally
    assert +second.stored == {}
    assert rows(town) == after
    with town.read() as conn:
        track = positions.track(conn, "lumphini", "c1", 0, NOW)
    assert [row.at - THEN for row in track] == [0, 1_000, 2_000, 3_000]


def test_a_press_that_was_stored_is_silent_and_one_nobody_saw_is_raised_and_marked_late(
    town: Database, follower: Follower
) -> None:
    kept(town, follower)
    with town.write() as tx:  # the garbled press was dealt with long ago
        tx.conn.execute(text("UPDATE alarm SET state = 'closed'"))
    told: list[Happening] = []
    town.on_commit(lambda _seq, happenings: told.extend(happenings))
    again(town, follower)
    again(town, follower)
    (raised,) = [item for item in told if isinstance(item, AlarmNow)]
    assert (raised.kind, raised.pressed_at, raised.raised_at) == ("panic", THEN + 2_000, THEN + 5_000)
    assert Mark.LATE.value in raised.marks.split(",")
    with town.read() as conn:
        assert [alarm.id for alarm in alarms.open_alarms(conn, None)] == [raised.id]


def test_a_message_of_a_device_approved_since_comes_out_of_quarantine(town: Database, follower: Follower) -> None:
    ghost = CAR.replace("c1", "c2")
    messages = [(ghost, fix(THEN), 1, False), (CAR, b"{", 2, False), (ghost, fix(THEN + 1), 3, True)]
    Storing(town, follower, lambda: known(town), lambda: THEN).store([Arrivals(messages, THEN, 1)])
    phone = b"id=phone&lat=13.73&lon=100.54&timestamp=%d" % (THEN // 1000)
    with town.write() as tx:
        registers.put_units(tx, [Unit(station="lumphini", unit="c2"), Unit(station="lumphini", unit="c3")], NOW)
        devices.approve(tx, "osmand", "phone", devices.Target("lumphini", "unit", "c3"), "test", NOW)
        key_id, _ = devices.create_key(tx, "phone", NOW)
        devices.assign_key(tx, key_id, "osmand", "phone", NOW)
        refused = [
            Rejected(Reason.UNKNOWN_DEVICE, "osmand", phone, said_with(key), source="osmand", foreign_id="phone")
            for key in ("another", key_id)
        ]
        quarantine.Room(10**9).keep(tx, refused, THEN)
    work = Again(town, follower, known(town), lambda: NOW, False)
    with town.read() as conn:
        found, _ = quarantine.page(conn, None, 0, NOW)
    work.held(found)
    assert (+work.tally.stored, work.tally.released) == ({"position": 2}, 2)
    left = {"not_json": 1, "retained": 1, "unknown_device": 1}
    assert work.tally.refused == left
    with town.read() as conn:
        assert quarantine.by_reason(conn) == left
        assert [len(positions.track(conn, "lumphini", unit, 0, NOW)) for unit in ("c2", "c3")] == [1, 1]


def test_what_comes_by_http_is_quarantined_with_its_key(town: Database, follower: Follower) -> None:
    with town.write() as tx:
        key_id, key = devices.create_key(tx, "phone", NOW)
    door = HttpPipeline(town, follower, lambda: known(town), lambda: NOW, decode_http, 10**9)
    speaker = known(town).speaker(key)
    assert speaker is not None
    door.take("osmand", b"id=stranger&lat=13.7&lon=100.5&timestamp=%d" % (NOW // 1000), NOW, speaker)
    with town.read() as conn:
        assert [held.detail for held in quarantine.newest(conn, None)] == [said_with(key_id)]


@pytest.fixture
def command(
    town: Database, db_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., list[str]]:
    """Runs `raw decode` on the test's store; the lines it printed."""
    monkeypatch.setenv("SSZ_DATABASE_URL", db_url)

    def run(*arguments: str) -> list[str]:
        capsys.readouterr()
        assert (
            manage.main(["raw", "decode", "--from", "2026-01-01", "--to", "2027-01-01T00:00+07:00", *arguments]) == 0
        )
        return capsys.readouterr().out.splitlines()

    return run


def test_the_command_says_what_it_did(town: Database, follower: Follower, command: Callable[..., list[str]]) -> None:
    kept(town, follower)
    assert command("--dry-run")[-1] == "7 messages read, 5 records would be stored (dry run)"
    first = command("--station", "lumphini")
    assert "position: 3 stored, 2 known" in first
    assert "refused, not_json: 1" in first
    assert first[-1] == "7 messages read, 5 records stored"
    assert command()[-1] == "7 messages read, 0 records stored"
    assert command("--quarantine")[-1] == "0 messages read, 0 records stored"
    for wrong in (["--from", "2027-01-01", "--to", "2026-01-01"], ["--from", "soon"], ["--station", "atlantis"]):
        with pytest.raises(SystemExit) as ended:
            command(*wrong)
        assert ended.value.code == 2


def test_approving_a_device_or_importing_a_unit_lets_its_messages_in(
    town: Database, follower: Follower, command: Callable[..., list[str]], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    ghost = CAR.replace("c1", "c2")
    tracked = [(f"owntracks/somebody/{name}", b'{"_type":"location","tst":%d,"lat":13.73,"lon":100.54}' % second)
               for name, second in (("phone", THEN // 1000), ("other", THEN // 1000))]  # fmt: skip
    messages = [(ghost, fix(THEN), 1, False), (CAR, b"{", 2, False)]
    messages += [(topic, payload, 3, False) for topic, payload in tracked]
    Storing(town, follower, lambda: known(town), lambda: THEN).store([Arrivals(messages, THEN, 1)])
    waiting = {"not_json": 1, "unknown_device": 3}
    with town.read() as conn:
        assert quarantine.by_reason(conn) == waiting
    capsys.readouterr()
    units = tmp_path / "units.csv"
    units.write_text("station,unit\nlumphini,c2\n", "utf-8")
    assert manage.main(["unit", "import", str(units)]) == 0
    said = "taken out of quarantine: 1 messages, 1 records stored"
    assert capsys.readouterr().out.splitlines() == ["patrol units: 1 imported", said]
    approve = ["device", "approve", "owntracks", "somebody/phone", "--station", "lumphini", "--unit", "c1"]
    assert manage.main(approve) == 0
    assert capsys.readouterr().out.splitlines()[-1] == said
    with town.read() as conn:
        assert quarantine.by_reason(conn) == {"not_json": 1, "unknown_device": 1}
        assert [len(positions.track(conn, "lumphini", unit, 0, NOW)) for unit in ("c1", "c2")] == [1, 1]
    assert manage.main(approve) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
