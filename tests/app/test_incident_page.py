"""The record's form in Streamlit's own harness: two who change one incident."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.access.identity import Who
from dashboard.words import word
from models.incidents.changes import EDITABLE
from models.records.incident import IncidentReport
from models.records.station import Station
from store import incident_changes, incidents, registers
from store.database import open_database
from store.incident_changes import Key
from store.rows import values_of
from tests.app.page_harness import looking, now, opened

PAGE = Path(__file__).parents[2] / "pages" / "insight" / "incident.py"
NAME = Key("lumphini", "file", "1")
CHIEF = Who("ผกก. มานะ", "chief", None, "session", "x", "token-1")


def test_a_press_on_its_way_when_another_saved_writes_nothing_over(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = open_database(sqlite_url)
    with db.write() as tx:
        registers.put_stations(tx, [Station(code=NAME.station, name_th="สน.ลุมพินี", name_en="Lumphini")], now())
        at = now() - 86_400_000
        assert incidents.take(tx, IncidentReport(*NAME, at, "theft", at, offence_group=2, found_by="victim"))

    def saved() -> list[tuple[int, str]]:
        with db.read() as conn:
            return [(one.version, one.by) for one in incident_changes.history(conn, NAME)]

    with looking(db, monkeypatch, CHIEF):
        page = opened(PAGE, {"station": NAME.station, "source": NAME.source, "id": NAME.id})
        page.button("record-edit").click().run()
        page.text_input("edit-lumphini-file-1-status").input("ส่งอัยการ").run()
        pressed = page.button("record-save-0")
        with db.write() as tx:
            row = incident_changes.one(tx.conn, NAME)
            assert row is not None
            fields = {one: value for one, value in values_of(row).items() if one in EDITABLE} | {"arrested": True}
            assert incident_changes.edit(tx, NAME, 0, fields, "ผกก. สมศรี", now())
        # A run that sees the other's change has begun when the press comes, on the button drawn before it.
        page.run()
        pressed.click().run()
        assert saved() == [(1, "ผกก. สมศรี")]
        [told] = page.warning
        assert "สมศรี" in told.value
        over = page.button("record-save-1")
        assert over.label == word("ent.over", "th")
        over.click().run()
        assert [one.value for one in page.exception] == []
        assert saved() == [(1, "ผกก. สมศรี"), (2, CHIEF.name)]
    db.close()
