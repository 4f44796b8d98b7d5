"""The before / after page on a real store: it counts what it says, and says what it cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.access.identity import Who
from models.analysis.windows import later
from models.audit.chain import keys_of
from models.audit.deeds import Did
from models.formats.polygons import measure
from models.records.incident import IncidentReport
from models.records.station import Station, Zone
from models.thai_time import thai_day
from store import incidents, registers
from store.audit.reading import Wanted
from store.audit.reading import page as audit_page
from store.database import Database
from tests.app.page_harness import CHIEF, looking, now, opened, said
from tests.hotspot_sample import CODE, STATION, ZONE
from tests.stores import filled_store

PAGE = Path(__file__).parents[2] / "pages" / "insight" / "before_after.py"
BANGKOK = ZoneInfo("Asia/Bangkok")
INSIDE, NEAR, FAR = (13.727, 100.536), (13.7335, 100.536), (13.80, 100.60)
TODAY = datetime.now(BANGKOK).date()
#: The zone began a year and a few days ago, on the first of a month.
START = later(TODAY.replace(day=1), -12)


def at(day: date, hour: int = 12) -> int:
    """Epoch milliseconds of an hour of a day."""
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=BANGKOK).timestamp() * 1000)


def fill(db: Database) -> None:
    """A zone whose 60 cases a year fell to 20 while the ring's 60 rose to 120, and the rest stayed."""
    db.audit_keys = keys_of("x" * 32)
    spread = {  # years before the start -> cases in the zone, the ring, the rest
        3: (60, 60, 400), 2: (60, 60, 400), 1: (60, 60, 400), 0: (20, 120, 400),
    }  # fmt: skip
    made: list[IncidentReport] = []

    def add(day: date, place: tuple[float, float] | None, group: int = 2, by: str = "victim") -> None:
        lat, lon = place or (None, None)
        made.append(
            IncidentReport(
                STATION, "import", f"c{len(made)}", at(day), "theft", now(), offence_group=group, lat=lat, lon=lon,
                place_quality="none" if place is None else "exact", found_by=by,
            )
        )  # fmt: skip

    for years, counts in spread.items():
        first = later(START, -12 * years)
        for place, number in zip((INSIDE, NEAR, FAR), counts, strict=True):
            for which in range(number):
                add(first + timedelta(days=1 + which * 360 // number), place)
        add(first + timedelta(days=100), INSIDE, group=4)
        add(first + timedelta(days=101), INSIDE, by="patrol")
        add(first + timedelta(days=102), None)
    # A stray old date opens no years: nothing lies between it and the records.
    add(date(2009, 5, 1), FAR)
    add(later(START, 12), FAR)  # the records reach to the end of the later window
    measured = measure(ZONE)
    with db.write() as tx:
        registers.put_stations(tx, [Station(code=STATION, name_th="ลุมพินี", name_en="Lumphini", kind="test")], now())
        zone = Zone(
            station=STATION, code=CODE, version=1, name_th="สีลม", name_en="Silom", polygon=ZONE,
            area_m2=measured.area_m2, perimeter_m=measured.perimeter_m, utm_epsg=measured.utm_epsg, valid_from=0,
            started=START.isoformat(),
        )  # fmt: skip
        registers.put_zone(tx, zone, at(START))
        for one in made:
            incidents.take(tx, one)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with filled_store(tmp_path_factory.mktemp("before-after"), fill) as db:
        yield db


@pytest.fixture
def look_as(filled: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Who], None]]:
    with looking(filled, monkeypatch, CHIEF) as look:
        yield look


def drawn(page: AppTest) -> str:
    """What the drawings were given."""
    return "\n".join(orjson.loads(one.proto.json)[0]["html"] for one in page.get("bidi_component"))


