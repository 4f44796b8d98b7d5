"""An SOS is stored once, raises one alarm, and its history agrees with its state."""

from __future__ import annotations

import json
import traceback
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from models.alarms.ladder import Ladders
from models.alarms.life import IllegalStepError, Step
from models.happenings import Happening, SignalStored
from models.records.alarm import AlarmNow
from models.records.position import Fix, FixFlag
from models.records.sos import EventKind, Mark, Signal
from models.records.station import Station
from models.records.unit import Unit
from store import alarms
from store.alarms.steps import MOST_AT_ONCE
from store.database import Database
from store.errors import StorageError
from store.positions import insert_fixes
from store.registers import put_stations, put_units
from store.sos import Taken, recent_keys, take_signal

NOW = 1_700_000_000_000
PRESS = Signal("lumphini", "box", "B1", "p1", NOW, EventKind.PRESS, NOW + 50, topic="ssz/v1/lumphini/sos/B1/event")


@pytest.fixture(autouse=True)
def _box(db: Database) -> None:
    with db.write() as tx:
        tx.conn.execute(
            text(
                "INSERT INTO station (code, name_th, name_en, kind, bureau, province, plausible_km)"
                " VALUES ('lumphini', 'ลุมพินี', '', 'metro', '', '', 50)"
            )
        )
        tx.conn.execute(
            text(
                "INSERT INTO sos_box (station, box, name_th, name_en, lat, lon, fault)"
                " VALUES ('lumphini', 'B1', 'หน้าตลาด', '', 13.73, 100.54, '')"
            )
        )


@pytest.fixture(autouse=True)
def _units(db: Database, _box: None) -> None:
    with db.write() as tx:
        put_stations(tx, [Station(code="hat_yai", name_th="ห", name_en="H", kind="test")], NOW)
        put_units(tx, [Unit(station="lumphini", unit="u1"), Unit(station="hat_yai", unit="h1")], NOW)


def take(db: Database, signal: Signal, now: int = NOW + 60) -> Taken:
    with db.write() as tx:
        return take_signal(tx, signal, now)


def step(db: Database, alarm: str, what: Step, **more: str) -> AlarmNow:
    with db.write() as tx:
        who = {"by": "ร.ต.อ. ก", "role": "dispatcher", "origin": "127.0.0.1"}
        return alarms.step(tx, alarm, what, now=NOW + 999, **who, **more)  # type: ignore[arg-type]


def outbox(db: Database) -> list[tuple[str, str, bool]]:
    with db.read() as conn:
        rows = conn.execute(text("SELECT topic, payload, retain FROM outbox ORDER BY id"))
        return [(row[0], row[1], bool(row[2])) for row in rows]


def count(db: Database, table: str) -> int:
    with db.read() as conn:
        return int(conn.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one())  # noqa: S608 - our own names


def test_a_press_raises_one_alarm_at_the_box_s_place_and_a_receipt(db: Database) -> None:
    told: list[Happening] = []
    db.on_commit(lambda _seq, happenings: told.extend(happenings))
    taken = take(db, PRESS)
    assert taken.alarm is not None
    assert (taken.alarm.place, taken.alarm.lat, taken.alarm.presses) == ("หน้าตลาด", 13.73, 1)
    assert taken.alarm.id == alarms.alarm_id(PRESS)
    assert outbox(db)[0] == ("ssz/v1/lumphini/sos/B1/receipt", '{"id":"p1"}', False)
    assert outbox(db)[1][0] == f"ssz/v1/lumphini/alarm/{taken.alarm.id}/state"
    assert outbox(db)[1][2] is True
    assert taken.alarm in told
    assert SignalStored("lumphini", PRESS.key, NOW + 60, taken.alarm.id) in told


def test_a_repeated_event_is_one_row_one_alarm_and_another_receipt(db: Database) -> None:
    take(db, PRESS)
    again = take(db, PRESS)
    assert (again.duplicate, again.alarm) == (True, None)
    assert (count(db, "sos_event"), count(db, "alarm")) == (1, 1)
    assert [topic for topic, _, _ in outbox(db)].count("ssz/v1/lumphini/sos/B1/receipt") == 2


def test_the_same_id_with_another_time_or_kind_is_stored_marked_and_joins(db: Database) -> None:
    take(db, PRESS)
    other = take(db, replace(PRESS, at=NOW + 5))
    assert other.alarm is not None
    assert Mark.ID_REUSED.value in other.alarm.marks
    assert (other.alarm.presses, count(db, "sos_event"), count(db, "alarm")) == (2, 2, 1)


