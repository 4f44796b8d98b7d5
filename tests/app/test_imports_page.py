"""The page of imports: a file is looked over, stored in the background, and taken out again."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import runtime
from dashboard.access.identity import Who
from dashboard.imports import coming
from dashboard.imports.work import Work, bring, look, works
from dashboard.runtime import Runtime
from dashboard.words import word
from models.audit.deeds import Deed, Did
from models.formats.incident_file import Context
from models.records.incident import IncidentReport
from store import import_runs, import_words, incident_changes, incidents
from store.bringing_in import Plan
from store.database import Database
from store.incidents import Wanted, count
from tests.app.page_harness import looking, now, opened, said
from tests.servers import wait_until

PAGE = Path(__file__).parents[2] / "pages" / "insight" / "imports.py"
FILE = "id,occurred_at,offence,lat,lon\n1,30/6/2565 11:00,ลักทรัพย์,13.75,100.5\n2,31/6/2565,x,,\n3,1/7/2565,ของแปลก,,\n"
STATION = (
    "INSERT INTO station (code, name_th, name_en, kind, bureau, province, lat, lon, plausible_km)"
    " VALUES ('a', 'สถานี ก', 'A', 'provincial', '', '', 13.75, 100.5, 50)"
)


def analyst(stations: frozenset[str] | None) -> Who:
    return Who("วิเคราะห์", "analyst", stations, "session", "d")


def ended(work: Work) -> None:
    assert work.thread is not None
    work.thread.join(30)
    assert not work.thread.is_alive()


def started(folder: Path, body: str = FILE, name: str = "ไฟล์.csv", mapping: dict[str, str] | None = None) -> Work:
    plan = Plan("a", "file", Context("a", "file", ZoneInfo("Asia/Bangkok"), now()), mapping or {}, by="วิเคราะห์")
    work = works().new(folder, "วิเคราะห์", name, body.encode(), plan)
    look(work, runtime.current())
    ended(work)
    return work


def page_of(work: Work) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=90)
    page.session_state["import-work"] = work.id
    page.run()
    assert [one.value for one in page.exception] == []
    return page


def told(page: AppTest) -> str:
    return " ".join(
        str(one.value) for kind in (page.success, page.error, page.warning, page.markdown) for one in kind
    )


def test_a_file_is_looked_over_stored_and_taken_out(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_db.write() as tx:
        tx.conn.exec_driver_sql(STATION)
    with looking(sqlite_db, monkeypatch, analyst(None), tmp_path) as look_as:
        work = started(tmp_path)
        page = page_of(work)
        assert [one.value for one in page.metric] == ["2", "1", "0", "1", "1", "1", "0"]
        assert "UTF-8" in told(page)
        assert "พ.ศ." in told(page)
        assert "31/6/2565" in work.errors.read_text(encoding="utf-8-sig")
        with sqlite_db.read() as conn:
            assert count(conn, Wanted(None)) == 0  # looked at only
        page.button(f"take-{work.id}").click().run()
        ended(work)
        page = page_of(work)
        assert "ใหม่ 2" in told(page)
        with sqlite_db.read() as conn:
            assert count(conn, Wanted(None)) == 2
            [run] = import_runs.runs(conn, None)
            deeds = conn.exec_driver_sql(
                "SELECT action, who FROM audit UNION SELECT body, '' FROM audit_waiting"
            ).all()
        assert run.by == "วิเคราะห์"
        assert any(Did.INCIDENTS_IMPORTED in str(one) for one in deeds)
        assert not work.file.parent.exists()  # neither the file nor its bad rows stay
        assert works().of(work.id, "another") is None
        for role, name, told_who in (("analyst", "คนอื่น", False), ("chief", "คนอื่น", True), ("analyst", run.by, True)):
            look_as(Who(name, role, None, "session", "d"))
            listed = "".join(str(one.body) for one in page_of(work).html)
            assert (run.file in listed, f"<td>{run.by}</td>" in listed) == (True, told_who), (role, name)
        look_as(analyst(frozenset({"b"})))
        assert run.file not in "".join(str(one.body) for one in page_of(work).html)  # another station's
        look_as(Who("v", "viewer", None, "session", "d"))
        assert [one.value for one in AppTest.from_file(str(PAGE)).run(timeout=90).error] == ["ท่านไม่มีสิทธิ์เข้าถึงข้อมูลนี้"]


def test_what_a_file_says_is_text_wherever_markdown_is_read(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the file's own name, titles of columns, names of offences: a file may come from anybody."""
    with sqlite_db.write() as tx:
        tx.conn.exec_driver_sql(STATION)
    mark = "![p](https://evil.example/p.png)"
    body = f"id,occurred_at,offence,{mark} not read\n1,30/6/2565 11:00,{mark} offence\n"
    with looking(sqlite_db, monkeypatch, analyst(None), tmp_path):
        page = page_of(started(tmp_path, body, f"{mark} file.csv", mapping={"status": f"{mark} missing"}))
    read = [*page.markdown, *page.caption, *page.warning, *page.info, *page.subheader]
    said = " ".join([*(one.value for one in read), *(one.label for one in [*page.selectbox, *page.expander])])
    assert "![p]" not in said
    assert "https://" not in said, "an address becomes a link by itself"
    for what in ("file", "missing", "not read", "offence"):
        assert f"png\\) {what}" in said, what


