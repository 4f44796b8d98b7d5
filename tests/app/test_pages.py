"""The pages, run by Streamlit's own harness on a real store. The browser's cookie cannot be had here: who looks is
given; the door itself is tested elsewhere."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import orjson
import pytest
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from dashboard import runtime, visit
from dashboard.access.asking import RefusedError
from dashboard.access.identity import Who
from dashboard.access.looks import Looks
from dashboard.access.people import People
from dashboard.live.desk_routes import Parts as Desk
from dashboard.live.past_routes import Parts as Past
from dashboard.live.purposes import Purposes
from models.access.grants import stations_of
from models.audit.chain import keys_of
from models.happenings import BoxHeard, BoxPlaced, SourceState
from models.notices.channels import Channel
from models.records.change import Heartbeat
from models.records.incident import IncidentReport
from models.records.sos import SosBox
from models.records.station import Station, Zone
from store import devices, incident_changes, incidents, notices, registers, sources
from store.audit import reading
from store.columns import Columns
from store.database import Database, open_database
from store.follower import Follower
from store.rows import values_of
from tests.app.page_harness import forged, html_of
from tests.servers import wait_until
from tests.stores import new_store

PAGES = Path(__file__).parents[2] / "pages"
DAY = 86_400_000
SQUARE = (
    '{"type":"Polygon","coordinates":[[[104.72,16.54],[104.73,16.54],[104.73,16.55],[104.72,16.55],[104.72,16.54]]]}'
)


def now() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


def report(name: str, days: int, **more: Any) -> IncidentReport:
    """An incident some days ago inside of the zone."""
    base: dict[str, Any] = {"offence": "ลักทรัพย์", "offence_group": 2}
    base |= {"lat": 16.545, "lon": 104.725, "place_quality": "exact"}
    at = now() - days * DAY
    return IncidentReport("mueang_mukdahan", "crimes", name, at, received_at=at, **(base | more))


def _fill(db: Database) -> None:
    with db.write() as tx:
        rows = [("mueang_mukdahan", "สภ.เมืองมุกดาหาร"), ("lumphini", "สน.ลุมพินี")]
        registers.put_stations(tx, [Station(code=code, name_th=name, name_en=code) for code, name in rows], now())
        zone = Zone(
            station="mueang_mukdahan", code="indochina", version=1, name_th="ตลาดอินโดจีน", name_en="Indochina market",
            polygon=SQUARE, area_m2=1.0, perimeter_m=1.0, utm_epsg=32648, valid_from=0,
        )  # fmt: skip
        registers.put_zones(tx, [zone], now())
        registers.put_boxes(tx, [SosBox(station="mueang_mukdahan", box="sos-gone", lat=16.54, lon=104.72)], now())
        incidents.take(tx, report("1", 2))
        incidents.take(tx, report("2", 3, offence="ยาเสพติด", offence_group=4, found_by="patrol", lat=16.6))
        incidents.take(tx, report("3", 40, offence="ของแปลก", offence_group=None, lat=None, lon=None))
        counts = {("native", "mueang_mukdahan", "accepted"): 90, ("native", "mueang_mukdahan", "duplicate"): 7}
        counts |= {("native", "mueang_mukdahan", "clock"): 3, ("owntracks", "_unknown", "unknown_device"): 2}
        sources.count_all(tx, counts, now() - 61_000)
        devices.heard_unknown(tx, "owntracks", "somchai/phone", now(), 2)


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Who], None]]:
    """A runtime on a filled store; call it with who looks."""
    db = open_database(new_store(tmp_path / "t.db"))
    _fill(db)
    follower = Follower(db, now)
    follower.start()
    with db.write() as tx:
        tx.tell(Heartbeat("main", now(), now()), SourceState("mqtt:main", now(), False))
        at = now()
        tx.tell(
            BoxPlaced("mueang_mukdahan", "sos-gone", 16.54, 104.72, "ตลาดอินโดจีน", "Indochina market"),
            BoxHeard("mueang_mukdahan", "sos-gone", at, False, 12.0, True, "tamper", at - 3 * DAY),
            BoxHeard("mueang_mukdahan", "sos-untested", at, True, 90.0, True, ""),
        )
    wait_until(lambda: bool(follower.picture.beats))
    values = runtime.Values("th", ZoneInfo("Asia/Bangkok"), True, 30, 300, 15, 180, 15, tmp_path)
    nothing = cast(Any, None)
    columns = Columns(db, follower, now, values.zone)
    parts = [*[nothing] * (len(fields(runtime.Runtime)) - 6), columns]
    runtime.hold(runtime.Runtime(values, now, db, follower, *parts))

    def look_as(who: Who) -> None:
        monkeypatch.setattr(visit, "viewer", lambda _keeper, _used: who)

    look_as(Who("ร.ต.อ.สมชาย", "dispatcher", None, "session", "x", "token-1"))
    yield look_as
    runtime.release()
    columns.stop()
    follower.stop()
    db.close()


def open_page(name: str, **query: str) -> AppTest:
    """Run a page; an exception in it fails the test."""
    page = AppTest.from_file(str(PAGES / name), default_timeout=90)
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert [one.value for one in page.exception] == []
    return page


def figures(page: AppTest) -> list[str]:
    """The figures on the page."""
    return [str(one.value) for one in page.metric]


def text_of(page: AppTest) -> str:
    """All tables as text."""
    return "\n".join(one.value.to_csv() for one in page.dataframe)


def mounted(page: AppTest) -> dict[str, Any]:
    """What the incidents' views were given."""
    [told] = [orjson.loads(one.proto.json)[0] for one in page.get("bidi_component")]
    return cast(dict[str, Any], told)


