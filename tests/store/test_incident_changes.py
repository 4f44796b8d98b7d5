"""Incidents entered and changed by hand: the history is whole, cannot be changed, and tells the second editor."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.analysis.due import Last, When, is_due
from models.formats.offences import classify
from models.happenings import Happening, RegisterChanged
from models.incidents.changes import EDITABLE
from models.records.incident import Incident, IncidentReport
from models.records.station import Station
from store import import_words, incident_changes, incidents, refits, registers, regrouping
from store.database import Database
from store.incident_changes import EditedMeanwhileError, GoneError, Key
from store.rows import values_of

NOW = 1_790_000_000_000
HOUR = 3_600_000
NEW = IncidentReport(
    "hat_yai", "entry", "e1", NOW - HOUR, "theft", NOW, offence_group=2, lat=7.0, lon=100.47, place_quality="exact",
    description="แจ้งว่ารถหาย",
)  # fmt: skip
KEY = Key("hat_yai", "entry", "e1")


@pytest.fixture
def town(db: Database) -> Database:
    with db.write() as tx:
        registers.put_stations(tx, [Station(code="hat_yai", name_th="สภ.หาดใหญ่", name_en="Hat Yai")], NOW)
        assert incident_changes.enter(tx, NEW, "ร.ต.อ.สมชาย")
    return db


def as_is(db: Database, key: Key = KEY, **changed: Any) -> dict[str, Any]:
    """The fields an editor sends: as they stand, but for what was changed."""
    with db.read() as conn:
        row = incident_changes.one(conn, key)
    assert row is not None
    return {name: value for name, value in values_of(row).items() if name in EDITABLE} | changed


def test_a_station_s_own_names_of_offences_hold_for_what_comes_one_by_one(town: Database) -> None:
    def stored(name: str) -> tuple[str, int | None]:
        with town.read() as conn:
            row = incident_changes.one(conn, replace_id(name))
        assert row is not None
        return row.offence, row.offence_group

    def replace_id(name: str) -> Key:
        return KEY._replace(id=name)

    unknown = replace(NEW, id="wire", offence="ขโมยของหลวง", offence_group=None)
    with town.write() as tx:
        assert incidents.take(tx, unknown)
    assert stored("wire") == ("ขโมยของหลวง", None)
    with town.write() as tx:
        for name, meaning in (("ขโมยของหลวง", "theft"), ("แข่งรถ", "3")):
            import_words.name_offence(tx, "hat_yai", name, import_words.meaning_of(name, meaning), NOW)
        assert incidents.take(tx, replace(unknown, id="later"))
        assert incident_changes.enter(tx, replace(unknown, id="desk", offence="แข่งรถ"), "ร.ต.อ.สมชาย")
        assert incidents.take(tx, replace(unknown, id="known", offence="robbery", offence_group=2))
        values = as_is(town, offence="แข่งรถ", offence_group=None)
        assert incident_changes.edit(tx, KEY, 1, values, "ผกก.", NOW + 1)
    assert [stored(one) for one in ("later", "desk", "known", "e1", "wire")] == [
        ("theft", 2), ("แข่งรถ", 3), ("robbery", 2), ("แข่งรถ", 3), ("ขโมยของหลวง", None),
    ]  # fmt: skip


def test_a_name_means_the_same_by_file_wire_api_and_form_and_no_station_takes_one_over(town: Database) -> None:
    with pytest.raises(import_words.ListedError, match="theft \\(group 2\\)"):
        import_words.meaning_of("คดีลักทรัพย์", "3")
    assert import_words.meaning_of("ลักทรัพย์", "2") == import_words.Meaning("theft", 2)
    with town.write() as tx:
        # As an earlier version kept them: both are the standard table's own.
        for name in ("ลักทรัพย์", "theft"):
            import_words.name_offence(tx, "hat_yai", name, import_words.Meaning("ลักทรัพย์", 3), NOW)
        import_words.name_offence(tx, "hat_yai", "แข่งรถ", import_words.meaning_of("แข่งรถ", "3"), NOW)
    said = {"ลักทรัพย์": ("theft", 2), "theft": ("theft", 2), "คดีแข่งรถ": ("แข่งรถ", 3), "แข่ง รถ": ("แข่งรถ", 3)}
    with town.read() as conn:
        by_file = import_words.classifier(conn, "hat_yai")
        assert {name: by_file(name, None) for name in said} == said
        # The wire, the API and the form read a name by the standard table first.
        named = {name: import_words.by_station(conn, "hat_yai", *classify(name)) for name in said}
    assert named == said


def test_cases_of_before_a_name_was_said_are_put_where_it_stands_with_history(
    town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regrouping, "_LOOK", 4)
    monkeypatch.setattr(regrouping, "_PIECE", 2)
    unknown = replace(NEW, offence="แข่งรถ", offence_group=None)
    with town.write() as tx:
        for number in range(7):
            assert incidents.take(tx, replace(unknown, id=f"x{number}", source="ab"[number % 2]))
        assert incidents.take(tx, replace(unknown, id="stolen", offence="ขโมยของหลวง", offence_group=4))
    changed = as_is(town, Key("hat_yai", "a", "x0"), status="ปิดคดี")
    with town.write() as tx:
        assert incident_changes.edit(tx, Key("hat_yai", "a", "x0"), 0, changed, "ผกก.", NOW)
        for name, meaning in (("ขโมยของหลวง", "theft"), ("แข่งรถ", "3")):
            import_words.name_offence(tx, "hat_yai", name, import_words.meaning_of(name, meaning), NOW)
        refits.note(tx, "hat_yai", Last(NOW - 48 * HOUR, refits.versions(tx.conn, None)["hat_yai"]))
    deeds: list[int] = []
    with town.read() as conn:
        assert regrouping.unlisted_of(conn, "hat_yai") == [(("แข่งรถ", None), 7)]
        found = regrouping.strays_of(conn, "hat_yai")
    assert [(one.was, one.now, one.cases) for one in found] == [
        (("แข่งรถ", None), ("แข่งรถ", 3), 7), (("ขโมยของหลวง", 4), ("theft", 2), 1),
    ]  # fmt: skip
    done = [
        regrouping.regroup(town, "hat_yai", "ผกก.", lambda: NOW + 5, lambda _tx, cases: deeds.append(cases))
        for _ in range(2)
    ]
    assert (done, deeds) == ([8, 0], [8])
    with town.read() as conn:
        assert regrouping.strays_of(conn, "hat_yai") == []
        # Its maps are of what its cases were called: they are due at once, though it has no case more.
        version, last = refits.versions(conn, None)["hat_yai"], refits.lasts(conn, None)["hat_yai"]
        assert (version, is_due(version, last, NOW, When(10**9, 2, ZoneInfo("UTC")))) == (last.version, True)
        kept = {row.id: (row.offence, row.offence_group) for row in incidents.incidents(conn, incidents.Wanted(None))}
        past = incident_changes.history(conn, Key("hat_yai", "a", "x0"))
        stolen = incident_changes.history(conn, Key("hat_yai", "entry", "stolen"))
    assert kept == {f"x{n}": ("แข่งรถ", 3) for n in range(7)} | {"stolen": ("theft", 2), "e1": ("theft", 2)}
    assert [(one.version, one.kind, one.by) for one in past] == [(1, "edited", "ผกก."), (2, "regrouped", "ผกก.")]
    assert orjson.loads(past[1].fields) == {"offence_group": [None, 3]}
    assert orjson.loads(stolen[0].fields) == {"offence": ["ขโมยของหลวง", "theft"], "offence_group": [4, 2]}


def test_what_was_entered_and_changed_stands_in_the_history_field_by_field(town: Database) -> None:
    with town.write() as tx:
        assert incident_changes.enter(tx, replace(NEW, status="x"), "ร.ต.อ.สมหญิง") is False
    told: list[Happening] = []
    town.on_commit(lambda _seq, happenings: told.extend(happenings))
    values = as_is(town, status="closed", arrested=True, lat=None, lon=None, place_quality="none")
    with town.write() as tx:
        done = incident_changes.edit(tx, KEY, 1, values, "ผกก.", NOW + 1)
    assert done is not None
    assert (done.version, done.by, done.at) == (2, "ผกก.", NOW + 1)
    with town.read() as conn:
        first, second = incident_changes.history(conn, KEY)
        row = incident_changes.one(conn, KEY)
    assert (first.kind, first.by, first.version) == ("entered", "ร.ต.อ.สมชาย", 1)
    assert orjson.loads(first.fields)["description"] == [None, "แจ้งว่ารถหาย"]
    assert orjson.loads(second.fields) == {
        "lat": [7.0, None], "lon": [100.47, None], "place_quality": ["exact", "none"], "status": ["", "closed"],
        "arrested": [None, True],
    }  # fmt: skip
    assert row is not None
    assert (row.status, row.arrested, row.lat, row.received_at) == ("closed", True, None, NOW)
    assert told == [RegisterChanged("hat_yai", incidents.REGISTER, NOW + 1)]


def test_of_two_editors_the_second_is_told_and_changes_nothing(town: Database) -> None:
    with town.write() as tx:
        assert incident_changes.edit(tx, KEY, 1, as_is(town, status="a"), "one", NOW + 1) is not None
    with pytest.raises(EditedMeanwhileError) as told, town.write() as tx:
        incident_changes.edit(tx, KEY, 1, as_is(town, status="b"), "two", NOW + 2)
    assert (told.value.newest.by, told.value.newest.version) == ("one", 2)
    with town.read() as conn:
        assert len(incident_changes.history(conn, KEY)) == 2
    assert as_is(town)["status"] == "a"
    with town.write() as tx:
        assert incident_changes.edit(tx, KEY, 2, as_is(town), "two", NOW + 3) is None  # nothing differs: no row
        with pytest.raises(GoneError):
            incident_changes.edit(tx, Key("hat_yai", "entry", "nobody"), 0, as_is(town), "two", NOW + 3)


def test_the_database_itself_refuses_to_change_or_delete_history(town: Database) -> None:
    for statement in ("UPDATE incident_change SET by = 'x'", "DELETE FROM incident_change"):
        with pytest.raises(DBAPIError, match="only added to"), town.write() as tx:
            tx.conn.execute(text(statement.replace(" by ", ' "by" ')))


def test_only_what_could_be_the_same_is_read_along_the_index(town: Database) -> None:
    def known(name: str, at: int, **more: Any) -> IncidentReport:
        return replace(NEW, source="file", id=name, occurred_from=at, **more)

    with town.write() as tx:
        for report in (
            known("same", NEW.occurred_from), known("day", NEW.occurred_from - 24 * HOUR),
            known("before", NEW.occurred_from - 24 * HOUR - 1), known("other", NEW.occurred_from, offence="robbery"),
            known("hours", NEW.occurred_from - 2 * HOUR - 1, offence="robbery"),
            known("window", NEW.occurred_from - 72 * HOUR, occurred_to=NEW.occurred_from - 23 * HOUR),
            known("e1", NEW.occurred_from - 9_000 * HOUR, offence="robbery"),
        ):  # fmt: skip
            assert incidents.take(tx, report)
    with town.read() as conn:
        found: list[Incident] = incident_changes.near_in_time(conn, NEW)
    assert sorted((one.source, one.id) for one in found) == [
        ("entry", "e1"), ("file", "day"), ("file", "e1"), ("file", "other"), ("file", "same"), ("file", "window"),
    ]  # fmt: skip