def test_a_press_after_the_alarm_was_closed_opens_a_new_one(db: Database) -> None:
    first = take(db, PRESS).alarm
    assert first is not None
    step(db, first.id, Step.ACKNOWLEDGE)
    step(db, first.id, Step.CLOSE, outcome="helped")
    second = take(db, replace(PRESS, id="p2")).alarm
    assert second is not None
    assert second.id != first.id
    assert second.presses == 1


def test_one_verified_press_makes_the_alarm_a_verified_one(db: Database) -> None:
    take(db, replace(PRESS, marks=frozenset({Mark.UNVERIFIED})))
    joined = take(db, replace(PRESS, id="p2")).alarm
    assert joined is not None
    assert "unverified" not in joined.marks


def test_the_second_person_is_told_who_was_first(db: Database) -> None:
    alarm = take(db, PRESS).alarm
    assert alarm is not None
    step(db, alarm.id, Step.ACKNOWLEDGE)
    with pytest.raises(IllegalStepError, match=r"already acknowledged by ร\.ต\.อ\. ก"):
        step(db, alarm.id, Step.ACKNOWLEDGE)


@pytest.mark.parametrize(
    ("what", "more"), [(Step.CLOSE, {"outcome": "helped"}), (Step.ARRIVE, {}), (Step.ASSIGN, {"unit": "u1"})]
)
def test_an_illegal_step_changes_nothing(db: Database, what: Step, more: dict[str, str]) -> None:
    alarm = take(db, PRESS).alarm
    assert alarm is not None
    sent = outbox(db)
    with pytest.raises(IllegalStepError):
        step(db, alarm.id, what, **more)
    with db.read() as conn:
        assert alarms.find(conn, alarm.id, None) == alarm
        assert [row.step for row in alarms.history(conn, "lumphini", alarm.id)] == ["raise"]
    assert outbox(db) == sent


@pytest.mark.parametrize(
    ("what", "more"), [(Step.CLOSE, {"outcome": "nonsense"}), (Step.ASSIGN, {}), (Step.NOTE, {})]
)
def test_a_step_needs_its_outcome_unit_or_note(db: Database, what: Step, more: dict[str, str]) -> None:
    alarm = take(db, PRESS).alarm
    assert alarm is not None
    step(db, alarm.id, Step.ACKNOWLEDGE)
    with pytest.raises(IllegalStepError, match="needs"):
        step(db, alarm.id, what, **more)


def test_a_whole_life_is_history_and_the_retained_state_is_cleared_at_its_end(db: Database) -> None:
    alarm = take(db, PRESS).alarm
    assert alarm is not None
    step(db, alarm.id, Step.ACKNOWLEDGE)
    step(db, alarm.id, Step.ASSIGN, unit="u1")
    step(db, alarm.id, Step.ARRIVE)
    done = step(db, alarm.id, Step.CLOSE, outcome="real")
    with db.read() as conn:
        lines = alarms.history(conn, "lumphini", alarm.id)
    assert [(line.old_state, line.new_state) for line in lines] == [
        ("", "raised"),
        ("raised", "acknowledged"),
        ("acknowledged", "assigned"),
        ("assigned", "on_scene"),
        ("on_scene", "closed"),
    ]
    assert [line.version for line in lines] == [1, 2, 3, 4, 5]
    assert (done.outcome, done.assigned) == ("real", "u1")
    assert (f"ssz/v1/lumphini/alarm/{alarm.id}/state", "", True) in outbox(db)
    told = [(topic.split("/")[3], json.loads(body)["kind"]) for topic, body, _ in outbox(db) if "/command" in topic]
    box = [("sos", kind) for kind in ("acknowledged", "dispatched", "arrived", "closed")]
    assert [one for one in told if one[0] == "sos"] == box
    assert [one for one in told if one[0] == "unit"] == [("unit", kind) for _, kind in box[1:]]


@pytest.mark.parametrize("unit", ["h1", "B1", "U1", "u1 ", "'; DROP TABLE unit"])
def test_only_a_unit_of_the_alarms_station_is_sent(db: Database, unit: str) -> None:
    alarm = take(db, PRESS).alarm
    assert alarm is not None
    step(db, alarm.id, Step.ACKNOWLEDGE)
    with pytest.raises(alarms.UnknownUnitError, match=r"no unit .* of lumphini"):
        step(db, alarm.id, Step.ASSIGN, unit=unit)
    with db.read() as conn:
        assert alarms.find(conn, alarm.id, None).state == "acknowledged"