def counted(page: AppTest) -> list[int]:
    """How many cases the views of the page say there are, and how many of them have no place."""
    told = mounted(page)
    counts = {
        name: sum(int(n) for n in re.findall(r'data-n="(\d+)"', told["parts"][name]))
        for name in ("hours", "calendar", "trend", "offences")
    }
    assert set(counts.values()) == {told["total"]}, counts
    [no_place] = re.findall(r'data-n="(\d+)"', told["parts"]["no_place"])
    return [told["total"], int(no_place)]


def test_no_page_hands_a_file_out_before_it_was_said_what_for(
    running: Callable[[Who], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said once for the visit; it stands with the deed, ends, and is nobody else's."""
    offered: dict[str, Callable[[], bytes]] = {}
    at = [now()]
    db = runtime.current().db
    db.audit_keys = keys_of("s" * 40)
    past = Past(db, lambda: at[0], Purposes(db, lambda: at[0]), 90)
    runtime.hold(replace(runtime.current(), past=past))
    monkeypatch.setattr(
        DeltaGenerator, "download_button", lambda _at, _label, made, *_, key, **__: offered.update({key: made})
    )
    running(Who("ผบก.", "commander", None, "session", "x", "token-1"))
    pages = {"programme/equipment.py": "equipment-export", "admin/audit.py": "audit-export"}
    for name, key in pages.items():
        page = open_page(name)
        assert offered == {}
        page.text_area(key=f"{key}-text").input("สั้น")
        (submit,) = [one for one in page.button if f"{key}-form" in str(one.proto.form_id)]
        submit.click().run()
        assert offered == {}
        assert [one.value for one in page.error] == ["โปรดระบุรายละเอียดอย่างน้อย 10 ตัวอักษร"]
        page.text_area(key=f"{key}-text").input("ส่งรายงานประจำเดือนให้กองบังคับการ")
        (submit,) = [one for one in page.button if f"{key}-form" in str(one.proto.form_id)]
        submit.click().run()
        file = offered[key]()
        assert file.startswith(b"\xef\xbb\xbf")
        with db.read() as conn:
            said = reading.page(conn, reading.Wanted(None, 0, 2**62), 2)
        did = "exported.other" if "equipment" in key else "exported.audit"
        assert [one.action for one in said] == [did, "saw.purpose"]
        assert said[0].purpose == said[1].purpose != ""
        at[0] += 9 * 3_600_000
        with pytest.raises(RefusedError):
            offered[key]()
        offered.clear()
        assert page.run().exception == []
        assert offered == {}  # asked for again


@pytest.mark.usefixtures("running")
def test_the_filters_stand_in_the_url_and_all_agree() -> None:
    assert counted(open_page("insight/incidents.py")) == [2, 0]
    assert counted(open_page("insight/incidents.py", period="90")) == [3, 1]
    assert counted(open_page("insight/incidents.py", period="90", group="0")) == [1, 1]
    assert counted(open_page("insight/incidents.py", period="90", zone="mueang_mukdahan/indochina")) == [1, 0]
    assert counted(open_page("insight/incidents.py", station="lumphini")) == [0, 0]
    page = open_page("insight/incidents.py", period="90", place="none", hour="8.x", wd="0")
    chips = re.findall('data-value="([^"]+)"', mounted(page)["parts"]["chips"])
    assert chips == ["hour", "weekday", "place"]
    assert "&start=" in mounted(page)["query"]


@pytest.mark.usefixtures("running")
def test_a_bad_url_takes_no_case_or_is_the_default_and_never_an_error() -> None:
    page = open_page("insight/incidents.py", period="'; drop", group="9", zone="x/y", station="nowhere")
    assert counted(page) == [0, 0]
    assert page.warning, "what was not understood is said"
    assert counted(open_page("insight/incidents.py", period="'; drop")) == [2, 0]
    days = open_page("insight/incidents.py", period="days", **{"from": "2569-99-99", "to": "tomorrow"})
    assert counted(days) == [2, 0]


def test_a_viewer_of_another_station_sees_nothing_of_this_one(running: Callable[[Who], None]) -> None:
    running(Who("ผกก.", "chief", frozenset({"lumphini"}), "session", "y", "token-2"))
    page = open_page("insight/incidents.py", period="90", station="mueang_mukdahan")
    assert counted(page) == [0, 0]
    record = {"station": "mueang_mukdahan", "source": "crimes", "id": "1"}
    said = [str(one.value) for one in open_page("insight/incident.py", **record).info]
    assert said == ["ไม่พบเหตุนี้ในสถานีที่ท่านมีสิทธิ์ดู หรือการนำเข้าอาจถูกถอนไปแล้ว"]
    report = {"station": "mueang_mukdahan", "channel": "line", "id": "r1"}
    said = [str(one.value) for one in open_page("insight/citizen_report.py", **report).info]
    assert said == ["ไม่พบการแจ้งนี้ในสถานีที่ท่านมีสิทธิ์ดู หรือถูกลบไปแล้ว"]
    assert "mukdahan" not in text_of(open_page("admin/feeds.py"))


def test_who_changed_an_incident_and_its_words_are_for_those_who_may_see_them(running: Callable[[Who], None]) -> None:
    record = {"station": "mueang_mukdahan", "source": "crimes", "id": "1"}
    db = runtime.current().db
    with db.write() as tx:
        key = incident_changes.Key(*record.values())
        was = incident_changes.one(tx.conn, key)
        assert was is not None
        values = {**values_of(was), "description": "พบนางสาวลับ"}
        assert incident_changes.edit(tx, key, 0, values, "ร.ต.อ.ผู้แก้", now())
    looks = Looks(db, now)
    runtime.hold(replace(runtime.current(), desk=Desk(db, now, cast(Any, None), looks)))
    told = {}
    for role in ("chief", "analyst", "viewer"):
        running(Who("ผู้ดู", role, None, "session", "y", role))
        body = html_of(open_page("insight/incident.py", **record))
        told[role] = ("พบนางสาวลับ" in body, "ร.ต.อ.ผู้แก้" in body)
    looks.close()
    assert told == {"chief": (True, True), "analyst": (True, False), "viewer": (False, False)}


@pytest.mark.parametrize("grants", ["lumphini", ""])
@pytest.mark.parametrize("role", ["viewer", "administrator"])
def test_no_page_tells_anything_of_a_station_outside_the_scope(
    running: Callable[[Who], None], role: str, grants: str
) -> None:
    """Every page that needs no more than the store, asked by its address for what is not the viewer's, and then by a
    browser that says it chose what it was not offered."""
    asked = {"station": "mueang_mukdahan", "period": "90", "zone": "mueang_mukdahan/indochina"}
    pages = (
        "insight/incidents.py", "insight/hotspots.py", "admin/feeds.py", "programme/equipment.py",
        "watch/response.py", "admin/audit.py", "insight/forecasts.py",
    )  # fmt: skip

    def told(name: str, lying: bool = False) -> str:
        page = open_page(name, **asked)
        if lying and any(one.key == "filter-station" for one in page.selectbox):
            page = forged(page, "filter-station", "mueang_mukdahan")
        elements = [
            *page.multiselect,
            *page.caption,
            *page.warning,
            *page.info,
            *page.metric,
            *page.markdown,
        ]
        words = " ".join(f"{one.value} {getattr(one, 'options', '')}" for one in elements)
        # Of a box to choose from the browser is sent the words, not the value, which is what the address asked for.
        words += " ".join(str(one.options) for one in page.selectbox)
        return text_of(page) + html_of(page) + words

    seen = "".join(told(name) for name in pages)
    assert "mukdahan" in seen, "the words that are looked for are on the pages"
    assert "มุกดาหาร" in seen
    running(Who("ผกก.", role, stations_of(grants, ()), "session", "y", "token-2"))
    for name in pages:
        body = told(name)
        assert "mukdahan" not in body, name
        assert "มุกดาหาร" not in body, name
        assert "sos-gone" not in body, name
        if role == "administrator":
            body = told(name, lying=True)
            assert "sos-gone" not in body, name
            assert "มุกดาหาร" not in body, name


def test_no_page_opens_for_a_role_nobody_knows(running: Callable[[Who], None]) -> None:
    running(Who("ใคร", "nobody", None, "session", "z", "token-9"))
    found = sorted(path for path in PAGES.glob("*/*.py") if path.stem != "__init__")
    assert len(found) >= 10
    for path in found:
        page = open_page(str(path.relative_to(PAGES)))
        assert len(page.error) == 1, path
        assert not [*page.metric, *page.dataframe, *page.title], path


@pytest.mark.usefixtures("running")
def test_the_feeds_tell_what_came_and_what_was_not_accepted() -> None:
    page = open_page("admin/feeds.py")
    told = text_of(page)
    link = page.dataframe[0].value.set_index("สาย").loc["mqtt:main"]
    assert link["การเชื่อมต่อ"] == "ขาดการเชื่อมต่อ"
    native = page.dataframe[1].value.set_index("แหล่งข้อมูล").loc["native"]
    assert list(native[["รับเข้า", "รับไว้", "ข้อมูลซ้ำ", "ไม่รับ"]]) == [100, 90, 7, 3]
    assert native["อายุ"] == "1 นาที"
    assert '"format": "localized"' in page.dataframe[1].proto.columns  # 1,234 and not 1234
    assert "นาฬิกาไม่ถูกต้อง" in told
    assert "somchai/phone" not in told


def test_the_feeds_tell_of_what_nobody_knows_to_those_who_may_see_it(running: Callable[[Who], None]) -> None:
    told = {}
    for role in ("administrator", "dispatcher", "viewer"):
        for text in ("*", "mueang_mukdahan", "lumphini"):
            running(Who("x", role, stations_of(text, ()), "session", "y", f"{role}-{text}"))
            told[role, text] = text_of(open_page("admin/feeds.py"))
    assert {key for key, body in told.items() if "somchai/phone" in body} == {("administrator", "*")}
    # Counts of what came from nowhere are for those who answer alarms from there; of another station for nobody.
    unknown = {key for key, body in told.items() if "owntracks" in body}
    assert unknown == {(role, text) for role, text in told if role != "viewer"}
    assert {text for (_, text), body in told.items() if "native" in body} == {"*", "mueang_mukdahan"}


@pytest.mark.usefixtures("running")
def test_the_board_tells_of_each_box_what_it_is_and_why() -> None:
    page = open_page("programme/equipment.py")
    assert figures(page) == ["1", "1", "0", "0"]
    told = page.dataframe[0].value.set_index("รหัสตู้")
    assert list(told.index) == ["sos-gone", "sos-untested"]
    assert list(told["สถานะ"]) == ["■ ใช้งานไม่ได้", "◆ ยังไม่ทราบ"]
    assert told["เหตุผล"]["sos-gone"] == "การเชื่อมต่อขาด · ขัดข้องเล็กน้อย: ตู้ถูกเปิดหรืองัดแงะ · แบตเตอรี่ต่ำ"
    assert told["เหตุผล"]["sos-untested"] == "ไม่มีบันทึกการทดสอบ"
    assert figures(open_page("programme/equipment.py", station="lumphini")) == []


def test_a_chief_announces_a_drill_reads_its_record_and_ends_it(running: Callable[[Who], None]) -> None:
    chief = Who("ผกก.", "chief", None, "session", "y", "token-2")
    assert "ผู้กำกับการ" in open_page("programme/equipment.py", station="mueang_mukdahan").caption[-2].value
    running(chief)
    page = open_page("programme/equipment.py", station="mueang_mukdahan")
    page.multiselect(key="drill-boxes").select("sos-gone")
    page.button(key="FormSubmitter:drill-ประกาศฝึกซ้อม").click().run()
    assert [one.value for one in page.success] == ["ประกาศฝึกซ้อมแล้ว"]
    page = open_page("programme/equipment.py", station="mueang_mukdahan")
    [running_now] = [one.value for one in page.warning if one.value.startswith("กำลังฝึกซ้อมถึง")]
    assert running_now.endswith("sos-gone")
    assert figures(page)[-3:] == ["0 / 1", "0 / 0", "–"]
    assert list(page.dataframe[-1].value["ได้รับสัญญาณเมื่อ"]) == ["ไม่ได้รับสัญญาณ"]
    [end] = [one for one in page.button if one.key and one.key.startswith("drill-end-")]
    end.click().run()
    page = open_page("programme/equipment.py", station="mueang_mukdahan")
    assert [one.value for one in page.warning if "ฝึกซ้อม" in one.value] == []
    assert any("สิ้นสุดโดย ผกก\\." in one.value for one in page.caption)
    running(Who("ผกก.", "chief", frozenset({"lumphini"}), "session", "y", "token-3"))
    assert "ยังไม่มีการฝึกซ้อม" in [one.value for one in open_page("programme/equipment.py").caption]


@pytest.mark.usefixtures("running")
def test_the_feeds_tell_which_channel_fails_and_which_has_no_quota_left() -> None:
    channels = (
        Channel("chief", ""),
        Channel("paid", "", monthly_quota=1),
        Channel("far", "", stations=frozenset({"x"})),
    )
    held = runtime.current()
    runtime.hold(replace(held, values=replace(held.values, channels=channels)))
    with held.db.write() as tx:
        notices.keep_test(tx, "chief", "refused 401", now())
        notices.keep_test(tx, "paid", "", now())
    page = open_page("admin/feeds.py")
    assert [one.value for one in page.warning if "ช่องทาง" in one.value] == ["ช่องทางที่ส่งไม่สำเร็จหรือโควตาหมด 2 ช่องทาง"]
    [told] = [one.value.set_index("ช่องทาง") for one in page.dataframe if "ช่องทาง" in one.value.columns]
    assert list(told["สถานะ"]) == ["ส่งไม่สำเร็จ: ปลายทางไม่รับ 401", "ใช้โควตาเดือนนี้หมดแล้ว", "ยังไม่เคยส่ง"]
    assert list(told["ส่งแล้วเดือนนี้"]) == ["0", "1 / 1", "0"]


def test_the_feeds_tell_of_settings_that_name_a_station_nobody_has(running: Callable[[Who], None]) -> None:
    held = runtime.current()
    named = {"SSZ_ESCALATE_STATIONS": frozenset({"mueang_mukdahan", "mueang_mukdahn"})}
    runtime.hold(replace(held, values=replace(held.values, named_stations=named)))
    said = "SSZ_ESCALATE_STATIONS ระบุรหัสสถานีที่ไม่มีในทะเบียน จึงไม่มีผล: mueang_mukdahn"
    running(Who("ผู้ดูแล", "administrator", None, "session", "x", "token-1"))
    assert said in [one.value for one in open_page("admin/feeds.py").warning]
    running(Who("ผกก.", "chief", frozenset({"mueang_mukdahan"}), "session", "y", "token-3"))
    assert "SSZ_ESCALATE_STATIONS" not in text_of(open_page("admin/feeds.py"))


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("name", ["wall", "desk"])
def test_the_wall_and_the_desk_mount_the_component(name: str) -> None:
    page = open_page(f"watch/{name}.py")
    assert page.main.children, "the component is on the page"


def test_an_administrator_adds_an_account_whose_link_is_shown_once_and_ends_a_session(
    running: Callable[[Who], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime.Runtime, "people", property(lambda self: People(self.db, self.clock, DAY)))
    running(Who("ผกก. สมศรี", "administrator", None, "session", "x", "token-1"))
    page = open_page("admin/people.py")
    page.text_input[0].input("somchai")
    page.text_input[1].input("ร.ต.อ. สมชาย")
    page.multiselect(key="people-new-stations").select("mueang_mukdahan")
    next(one for one in page.button if one.label == "เพิ่มบัญชี").click().run()
    assert [one.value for one in page.success] == ["เพิ่มบัญชีแล้ว"]
    assert "/sign-in?link=" in page.code[0].value
    assert "ร.ต.อ. สมชาย" in text_of(page)
    assert "ยังไม่ตั้งรหัสผ่าน" in text_of(page)
    assert list(page.run().code) == []
    next(one for one in page.button if one.label.startswith("ปิดบัญชี")).click().run()
    assert "ปิดใช้" in text_of(page)


def test_nobody_else_sees_who_there_is(running: Callable[[Who], None]) -> None:
    running(Who("ส.ต.ต. สมหมาย", "chief", None, "session", "x", "token-1"))
    page = open_page("admin/people.py")
    assert (len(page.dataframe), len(page.button)) == (0, 0)
    assert [one.value for one in page.error] == ["ท่านไม่มีสิทธิ์เข้าถึงข้อมูลนี้"]
