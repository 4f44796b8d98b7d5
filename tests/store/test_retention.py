"""Retention: what is too old goes, the rest and every SOS stays, in small transactions."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dashboard.incidents.record import history_rows
from dashboard.words import word
from models.happenings import RegisterChanged
from models.incidents.changes import without_text
from models.records.base import Reason, Rejected
from models.records.incident import IncidentReport
from models.records.position import Fix
from models.records.purpose import Purpose
from models.records.report import CitizenReport
from models.records.sheet_print import SheetPrint
from models.records.sos import EventKind, Signal
from models.records.station import Station
from models.records.tables import METADATA
from models.records.unit import StatusReport, Unit, UnitStatus
from store import (
    access,
    changes,
    erasing,
    erasing_texts,
    incident_changes,
    incidents,
    outbox,
    partitions,
    positions,
    purposes,
    quarantine,
    raw,
    registers,
    reports,
    retention,
    sheet,
    sos,
    units,
)
from store.database import Database, Tx, open_database
from store.retention import Keep

NOW = 1_790_000_000_000
DAY = 86_400_000
KEEP = Keep(
    raw_days=14,
    position_days=90,
    quarantine_days=7,
    change_days=2,
    quarantine_bytes=10 * (100 + quarantine.ROW_BYTES),
)

#: Counting a table: the statements are written out, nothing is put together.
COUNT = {
    name: text(statement)
    for name, statement in {
        "position": "SELECT COUNT(*) FROM position",
        "raw_batch": "SELECT COUNT(*) FROM raw_batch",
        "quarantine": "SELECT COUNT(*) FROM quarantine",
        "sos_event": "SELECT COUNT(*) FROM sos_event",
        "alarm": "SELECT COUNT(*) FROM alarm",
    }.items()
}


def count(db: Database, table: str) -> int:
    with db.read() as conn:
        return int(conn.execute(COUNT[table]).scalar_one())


def fixes(unit: str, start: int, number: int, received_at: int | None = None) -> list[Fix]:
    return [
        Fix("hat_yai", unit, start + n, 7.0, 100.5, received_at=start if received_at is None else received_at)
        for n in range(number)
    ]


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "PIECE", 10)
    monkeypatch.setattr(erasing_texts, "PIECE", 10)


def test_old_positions_go_unit_by_unit(db: Database) -> None:
    old = NOW - 91 * DAY
    with db.write() as tx:
        for unit in ("a", "b", "ค"):
            positions.insert_fixes(tx, fixes(unit, old, 25), {})
            positions.insert_fixes(tx, fixes(unit, NOW - DAY, 5), {})
        positions.insert_fixes(tx, fixes("replayed", old - 3000 * DAY, 7, received_at=NOW), {})
    assert retention.run(db, KEEP, NOW)["position"] == 75
    assert count(db, "position") == 15 + 7
    assert retention.run(db, KEEP, NOW)["position"] == 0


@pytest.mark.postgres
def test_whole_months_are_dropped(pg_db: Database) -> None:
    with pg_db.write() as tx:
        partitions.ensure(tx, NOW - 200 * DAY)
        positions.insert_fixes(tx, fixes("a", NOW - 200 * DAY, 25), {})
    retention.run(pg_db, KEEP, NOW)
    assert count(pg_db, "position") == 0
    with pg_db.read() as conn:
        assert partitions.existing(conn) == []


def test_what_units_said_goes_with_their_positions(db: Database) -> None:
    with db.write() as tx:
        registers.put_stations(tx, [Station(code="hat_yai", name_th="ห", name_en="H")], NOW)
        registers.put_units(tx, [Unit(station="hat_yai", unit=unit) for unit in ("a", "b")], NOW)
        for unit in ("a", "b"):
            for n in range(12):
                units.take(tx, StatusReport("hat_yai", unit, NOW - 91 * DAY + n, UnitStatus.BUSY))
            units.take(tx, StatusReport("hat_yai", unit, NOW - DAY, UnitStatus.AVAILABLE))
    assert retention.run(db, KEEP, NOW)["unit_status_past"] == 24
    with db.read() as conn:
        assert [word.at for word in units.words_since(conn, "hat_yai", "a", 0)] == [NOW - DAY]


def test_raw_payloads_go_by_the_time_they_came_in(db: Database) -> None:
    with db.write() as tx:
        for n in range(25):
            raw.keep(tx, [("hat_yai", NOW - 15 * DAY + n, "t", b"{}"), ("lumphini", NOW - 15 * DAY + n, "t", b"{}")])
        raw.keep(tx, [("hat_yai", NOW - DAY, "t", b"{}")])
    assert retention.run(db, KEEP, NOW)["raw_batch"] == 50
    assert count(db, "raw_batch") == 1


def test_quarantine_is_bounded_in_time_and_bytes(db: Database) -> None:
    rejected = [Rejected(Reason.NOT_JSON, "t", b"x" * 100) for _ in range(15)]
    with db.write() as tx:
        quarantine.Room(1_000_000).keep(tx, rejected, NOW - 8 * DAY)
        quarantine.Room(1_000_000).keep(tx, rejected, NOW)
    assert retention.run(db, KEEP, NOW)["quarantine"] == 15 + 5
    with db.read() as conn:
        assert sum(held.size for held in quarantine.newest(conn, None)) == 1000


def test_the_change_log_keeps_its_newest_row_and_its_number(db: Database) -> None:
    with db.write() as tx:
        tx.tell(RegisterChanged("hat_yai", "zones", 1))
    for age in [5 * DAY] * 24 + [DAY, 0]:
        with db.write() as tx:
            tx.tell(RegisterChanged("hat_yai", "zones", 1))
        with db.write() as tx:
            newest = changes.newest(tx.conn)
            tx.conn.execute(text("UPDATE change SET at = :at WHERE seq = :seq"), {"at": NOW - age, "seq": newest})
    with db.write() as tx:
        tx.conn.execute(text("UPDATE change SET at = :at WHERE seq = 1"), {"at": NOW - 6 * DAY})
    assert retention.run(db, KEEP, NOW)["change"] == 25
    with db.read() as conn:
        assert [seq for seq, _ in changes.since(conn, 0, 100)] == [26, 27]
    assert retention.run(db, KEEP, NOW + 1000 * DAY)["change"] == 1
    with db.read() as conn:
        assert changes.newest(conn) == 27
    assert retention.run(db, KEEP, NOW + 1000 * DAY)["change"] == 0


def test_sent_messages_and_ended_links_go(db: Database) -> None:
    with db.write() as tx:
        for n in range(25):
            tx.publish("t", {"n": n})
        access.create_link(tx, "a", "viewer", NOW - 31 * DAY)
    with db.write() as tx:
        ids = [item.id for item in outbox.pending(tx.conn)]
        outbox.sent(tx, ids[:24], NOW - 2 * DAY)
    gone = retention.run(db, KEEP, NOW)
    assert (gone["outbox"], gone["access"]) == (24, 1)
    with db.read() as conn:
        assert [item.id for item in outbox.pending(conn)] == ids[24:]


def test_an_sos_is_never_forgotten(db: Database) -> None:
    with db.write() as tx:
        sos.take_signal(
            tx,
            Signal("_unknown", "box", "b", "1", 0, EventKind.PRESS, NOW - 4000 * DAY, raw=b"raw"),
            NOW - 4000 * DAY,
        )
    retention.run(db, KEEP, NOW)
    assert (count(db, "sos_event"), count(db, "alarm")) == (1, 1)


def proofs(db: Database) -> list[str]:
    """What the audit log is told of deletions, in order."""
    with db.read() as conn:
        bodies = conn.execute(text("SELECT body FROM audit_waiting ORDER BY id")).scalars()
        return [f"{said['object']} {said['detail']}" for said in map(orjson.loads, bodies)]


def test_what_a_citizen_said_goes_after_a_year_and_the_report_stays(db: Database) -> None:
    with db.write() as tx:
        registers.put_stations(tx, [Station(code="hat_yai", name_th="ห", name_en="H")], NOW)
        for n, age in enumerate([366] * 25 + [364]):
            said = CitizenReport("hat_yai", "line", f"r{n}", NOW, "tip", "สมหญิง", NOW - age * DAY, contact="081")
            reports.take(tx, said)
    assert retention.run(db, KEEP, NOW)["report"] == 25
    with db.read() as conn:
        kept = reports.reports(conn, None)
    assert len(kept) == 26
    assert [(one.id, one.text, one.contact) for one in kept if one.text or one.contact] == [("r25", "สมหญิง", "081")]
    assert retention.run(db, KEEP, NOW)["report"] == 0
    assert proofs(db) == ["table:report 25 before 2025-09-21T14:13:20+00:00 by SSZ_RETENTION_NAME_DAYS=365"]


def test_descriptions_go_from_cases_and_their_history_and_nothing_else_of_it_can_be_changed(db: Database) -> None:
    def case(name: str, age: int) -> IncidentReport:
        at = NOW - age * DAY
        return IncidentReport("hat_yai", "entry", name, at, "theft", at, offence_group=2, description="สมหญิง 081")

    with db.write() as tx:
        registers.put_stations(tx, [Station(code="hat_yai", name_th="ห", name_en="H")], NOW)
        for n, age in enumerate([1826] * 25 + [1824]):
            assert incident_changes.enter(tx, case(f"c{n}", age), "สมชาย")
    change = text("UPDATE incident_change SET fields = :fields WHERE id = 'c0'")
    with db.read() as conn:
        [kept] = incident_changes.history(conn, incident_changes.Key("hat_yai", "entry", "c0"))
    gone = {"fields": without_text(kept.fields)}
    with pytest.raises(DBAPIError, match="only added to"), db.write() as tx:
        tx.conn.execute(change, gone)  # its time is not over
    done = retention.run(db, KEEP, NOW)
    assert (done["incident_text"], done["incident_change_text"]) == (25, 25)
    with db.read() as conn:
        cases = list(incidents.incidents(conn, incidents.Wanted(None)))
        [first] = incident_changes.history(conn, incident_changes.Key("hat_yai", "entry", "c0"))
        [young] = incident_changes.history(conn, incident_changes.Key("hat_yai", "entry", "c25"))
    assert (len(cases), [one.id for one in cases if one.description]) == (26, ["c25"])
    fields = orjson.loads(first.fields)
    assert (fields["description"], fields["offence"], list(fields)) == (
        [None, None], [None, "theft"], list(orjson.loads(young.fields)),
    )  # fmt: skip
    assert "สมหญิง" in young.fields
    told = history_rows([first], True, True, ZoneInfo("Asia/Bangkok"), "th")
    assert [row[word("rec.after", "th")] for row in told][-1] == "(ลบแล้วเมื่อครบกำหนดเก็บรักษา)"
    with pytest.raises(DBAPIError, match="only added to"), db.write() as tx:
        tx.conn.execute(change, {"fields": '{"offence":["x","y"],"description":[null,null]}'})
    with pytest.raises(DBAPIError, match="only added to"), db.write() as tx:
        tx.conn.execute(text("UPDATE incident_change SET fields = '{}' WHERE id = 'c0'"))
    with pytest.raises(DBAPIError, match="only added to"), db.write() as tx:
        tx.conn.execute(text("DELETE FROM incident_change"))
    assert [one.split(" by ")[1] for one in proofs(db)] == ["SSZ_RETENTION_TEXT_DAYS=1825"] * 2
    again = retention.run(db, KEEP, NOW + DAY)
    assert (again["incident_text"], again["incident_change_text"]) == (0, 0)
    assert retention.run(db, KEEP, NOW + 2 * DAY)["incident_text"] == 1


def test_what_was_deleted_is_in_no_byte_of_the_files(sqlite_url: str) -> None:
    """Neither in free pages, nor in what a page was, nor in the write-ahead log, while the product goes on."""
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    files = (file, file.with_name(f"{file.name}-wal"))
    words, contact, held = b"SOMCHAI-WAS-SEEN", b"0812345678-CONTACT", b"HELD-IN-QUARANTINE"

    def found() -> set[bytes]:
        whole = b"".join(one.read_bytes() for one in files)
        return {one for one in (words, contact, held) if one in whole}

    with closing(open_database(sqlite_url)) as db:
        with db.write() as tx:
            registers.put_stations(tx, [Station(code="hat_yai", name_th="ห", name_en="H")], NOW)
            for n in range(50):
                reports.take(
                    tx,
                    CitizenReport(
                        "hat_yai", "line", f"r{n}", NOW, "tip", words.decode() * 20, NOW - 400 * DAY,
                        contact=contact.decode(),
                    ),
                )  # fmt: skip
            refused = [Rejected(Reason.NOT_JSON, "t", held * 9)] * 50
            quarantine.Room(1_000_000).keep(tx, refused, NOW - 400 * DAY)
        assert found() == {words, contact, held}
        retention.run(db, KEEP, NOW)
        assert found() == set()
        with db.read() as conn:  # still open, and the next round finds nothing
            assert len(reports.reports(conn, None)) == 50
        assert files[0].stat().st_size > 0


def _purpose(tx: Tx, name: str, at: int) -> None:
    stated = Purpose(
        id=name, at=at, who="a", role="chief", holder="h", stations="*", reason="review", text="why it is read",
        expires_at=at + DAY,
    )  # fmt: skip
    purposes.state(tx, stated)
    purposes.note_reading(tx, name, "hat_yai/c1", at, at + 12 * 3_600_000, at)


def test_purposes_and_readings_go_with_the_audit_log_and_never_before(db: Database) -> None:
    with db.write() as tx:
        _purpose(tx, "old", NOW - 731 * DAY)
        _purpose(tx, "young", NOW - 729 * DAY)
    for statement in ("DELETE FROM past_reading", "DELETE FROM purpose WHERE id = 'old'"):
        with pytest.raises(DBAPIError, match="only added to"), db.write() as tx:
            tx.conn.execute(text(statement))
    with db.read() as conn:
        read = len(purposes.readings(conn, "old"))
    assert retention.run(db, KEEP, NOW)["purpose"] == 1 + read
    with db.read() as conn:
        assert [one.id for one in purposes.purposes(conn)] == ["young"]
        assert len(purposes.readings(conn, "young")) == read > 10
    for statement in (
        "DELETE FROM past_reading",
        "DELETE FROM purpose WHERE id = 'young'",
        "UPDATE purpose SET text = ''",
        "UPDATE past_reading SET unit = ''",
    ):
        with pytest.raises(DBAPIError, match="only added to"), db.write() as tx:
            tx.conn.execute(text(statement))
    # A clock that was set back takes nothing.
    assert retention.run(db, KEEP, NOW - 100 * DAY)["purpose"] == 0
    assert [proof.split(" before ")[0] for proof in proofs(db)] == [f"table:purpose {1 + read}"]


def test_every_deletion_of_what_tells_of_somebody_is_proved(db: Database) -> None:
    printed = SheetPrint(station="hat_yai", alarm="x", at=NOW - 731 * DAY, who="a", role="chief", address="")
    with db.write() as tx:
        positions.insert_fixes(tx, fixes("a", NOW - 91 * DAY, 25), {})
        raw.keep(tx, [("hat_yai", NOW - 15 * DAY, "t", b"{}")])
        sheet.note_print(tx, printed)
        tx.publish("t", {})
    with db.write() as tx:
        outbox.sent(tx, [item.id for item in outbox.pending(tx.conn)], NOW - 2 * DAY)
    gone = retention.run(db, KEEP, NOW)
    assert (gone["outbox"], gone["sheet_print"]) == (1, 1)
    told = [proof.split(" before ")[0] for proof in proofs(db)]
    assert told == ["table:position 25", "table:raw_batch 1", "table:sheet_print 1"]
    retention.run(db, KEEP, NOW)
    assert len(proofs(db)) == 3, "nothing was deleted, nothing is proved"


def test_every_table_has_a_rule_or_a_reason() -> None:
    """A table that is added has to be thought about here."""
    kept_for_ever = {
        "alarm": "an SOS always stays", "alarm_step": "its history, sealed", "alarm_step_seal": "its seals",
        "alarm_times": "its times", "sos_event": "its presses", "dispatch": "who was sent", "notice": "who was told",
        "drill": "practice", "drill_box": "practice", "procedure_tick": "what was done, sealed with the history",
        "forecast": "what was promised, frozen", "forecast_score": "how it turned out",
        "forecast_counted": "goes with the forecasts", "forecast_tally": "sums of them, go with them",
        "hotspot_choice": "why a method was taken", "hotspot_weights": "what maps were made with",
        "incident": "the station's register, corrected and undone by import",
        "incident_change": "who changed it", "import_batch": "which file an incident came with",
        "import_mapping": "how files are read", "offence_name": "how files are read", "scan": "proof of patrol",
        "patrol_hours": "sums that name no unit",
    }  # fmt: skip
    registers_now = {
        "account", "api_token", "camera_point", "checkpoint", "device", "device_key", "kiosk", "sos_box", "station",
        "street", "unit", "zone",
    }  # fmt: skip
    machinery = {"audit_cut", "audit_head", "audit_waiting", "erasure", "lease", "levels_mark", "source_count",
                 "refit_run", "refit_failure", "refit_station"}  # fmt: skip
    of_accounts = {"recovery_code", "saved_view", "sign_in_failures", "sign_in_step"}
    ruled = {rule.kind for rule in retention.rules(KEEP, NOW)} | {"web_session", "sign_in_link", "past_reading"}
    assert set(METADATA.tables) - ruled - set(kept_for_ever) - registers_now - machinery - of_accounts == set()