@pytest.mark.usefixtures("look_as")
def test_what_fell_in_the_zone_and_rose_round_it_is_told_with_what_was_left_out() -> None:
    page = opened(PAGE, {"ring": "500"})
    words = said(page)
    assert [one.value.startswith("น่าจะมีการย้ายที่ของเหตุ") for one in page.warning] == [True]
    assert "ตามที่บันทึกไว้ของเขตนี้" in words
    assert "▼ ลดลง 67%" in words
    assert "▲ เพิ่มขึ้น 100%" in words
    # The rest: 400 a year, and 401 with the case that ends the records outside of the window.
    assert '<td class="ssz-number">60</td><td class="ssz-number">20</td>' in words
    assert '<td class="ssz-number">400</td><td class="ssz-number">400</td>' in words
    assert "กลุ่มที่ 4 1 → 1 · สายตรวจเป็นผู้พบ 1 → 1 · ไม่มีพิกัด 1 → 1" in words
    # (120/400 - 60/400) / (20/400 - 60/400)
    assert "-1.50" in words
    assert "จาก 1 ปีก่อนหน้าที่มีเหตุพอ (อีก 0 ปีมีเหตุน้อยเกินไป) กฎนี้จะบอกว่าย้ายที่ 0 ปี" in words
    assert "จากเหตุก่อน 60 เหตุ การลดลง" in words
    assert "ฉบับที่ 1" in words
    assert "กว้าง 500 ม." in drawn(page)
    assert drawn(page).count("<svg") == 2


@pytest.mark.usefixtures("look_as")
def test_records_that_begin_too_late_and_a_day_without_a_month_are_said() -> None:
    early = later(START, -36)
    page = opened(PAGE, {"start": early.isoformat(), "months": "12"})
    assert "ข้อมูลของสถานีเริ่มหลังต้นห้วงก่อน" in said(page)
    assert "ไม่ใช่วันที่บันทึกไว้" in said(page)
    # No record of the year before: nothing is told of a quotient.
    assert "(WDQ)** – ไม่มี: จำนวนเหตุน้อยเกินไป" in said(page)
    # Two years alike, in which the zone did not change: the quotient has no ends.
    assert "จำกัดช่วงไม่ได้" in said(opened(PAGE, {"start": later(START, -12).isoformat(), "months": "12"}))
    page = opened(PAGE, {"start": later(START, 12).isoformat()})
    assert "ยังไม่ครบหนึ่งเดือน" in said(page)


@pytest.mark.usefixtures("look_as")
def test_the_day_is_typed_as_people_write_it() -> None:
    page = opened(PAGE, {})
    key = f"ba-start-{STATION}/{CODE}"
    assert page.text_input(key=key).value == thai_day(START)
    page.text_input(key=key).set_value("๒/๑/๒๕๖๙").run()  # never the first of a month, as `START` is
    assert page.query_params["start"] == "2026-01-02"
    page.text_input(key=key).set_value("เมื่อวาน").run()
    assert (page.query_params["start"], page.text_input(key=key).value) == ("2026-01-02", "2 ม.ค. 2569")
    assert "เมื่อวาน" in page.warning[0].value
    page.text_input(key=key).set_value(thai_day(START)).run()
    assert "start" not in page.query_params


@pytest.mark.usefixtures("look_as")
def test_a_bad_address_is_the_default_never_an_error() -> None:
    page = opened(PAGE, {"start": "'; drop", "months": "x", "ring": "-1", "group": "9"})
    assert "ตามที่บันทึกไว้ของเขตนี้" in said(page)


@pytest.mark.usefixtures("look_as")
@pytest.mark.parametrize("asked", [{"zone": "?"}, {"station": "?"}, {"station": "hat_yai", "zone": CODE}])
def test_an_unknown_zone_in_the_address_gets_a_word_and_no_other_zones_verdict(asked: dict[str, str]) -> None:
    page = opened(PAGE, asked)
    # The bar says which part it is, the page that nothing stands in its place.
    assert ["ที่อยู่หน้าเว็บระบุสถานีหรือเขตที่ไม่มี" in one.value for one in page.warning] == [False, True]
    assert "WDQ" not in said(page)
    assert drawn(page) == ""
    [choose] = [one for one in page.button if one.label == "เลือกเขต"]
    choose.click().run()
    assert "ตามที่บันทึกไว้ของเขตนี้" in said(page)