def test_what_cannot_be_read_or_is_stopped_gets_a_word(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_db.write() as tx:
        tx.conn.exec_driver_sql(STATION)
    with looking(sqlite_db, monkeypatch, analyst(None), tmp_path):
        refused = told(page_of(started(tmp_path, "")))
        assert ("ไฟล์ว่างเปล่า" in refused, "ยังไม่ได้บันทึก" in refused) == (True, True)
        assert "ไม่พบคอลัมน์ offence" in told(page_of(started(tmp_path, "id,occurred_at\n1,2\n")))
        assert "นามสกุล" in told(page_of(started(tmp_path, FILE, "f.xlsx")))
        with monkeypatch.context() as patched:  # the work has ended before the page comes to draw it

            def at_once(work: Work, running: Runtime) -> None:
                look(work, running)
                ended(work)

            patched.setattr(coming, "look", at_once)
            page = opened(PAGE, {})
            page.file_uploader(key="import-file").set_value(("f.csv", b" ", "text/csv")).run()
            assert "ไฟล์ว่างเปล่า" in told(page)
        work = started(tmp_path)
        work.stop.set()

        def deed(_run: object) -> Deed:
            raise AssertionError

        monkeypatch.setattr(work.stop, "clear", lambda: None)  # stopped before it begins
        bring(work, runtime.current(), True, deed)
        ended(work)
        assert "หยุดแล้ว" in told(page_of(work))
        with sqlite_db.read() as conn:
            assert count(conn, Wanted(None)) == 0


def test_a_file_of_other_titles_is_mapped_and_the_mapping_kept_after_a_good_look(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_db.write() as tx:
        tx.conn.exec_driver_sql(STATION)

    def kept() -> dict[str, str]:
        with sqlite_db.read() as conn:
            return import_words.mapping(conn, "a", "file")

    with looking(sqlite_db, monkeypatch, analyst(None), tmp_path):
        work = started(tmp_path, "nr;occurred_at;what\n1;30/6/2565 11:00;x\n", mapping={"status": "gone"})
        page = page_of(work)
        assert "gone" in told(page)
        assert "ไม่พบคอลัมน์ incident\\_id" in told(page)  # as text, not as Markdown
        page.selectbox(f"map-{work.id}-incident_id").select("nr")
        submit(page)
        ended(work)
        assert kept() == {}  # still without an offence
        page = page_of(work)
        page.selectbox(f"map-{work.id}-offence").select("what")
        submit(page)
        ended(work)
        page = page_of(work)
        assert page.metric[0].value == "1"
        assert "คั่นด้วยอัฒภาค" in told(page)
        assert kept() == {"incident_id": "nr", "offence": "what"}


def submit(page: AppTest) -> None:
    next(one for one in page.button if one.label == "จำไว้และตรวจใหม่").click().run()


def test_a_station_s_own_offence_is_added_and_its_cases_of_before_are_regrouped(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raced = IncidentReport("a", "wire", "1", now() - 3_600_000, "แข่งรถ", now())
    with sqlite_db.write() as tx:
        tx.conn.exec_driver_sql(STATION)
        assert incidents.take(tx, raced)
    with looking(sqlite_db, monkeypatch, analyst(None), tmp_path):

        def page_once(warned: bool) -> AppTest:
            """The page once it warns of such cases, or does no more: they are counted, and regrouped, beside it."""
            page = opened(PAGE, {})
            wait_until(lambda: bool(page.run().warning) is warned and "แข่งรถ" in said(page), what=f"warned {warned}")
            return page

        def add(page: AppTest, name: str, means: str) -> None:
            page.text_input(key="own-name-a").input(name)
            page.selectbox(key="own-means-a").select(means)
            next(one for one in page.button if one.label == "เพิ่มลงในตาราง").click().run()

        page = opened(PAGE, {})
        add(page, "ลักทรัพย์", "3")
        assert "คงกลุ่มเดิม" in said(page)
        add(page, "แข่งรถ", "3")
        page = page_once(True)
        assert "1 เหตุ แข่งรถ" in said(page)
        page.button(key="regroup-a").click().run()
        wait_until(lambda: group_of(sqlite_db) == 3, what="the case regrouped")
        assert f"แข่งรถ ({word('inc.g3', 'th')})" in said(page_once(False))
        with sqlite_db.read() as conn:
            [line] = incident_changes.history(conn, incident_changes.Key("a", "wire", "1"))
            deeds = str(
                conn.exec_driver_sql(
                    "SELECT action, detail FROM audit UNION SELECT body, '' FROM audit_waiting"
                ).all()
            )
        assert (line.kind, line.by, Did.OFFENCES_REGROUPED in deeds, Did.OFFENCE_NAMED in deeds) == (
            "regrouped", "วิเคราะห์", True, True,
        )  # fmt: skip


def group_of(db: Database) -> int | None:
    with db.read() as conn:
        [row] = incidents.incidents(conn, Wanted(None))
    return row.offence_group
