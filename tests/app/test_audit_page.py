"""The audit log's page and its place in the API: what is found, for whom, and that looking is a row too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from dashboard import deeds
from dashboard.access.identity import Who
from dashboard.access.looks import Looks
from dashboard.api.paging import cursor_of
from dashboard.api.parts import Parts
from dashboard.api.route import api_route
from dashboard.audit_rows import audit_rows
from dashboard.live.purposes import Purposes
from models.audit.chain import keys_of
from models.audit.deeds import Deed, Did
from models.formats.table_export import csv_table
from models.records.audit import AuditRow
from store import audit
from store.audit import reading
from store.database import Database, open_database
from tests.app.live_support import LiveServer, add_stations
from tests.app.page_harness import looking, now, opened

PAGE = Path(__file__).parents[2] / "pages" / "admin" / "audit.py"
BANGKOK = ZoneInfo("Asia/Bangkok")
KEYS = keys_of("a secret of 32 letters or more: certainly")


@pytest.fixture
def log(sqlite_db: Database) -> Database:
    """130 deeds of one and ten of another, with one that would be a formula in a spreadsheet."""
    add_stations(sqlite_db, "lumphini", "hat_yai")
    sqlite_db.audit_keys = KEYS
    at = now() - 3_600_000
    with sqlite_db.write() as tx:
        for number in range(130):
            audit.record(tx, Deed(at, "somchai", "dispatcher", "s1", "", Did.SAW_TRACK, "lumphini", f"unit:{number}"))
        for number in range(10):
            audit.record(
                tx, Deed(at, "=Wichai%", "chief", "s2", "", Did.EXPORTED_SHEET, "hat_yai", f"alarm:{number}")
            )
    return sqlite_db


@pytest.fixture
def look_as(log: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[Who], None]]:
    """A runtime on the filled store; call it with who looks."""
    monkeypatch.setattr(deeds, "address", lambda: "")  # the harness has none
    with looking(
        log, monkeypatch, Who("admin", "administrator", None, "session", "d" * 64, "token-1"), tmp_path
    ) as look:
        yield look


def open_page(**query: str) -> AppTest:
    """Run the page; an exception in it fails the test."""
    return opened(PAGE, query)


def looks(log: Database) -> int:
    with log.read() as conn:
        return int(conn.execute(text("SELECT COUNT(*) FROM audit WHERE action = 'saw.audit'")).scalar_one())


@pytest.mark.usefixtures("look_as")
def test_the_newest_stand_first_in_pages_and_looking_is_a_row(log: Database) -> None:
    page = open_page()
    (rows,) = (frame.value for frame in page.dataframe)
    assert list(rows["ลำดับ"])[:2] == [141, 140]  # the look itself is the newest row
    assert rows["การกระทำ"][0] == "ดูประวัติการใช้งานระบบ"
    assert any("รายการที่ 1 ถึง 100 จากทั้งหมด 141" in one.value for one in page.caption)
    page.button(key="audit-older").click().run()
    assert page.dataframe[0].value["ลำดับ"].iloc[0] == 41
    page.button(key="audit-newer").click().run()
    assert looks(log) == 1  # one question, one row
    page.text_input(key="audit-who").set_value("wichai%").run()
    assert set(page.dataframe[0].value["ผู้ใช้งาน"]) == {"=Wichai%"}
    assert looks(log) == 2
    assert list(open_page(action="exported").dataframe[0].value["การกระทำ"]) == ["พิมพ์ใบสรุปเหตุ"] * 10
    assert len(open_page(action="saw.track", station="hat_yai").dataframe) == 0


def test_what_waits_for_the_key_is_shown_until_it_is_chained(look_as: Callable[[Who], None], log: Database) -> None:
    without = open_database(log.url)
    with without.write() as tx:
        audit.record(tx, Deed(now(), "console:root", "console", "", "", Did.TOKEN_CREATED, object="token:grafana"))
        audit.record(tx, Deed(now(), "console:root", "console", "", "", Did.KEY_CREATED, "lumphini", "key:k1"))
        tx.conn.execute(text("INSERT INTO audit_waiting (body) VALUES ('{}')"))
    without.close()
    page = open_page()
    assert "ยังไม่ได้เชื่อมเข้าลำดับ 3 รายการ" in page.warning[0].value
    assert list(page.dataframe[0].value["สิ่งที่ถูกกระทำ"]) == ["audit_waiting", "key:k1", "token:grafana"]
    look_as(Who("c", "commander", frozenset({"lumphini"}), "session", "c" * 64, "t"))
    assert list(open_page().dataframe[0].value["สิ่งที่ถูกกระทำ"]) == ["key:k1"]
    look_as(Who("c", "commander", frozenset({"hat_yai"}), "session", "d" * 64, "t"))
    assert [one.value for one in open_page().warning] == []
    with log.write() as tx:
        assert audit.record_waiting(tx, now()) == 3
    look_as(Who("admin", "administrator", None, "session", "d" * 64, "token-1"))
    page = open_page()
    assert [one.value for one in page.warning] == []
    assert "token:grafana" in list(page.dataframe[0].value["สิ่งที่ถูกกระทำ"])


@pytest.mark.usefixtures("look_as")
def test_verifying_says_what_it_found_with_its_time_and_is_a_row(log: Database) -> None:
    page = open_page()
    page.button(key="audit-verify").click().run()
    assert [one.value for one in page.exception] == []
    assert "ถูกต้องครบถ้วน 141 รายการ" in page.success[0].value
    with log.write() as tx:
        tx.conn.execute(text("DROP TRIGGER audit_no_update"))
        tx.conn.execute(text("UPDATE audit SET who = 'nobody' WHERE seq = 7"))
    page.button(key="audit-verify").click().run()
    assert "รายการแรกที่ผิดคือลำดับ 7 (รายการถูกแก้ไข" in page.error[0].value
    with log.read() as conn:
        told = reading.page(conn, reading.Wanted(None, 0, 2**62, action="audit.verified"), 10)
    assert [row.detail.split(" ")[2] for row in told] == ["bad=row", "bad=none"]


def test_one_of_a_station_sees_its_rows_only_and_most_see_none(look_as: Callable[[Who], None]) -> None:
    look_as(Who("c", "commander", frozenset({"hat_yai"}), "session", "c" * 64, "t"))
    page = open_page()
    assert set(page.dataframe[0].value["สถานีตำรวจ"]) == {"hat_yai"}
    assert "audit-verify" not in {one.key for one in page.button}
    for role in ("chief", "dispatcher", "analyst", "viewer"):
        look_as(Who("x", role, None, "session", "x" * 64, "t"))
        page = open_page()
        assert len(page.dataframe) == 0
        assert len(page.error) == 1


def test_a_file_of_the_log_runs_no_formula_and_tells_moments(log: Database) -> None:
    with log.read() as conn:
        (row, *_) = reading.page(conn, reading.Wanted(None, 0, 2**62, who="wichai"), 1)
    row = AuditRow(**{**row.model_dump(), "detail": "from=1790000000000 to=1790000060000 n=12345"})
    (told,) = audit_rows([row], {}, BANGKOK, "en")
    assert told["Details"] == "from=21 Sep 2026 21:13:20 to=21 Sep 2026 21:14:20 n=12345"
    assert "'=Wichai%" in csv_table([told]).decode()
    assert ",=Wichai%" not in csv_table([told]).decode()


def test_the_api_tells_deeds_in_pages_to_those_who_may(log: Database) -> None:
    parts = Parts(log, cast(Any, None), now, BANGKOK, Purposes(log, now), Looks(log, now))
    with LiveServer(log, [api_route(lambda: parts)]) as server:

        def ask(**query: str) -> Any:
            return server.http.get(f"{server.url}/api/v1/audit", params={"role": "administrator"} | query)

        first = ask(action="saw.track", limit="100").json()
        assert [one["seq"] for one in first["audit"]] == list(range(130, 30, -1))
        rest = ask(action="saw.track", limit="100", cursor=first["next"]).json()
        assert (rest["audit"][-1]["seq"], rest["next"]) == (1, None)
        assert looks(log) == 1  # a further page is the same look
        made_up = ask(who="somchai", cursor=cursor_of([2**62])).json()["audit"]
        assert made_up
        assert looks(log) == 2  # a question nobody asked before, though it begins at a further page
        assert first["audit"][0] | {"at": "", "mac": "", "key": ""} == {
            "seq": 130, "at": "", "who": "somchai", "role": "dispatcher", "session": "s1", "address": "",
            "action": "saw.track", "station": "lumphini", "object": "unit:129", "detail": "", "purpose": "",
            "key": "", "mac": "",
        }  # fmt: skip
        mine = ask(role="commander", stations="hat_yai").json()["audit"]
        assert {one["station"] for one in mine} == {"hat_yai"}
        assert ask(role="commander", stations="hat_yai", station="lumphini").status_code == 404
        assert ask(role="dispatcher").status_code == 403
        assert ask(action="nothing").status_code == 400
        assert ask(who="%").json()["audit"][0]["who"] == "=Wichai%"  # a letter like any other