@pytest.mark.usefixtures("look_as")
def test_the_filter_of_all_pages_chooses_zone_cases_and_the_last_day() -> None:
    page = opened(PAGE, {})
    assert page.query_params["zone"] == f"{STATION}/{CODE}"
    assert page.selectbox(key="bar-zone").options == ["สีลม"]
    # Of group 1 there is none: every count is of the filter's cases, and the bar says what narrows.
    narrowed = opened(PAGE, {"group": "1"})
    assert '<td class="ssz-number">0</td><td class="ssz-number">0</td>' in said(narrowed)
    assert "กลุ่มที่ 4 1 → 1" in said(narrowed)
    assert any("กลุ่มที่ 1" in one.value for one in narrowed.caption)
    # Half a year on, the last day of the filter ends the later period.
    half = later(START, 6) - timedelta(days=1)
    page = opened(PAGE, {"period": "days", "from": START.isoformat(), "to": half.isoformat()})
    assert "6 เดือน เดือนเดียวกันของปี" in said(page)
    assert page.selectbox(key="filter-months").options[-1] == "6 เดือน"
    assert "พื้นที่ที่วาดไว้" in said(opened(PAGE, {"area": "100,13~101,13~101,14"}))


def test_the_day_a_zone_began_is_put_on_record_with_its_history_and_a_deed(
    filled: Database, look_as: Callable[[Who], None]
) -> None:
    key = f"ba-record-{STATION}/{CODE}"

    def put(text: str) -> AppTest:
        page = opened(PAGE, {})
        page.session_state[key] = True
        page.run()
        page.text_input(key=f"{key}-day").set_value(text)
        page.button(key=f"{key}-save").click().run()
        return page

    def on_record() -> str | None:
        with filled.read() as conn:
            return registers.started(conn, STATION, CODE)

    ahead = TODAY + timedelta(days=2)
    for wrong in ("เมื่อวาน", thai_day(ahead)):
        assert len(put(wrong).warning) == 2, "the word beside the verdict"
        assert on_record() == START.isoformat()
    moved = later(START, 1)
    page = put(thai_day(moved))
    assert on_record() == moved.isoformat()
    assert [one.value for one in page.success] == ["บันทึกแล้ว"]
    assert f"<td>{thai_day(START)}</td><td>{thai_day(moved)}</td>" in said(page)
    put(thai_day(START))
    assert on_record() == START.isoformat()
    with filled.read() as conn:
        told = audit_page(conn, Wanted(None, 0, now() + 1, action=Did.ZONE_STARTED), 9)
    assert [(one.who, one.station, one.object) for one in told] == [("ผกก.", STATION, f"zone:{CODE}")] * 2
    assert told[-1].detail == f"{START.isoformat()} > {moved.isoformat()}"
    look_as(Who("นักวิเคราะห์", "analyst", None, "session", "z", "token-3"))
    assert [one.key for one in opened(PAGE, {}).button if "record" in str(one.key)] == []
    assert "บันทึกวันเริ่มของเขต" not in {one.proto.popover.label for one in opened(PAGE, {}).get("popover")}


def test_only_those_who_may_and_only_their_stations(look_as: Callable[[Who], None]) -> None:
    look_as(Who("ผกก.", "chief", frozenset({"hat_yai"}), "session", "y", "token-2"))
    page = opened(PAGE, {"station": STATION})
    assert "ยังไม่มีเขตปลอดภัยในสถานีของท่าน" in said(page)
    assert page.get("bidi_component") == []
    look_as(Who("ผู้ชม", "viewer", None, "session", "z", "token-3"))
    page = opened(PAGE, {})
    assert [one.value for one in page.error] == ["ท่านไม่มีสิทธิ์เข้าถึงข้อมูลนี้"]


def test_the_day_a_zone_began_is_of_all_its_versions(filled: Database) -> None:
    """A new day makes no new version, and a new outline keeps the day. The last test: it changes the store."""
    with filled.write() as tx:
        [zone] = registers.zones(tx.conn, frozenset({STATION}))
        kept = registers.put_zone(tx, Zone.model_validate({**zone.model_dump(), "started": None}), now())
        assert (kept.version, kept.started) == (1, START.isoformat())
        moved = registers.put_zone(tx, Zone.model_validate({**zone.model_dump(), "started": "2025-01-01"}), now())
        assert (moved.version, moved.started) == (1, "2025-01-01")
        wider = registers.put_zone(
            tx, Zone.model_validate({**zone.model_dump(), "started": None, "population": 5}), now()
        )
        assert (wider.version, wider.started) == (2, "2025-01-01")
        assert {one.started for one in registers.zone_versions(tx.conn, STATION, CODE)} == {"2025-01-01"}