def test_to_an_alarm_of_no_station_any_unit_the_person_sees_is_sent(db: Database) -> None:
    alarm = take(db, replace(PRESS, station="_unknown")).alarm
    assert alarm is not None
    step(db, alarm.id, Step.ACKNOWLEDGE)
    seen = frozenset({"lumphini", "_unknown"})
    with db.write() as tx, pytest.raises(alarms.UnknownUnitError):
        alarms.step(
            tx, alarm.id, Step.ASSIGN, by="ก", role="dispatcher", origin="", now=NOW, unit="h1", stations=seen
        )
    with db.write() as tx:
        sent = alarms.step(
            tx, alarm.id, Step.ASSIGN, by="ก", role="dispatcher", origin="", now=NOW, unit="u1", stations=seen
        )
    assert sent.assigned == "u1"


def test_the_clearest_press_names_the_alarm(db: Database) -> None:
    kinds = [EventKind.UNREADABLE, EventKind.PANIC, EventKind.UNREADABLE, EventKind.PRESS, EventKind.PANIC]
    named = [take(db, replace(PRESS, id=f"k{n}", kind=kind)).alarm for n, kind in enumerate(kinds)]
    assert [alarm.kind for alarm in named if alarm] == ["unreadable", "panic", "panic", "sos", "sos"]


def test_an_unanswered_alarm_climbs_each_rung_once(db: Database) -> None:
    alarm = take(db, PRESS).alarm
    assert alarm is not None
    with db.write() as tx:
        assert alarms.escalate(tx, Ladders(), NOW + 15_050) == []
        assert [item.level for item in alarms.escalate(tx, Ladders(), NOW + 15_051)] == [1]
        assert alarms.escalate(tx, Ladders(), NOW + 60_050) == []
        assert [item.level for item in alarms.escalate(tx, Ladders(), NOW + 60_051)] == [2]


def test_of_many_unanswered_alarms_people_climb_first_and_so_many_at_once(db: Database) -> None:
    for number in range(MOST_AT_ONCE + 5):
        take(db, replace(PRESS, origin=f"C{number}", received_at=NOW + 50 - number))
    for expected in (MOST_AT_ONCE, 5, 0):
        with db.write() as tx:
            climbed = alarms.escalate(tx, Ladders(), NOW + 20_000)
        assert len(climbed) == expected
        assert climbed == sorted(climbed, key=lambda alarm: alarm.raised_at)


def test_a_note_with_a_step_is_a_line_of_its_own(db: Database) -> None:
    alarm = take(db, PRESS).alarm
    assert alarm is not None
    step(db, alarm.id, Step.ACKNOWLEDGE)
    step(db, alarm.id, Step.ASSIGN, unit="u1", note="by the gate")
    done = step(db, alarm.id, Step.CLOSE, outcome="real", note="taken home")
    with db.read() as conn:
        lines = alarms.history(conn, "lumphini", alarm.id)
    assert [(line.version, line.step, line.detail) for line in lines[2:]] == [
        (3, "assign", "u1"), (4, "note", "by the gate"), (5, "close", "real"), (6, "note", "taken home"),
    ]  # fmt: skip
    assert (done.version, done.state, done.outcome) == (6, "closed", "real")


def test_words_to_a_box_of_an_unregistered_station_go_where_it_listens(db: Database) -> None:
    alarm = take(db, replace(PRESS, station="_unknown", topic="ssz/v1/nowhere/sos/B1/event")).alarm
    assert alarm is not None
    step(db, alarm.id, Step.ACKNOWLEDGE)
    assert [topic for topic, _, _ in outbox(db) if "/command" in topic] == ["ssz/v1/nowhere/sos/B1/command"]


def test_errors_name_no_values(db: Database) -> None:
    with pytest.raises((StorageError, SQLAlchemyError)) as failed, db.write() as tx:
        tx.conn.execute(text("INSERT INTO nothing_there VALUES (:contact)"), {"contact": "".join(["081", "234"])})
    assert "081234" not in "".join(traceback.format_exception(failed.value))


