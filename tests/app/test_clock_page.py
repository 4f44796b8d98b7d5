"""The crime clock on a real store: one pin a case on dial and map, what is left out, and the hours nobody guards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.access.identity import Who
from dashboard.clock import read
from jobs.patrolled import missing, reckon
from models.formats.polygons import measure
from models.records.incident import IncidentReport
from models.records.position import Fix
from models.records.station import Station, Zone
from models.records.unit import Unit
from models.thai_time import thai_day
from store import incidents, patrols, positions, registers
from store.database import Database
from tests.app.page_harness import CHIEF, looking, now, opened, said
from tests.hotspot_sample import CODE, STATION, ZONE
from tests.stores import filled_store

PAGE = Path(__file__).parents[2] / "pages" / "insight" / "clock.py"
BANGKOK = ZoneInfo("Asia/Bangkok")
PLACE = (13.727, 100.536)
TODAY = datetime.now(BANGKOK).date()
THIS = TODAY.replace(day=1)
LAST = (THIS - timedelta(days=1)).replace(day=1)
#: Days of the months the page is asked for: both lie in the past, whole.
ASKED = {"period": "days", "from": LAST.isoformat(), "to": (THIS - timedelta(days=1)).isoformat(), "station": STATION}
BEFORE = (LAST - timedelta(days=1)).replace(day=1)
EPOCH = date(1970, 1, 1)


def at(day: date, hour: float) -> int:
    """Epoch milliseconds."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=BANGKOK)
    return int((midnight + timedelta(hours=hour)).timestamp() * 1000)


def fill(db: Database) -> None:
    """Five cases of last month, two of the month before, thirty nights' cases, and a patrol that drives by day."""
    made: list[IncidentReport] = []

    def add(day: date, hour: float, long: float = 0.0, group: int = 2, **given: object) -> None:
        start = at(day, hour)
        values: dict[str, object] = {
            "occurred_to": start + round(long * 3_600_000), "offence_group": group, "lat": PLACE[0], "lon": PLACE[1],
            "place_quality": "exact", "found_by": "victim",
        }  # fmt: skip
        made.append(
            IncidentReport(STATION, "import", f"c{len(made)}", start, "theft", now(), **(values | given))  # type: ignore[arg-type]
        )

    add(LAST, 22.5, arrested=True)
    add(LAST, 13, group=1)
    add(LAST, 23, long=4)
    add(LAST, 0, long=24)  # no hour
    add(LAST, 9, lat=None, lon=None, place_quality="none")
    add(LAST, 9, group=4)
    add(BEFORE, 3)
    add(BEFORE, 4)
    for number in range(30):
        add(LAST + timedelta(days=number % 20), 20)
    measured = measure(ZONE)
    zone = Zone(
        station=STATION, code=CODE, version=1, name_th="สีลม", name_en="Silom", polygon=ZONE,
        area_m2=measured.area_m2, perimeter_m=measured.perimeter_m, utm_epsg=measured.utm_epsg, valid_from=0,
    )  # fmt: skip
    with db.write() as tx:
        registers.put_stations(tx, [Station(code=STATION, name_th="ลุมพินี", name_en="Lumphini", kind="test")], now())
        registers.put_zone(tx, zone, 0)
        registers.put_units(tx, [Unit(station=STATION, unit="u1")], now())
        for one in made:
            incidents.take(tx, one)
        for day in range(20):  # ten minutes at noon, a fix each half minute; then a gap, and one fix
            begin = at(LAST + timedelta(days=day), 12)
            moments = [*range(begin, begin + 600_001, 30_000), begin + 1_800_000]
            positions.insert_fixes(tx, [Fix(STATION, "u1", when, *PLACE, received_at=when) for when in moments], {})
    for day in range(22):  # on two of them no unit was heard
        reckon(db, STATION, (LAST - EPOCH).days + day, BANGKOK, now())


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with filled_store(tmp_path_factory.mktemp("clock"), fill) as db:
        yield db


@pytest.fixture
def look_as(filled: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Who], None]]:
    with looking(filled, monkeypatch, CHIEF) as look:
        yield look


def data(page: AppTest) -> list[dict[str, Any]]:
    """What each component was given: the months, then the hours of the week."""
    return [orjson.loads(one.proto.json)[0] for one in page.get("bidi_component")]


def placed(columns: dict[str, Any], where: str) -> list[str]:
    """The cases that have a pin on the dial or on the map, by their own ids."""
    ids = [one.rsplit("/", 1)[1] for one in columns["id"]]
    return sorted(one for one, spot in zip(ids, columns[where], strict=True) if spot is not None)


@pytest.mark.usefixtures("look_as")
def test_each_case_has_one_pin_on_the_dial_and_one_on_the_map() -> None:
    page = opened(PAGE, {**ASKED, "hour": "22.13.9.x.3.4"})
    told = data(page)[0]
    before, last = told["months"]
    # Not on the dial: without an hour. Not on the map: without a place. In neither: group 4.
    assert placed(last, "dial") == ["c0", "c1", "c2", "c4"]
    assert placed(last, "ground") == ["c0", "c1", "c2", "c3"]
    assert len(last["id"]) == len(set(last["id"])) == 5
    assert len(last["arcs"]) == 1
    at = {name.rsplit("/", 1)[1]: number for number, name in enumerate(last["id"])}
    kinds = {name: last["kinds"][last["kind"][number]] for name, number in at.items()}
    assert (kinds["c0"], kinds["c1"], kinds["c2"]) == ("g2 arrested", "g1", "g2 unsure")
    assert set(told["shapes"]) == {"g0", "g1", "g2", "g3"}
    words = {}
    for name, number in at.items():
        begin, end = last["tells"][last["told"][number]]
        words[name] = f"{begin}{last['when'][number]}{end}"
    assert words["c0"] == f"ลักทรัพย์ · {thai_day(LAST)} 22:30 · จับกุมได้"
    after = thai_day(LAST + timedelta(days=1))
    assert words["c2"] == f"ลักทรัพย์ · {thai_day(LAST)} 23:00 - {after} 03:00 · ไม่ทราบผลจับกุม"
    assert "ไม่มีพิกัด" in words["c4"]
    assert placed(before, "dial") == placed(before, "ground") == ["c6", "c7"]
    left = told["html"].split("<section")[2]
    assert "ไม่นับกลุ่มที่ 4: 1 · ไม่ทราบเวลา (ไม่อยู่บนหน้าปัด): 1 · ไม่มีพิกัด (ไม่อยู่บนแผนที่): 1" in left
    # 23:00 to 03:00 is one hour of the evening and three of the night.
    assert '18-24<tspan class="n" dx="10">1.2</tspan>' in left or '18-24<tspan class="n" dx="10">1.3</tspan>' in left