def test_escalation_takes_an_alarm_from_before_the_clock_was_set_back(db: Database) -> None:
    assert take(db, PRESS).alarm is not None
    with db.write() as tx:
        assert alarms.escalate(tx, Ladders(), NOW) == []
        assert [item.level for item in alarms.escalate(tx, Ladders(), NOW - 3_600_000)] == [2]


def test_a_test_press_raises_no_alarm_but_is_remembered(db: Database) -> None:
    assert take(db, replace(PRESS, kind=EventKind.TEST)).alarm is None
    with db.read() as conn:
        assert conn.execute(text("SELECT tested_at FROM sos_box")).scalar_one() == NOW


def test_a_tampered_box_says_so_until_it_is_restored(db: Database) -> None:
    take(db, replace(PRESS, id="t", kind=EventKind.TAMPER))
    with db.read() as conn:
        assert conn.execute(text("SELECT fault FROM sos_box")).scalar_one() == "tamper"
    take(db, replace(PRESS, id="r", kind=EventKind.RESTORE))
    with db.read() as conn:
        assert conn.execute(text("SELECT fault FROM sos_box")).scalar_one() == ""


def test_many_unknown_boxes_share_one_alarm_and_each_press_is_kept(db: Database) -> None:
    marks = frozenset({Mark.UNKNOWN_BOX, Mark.UNVERIFIED, Mark.GROUPED})
    for number in range(4):
        take(db, replace(PRESS, origin=f"X{number}", marks=marks))
    with db.read() as conn:
        (alarm,) = alarms.open_alarms(conn, None)
    assert (alarm.origin, alarm.presses, count(db, "sos_event")) == (alarms.GROUP_ORIGIN, 4, 4)


def test_alarms_are_paged_newest_first_within_a_station_set(db: Database) -> None:
    for number in range(5):
        take(db, replace(PRESS, origin=f"B{number}", received_at=NOW + number))
    with db.read() as conn:
        first = alarms.alarms(conn, frozenset({"lumphini"}), limit=2)
        after = alarms.alarms(conn, frozenset({"lumphini"}), limit=9, before=(first[-1].raised_at, first[-1].id))
        assert alarms.alarms(conn, frozenset({"hat_yai"})) == []
    assert [alarm.origin for alarm in (*first, *after)] == ["B4", "B3", "B2", "B1", "B0"]


def test_keys_of_stored_events_are_those_of_their_signals(db: Database) -> None:
    signals = [replace(PRESS, id=f"p{number}", received_at=NOW + number) for number in range(4)]
    for signal in signals:
        take(db, signal)
    with db.read() as conn:
        assert recent_keys(conn, NOW + 1, 2) == [signals[2].key, signals[3].key]


def test_a_box_whose_unreadable_event_has_an_id_of_its_own_gets_its_receipt(db: Database) -> None:
    take(db, replace(PRESS, id="p9", kind=EventKind.UNREADABLE))
    take(db, replace(PRESS, id="raw-0123", kind=EventKind.UNREADABLE))
    receipts = [payload for topic, payload, _ in outbox(db) if topic.endswith("/receipt")]
    assert receipts == ['{"id":"p9"}']


def test_the_receipt_of_an_unregistered_station_s_box_goes_where_the_box_listens(db: Database) -> None:
    take(db, replace(PRESS, station="_unknown", topic="ssz/v1/nowhere/sos/B1/event"))
    assert outbox(db)[0][0] == "ssz/v1/nowhere/sos/B1/receipt"


def test_a_panic_without_a_place_is_where_its_unit_was_last_seen(db: Database) -> None:
    seen = Fix("lumphini", "car-1", NOW - 9_000, 13.731, 100.541)
    leapt = seen._replace(at=NOW - 1_000, lat=14.9, flags=int(FixFlag.JUMP))
    with db.write() as tx:
        insert_fixes(tx, [seen, leapt], {})
    panic = Signal(
        "lumphini", "unit", "car-1", "u1", NOW, EventKind.PANIC, NOW + 50, marks=frozenset({Mark.NO_PLACE})
    )
    alarm = take(db, panic).alarm
    assert alarm is not None
    assert (alarm.lat, alarm.lon) == (13.731, 100.541)
    assert alarm.marks == "no_place", "its place at the press is not known"
    stranger = take(db, replace(panic, origin="car-2")).alarm
    assert stranger is not None
    assert stranger.lat is None