@pytest.mark.usefixtures("look_as")
def test_more_cases_than_pins_are_counted_on_dial_and_map(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MOST", 10)
    told = data(opened(PAGE, ASKED))[0]
    head, before, last = told["html"].split("<section")
    # The month before has two: told as the other is, on the same scale, for they are compared.
    assert told["months"] == [None, None]
    assert "วงกลมยิ่งใหญ่ยิ่งมีเหตุมาก" in head
    circles = [float(one) for one in re.findall(r'class="cell" cx=[^>]* r="([\d.]+)"', before + last)]
    assert len(circles) == 2
    assert circles[0] / circles[1] == pytest.approx((2 / 34) ** 0.5, abs=0.02)
    assert "34 เหตุ" in last, "the key of the circles"
    # Five cases and thirty nights' ones on the dial; one of them has no place.
    assert ">35<" in last
    [counted] = re.findall(r'class="cell".*?<title>(\d+)</title>', last)
    assert counted == "34"


@pytest.mark.usefixtures("look_as")
def test_a_bucket_of_the_bar_narrows_both_months_and_stands_in_the_address() -> None:
    page = opened(PAGE, ASKED)
    before = data(page)[0]["mark"]
    assert sum(len(one["id"]) for one in data(page)[0]["months"]) == 37
    page.button(key="bar-bucket-hour").click().run()
    assert page.query_params["hour"] == "x"
    assert [len(one["id"]) for one in data(page)[0]["months"]] == [0, 2]
    assert data(page)[0]["mark"] != before


@pytest.mark.usefixtures("look_as")
def test_nights_without_a_patrol_are_listed_with_the_minutes_they_lack() -> None:
    page = opened(PAGE, ASKED)
    words = said(page)
    assert "มี 1 ช่วงของสัปดาห์ที่เหตุมากกว่าสัดส่วนนาทีสายตรวจ" in words
    assert "ทุกวัน 18:00-24:00" in words
    assert "20 วัน" in words
    week = data(page)[1]["html"]
    assert week.count("<small>") == 168
    # Twenty days of ten minutes at noon, and nothing for the gap.
    assert sum(int(one) for one in re.findall(r"<small>([\d,]+)</small>", week)) == 200


@pytest.mark.usefixtures("look_as")
def test_a_period_without_minutes_says_so(filled: Database) -> None:
    early = {**ASKED, "from": "2020-03-01", "to": "2020-03-31"}
    assert "วันที่มีพิกัดสายตรวจไม่พอ (0 วัน" in said(opened(PAGE, early))


def test_the_zones_minutes_are_of_the_zone_and_days_to_come_are_not_reckoned(filled: Database) -> None:
    first = (LAST - EPOCH).days
    with filled.read() as conn:
        inside = patrols.minutes(conn, STATION, CODE, first, first + 19)
        assert [sum(line) for line in inside.values()] == [pytest.approx(10)] * 20
        waiting = missing(conn, now(), BANGKOK)
        today = (datetime.now(BANGKOK).date() - EPOCH).days
        assert all(day < today for _, day in waiting)
        assert {station for station, _ in waiting} <= {STATION}
        assert not {day for _, day in waiting} & set(range(first, first + 22))


def test_a_zone_drawn_anew_is_reckoned_anew(filled: Database) -> None:
    with filled.write() as tx:
        [zone] = registers.zones(tx.conn, frozenset({STATION}))
        registers.put_zone(tx, Zone.model_validate({**zone.model_dump(), "population": 7}), now())
        drawn = registers.zones(tx.conn, frozenset({STATION}))[0].valid_from
    first = (LAST - EPOCH).days
    with filled.read() as conn:
        assert patrols.minutes(conn, STATION, CODE, first, first + 19, drawn) == {}
        waiting = missing(conn, now(), BANGKOK)
    assert waiting
    station, day = waiting[0]
    reckon(filled, station, day, BANGKOK, now())
    with filled.read() as conn:
        assert waiting[0] not in missing(conn, now(), BANGKOK)
        assert day in patrols.minutes(conn, STATION, CODE, day, day, drawn)


def test_only_those_who_may_and_only_their_stations(look_as: Callable[[Who], None]) -> None:
    look_as(Who("ผกก.", "chief", frozenset({"hat_yai"}), "session", "y", "token-2"))
    page = opened(PAGE, ASKED)
    assert [one["id"] for one in data(page)[0]["months"]] == [[], []]
    look_as(Who("ผู้ชม", "viewer", None, "session", "z", "token-3"))
    page = opened(PAGE, ASKED)
    assert [one.value for one in page.error] == ["ท่านไม่มีสิทธิ์เข้าถึงข้อมูลนี้"]
