"""The response report's page on a real store: figures with their number, groups, sorts apart, files that are safe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.access.identity import Who
from models.records.alarm import Alarm, AlarmStep
from models.records.sos import SosBox
from models.records.station import Station, Zone
from models.records.unit import Unit
from store import registers
from store.database import Database
from store.rows import put, table_of
from tests.app.page_harness import forged, html_of, html_tables, looking, now, opened
from tests.stores import filled_store

PAGE = Path(__file__).parents[2] / "pages" / "watch" / "response.py"
SQUARE = '{"type":"Polygon","coordinates":[[[100.5,13.7],[100.6,13.7],[100.6,13.8],[100.5,13.8],[100.5,13.7]]]}'
HOUR = 3_600_000


def closed(
    db: Database, number: int, *, station: str = "lumphini", answer_s: int = 9, scene_s: int = 200, **given: Any
) -> None:
    """An alarm of an hour ago with its whole history."""
    name, raised = f"{station}-{number:04d}", now() - 2 * HOUR - number
    row = Alarm(
        station=station, id=name, origin_kind="box", origin=f"b{number % 2}", state="closed", version=5,
        raised_at=raised, pressed_at=raised - 300, last_at=raised, lat=13.75, lon=100.55, assigned="201",
        outcome="real", changed_at=raised + HOUR,
    )  # fmt: skip
    for field, value in given.items():
        setattr(row, field, value)
    times = {"raise": 20, "acknowledge": answer_s * 1000, "assign": 45_000, "arrive": scene_s * 1000, "close": HOUR}
    steps = [
        AlarmStep(station=station, alarm=name, version=version, step=step, at=raised + after, by="x")
        for version, (step, after) in enumerate(times.items(), 1)
    ]
    with db.write() as tx:
        put(tx, table_of(Alarm), [row.model_dump()])
        put(tx, table_of(AlarmStep), [step.model_dump() for step in steps])


def _fill(db: Database) -> None:
    with db.write() as tx:
        rows = [("lumphini", "สน.ลุมพินี", "metro"), ("hat_yai", "สภ.หาดใหญ่", "metro"), ("town", "เมืองจำลอง", "demo")]
        registers.put_stations(
            tx, [Station(code=code, name_th=name, name_en=code, kind=kind) for code, name, kind in rows], 1
        )
        registers.put_boxes(tx, [SosBox(station="lumphini", box="b1", name_th="หน้าตลาด", lat=13.75, lon=100.55)], 1)
        registers.put_units(tx, [Unit(station="lumphini", unit="201", call_sign="=สายตรวจ 201")], 1)
        zone = Zone(
            station="lumphini", code="silom", version=1, name_th="สีลม", name_en="Silom", polygon=SQUARE, area_m2=1.0,
            perimeter_m=1.0, utm_epsg=32647, valid_from=0,
        )  # fmt: skip
        registers.put_zones(tx, [zone], 1)
    for number in range(20):
        closed(db, number, answer_s=9 if number < 15 else 40, scene_s=200 if number < 12 else 500)
    closed(db, 0, station="hat_yai")
    closed(db, 90, marks="drill")
    closed(db, 91, outcome="test")
    for number in range(3):
        closed(db, number, station="town")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with filled_store(tmp_path_factory.mktemp("response"), _fill) as db:
        yield db


@pytest.fixture
def look_as(filled: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Who], None]]:
    """A runtime on the filled store; call it with who looks."""
    with looking(filled, monkeypatch, Who("ร.ต.อ.สมชาย", "dispatcher", None, "session", "x", "token-1")) as look:
        yield look


def open_page(**query: str) -> AppTest:
    """Run the page; an exception in it fails the test."""
    return opened(PAGE, query)


def figures(page: AppTest) -> list[str]:
    """The figures on the page."""
    return [str(one.value) for one in page.metric]


@pytest.mark.usefixtures("look_as")
def test_figures_come_with_their_number_and_interval_and_sorts_stand_apart() -> None:
    page = open_page(station="lumphini")
    assert figures(page) == ["20", "75%", "60%", "9 วินาที", "3:20 นาที"]
    said = " ".join(one.value for one in page.caption)
    assert "จาก 20 เหตุ · ช่วงเชื่อมั่น 95%: 53% ถึง 89%" in said
    assert "P90 40 วินาที · n = 20" in said
    assert "ทราบเวลาถึงจากการกดบันทึกเท่านั้น 20 เหตุ" in said
    groups, legs, sorts, newest = html_tables(page)
    assert [column[0] for column in groups.values()][:2] == ["สน.ลุมพินี", "20"]
    # No screen was open: nobody knows when it was shown.
    assert legs["ทราบเวลา"] == ["20", "0", "20", "20", "20", "20", "20"]
    assert sorts["จำนวนเหตุ"] == ["20", "1", "1", "0", "0"]
    assert all(one.startswith("/live/desk/lumphini-") for one in newest["ใบสรุปเหตุ"])
    assert len(newest["ใบสรุปเหตุ"]) == 20
    assert len(page.dataframe) == 0, "a grid's library would be loaded for a few rows"


@pytest.mark.usefixtures("look_as")
def test_too_few_are_a_count_and_no_share() -> None:
    page = open_page(station="hat_yai")
    assert figures(page)[:3] == ["1", "จำนวนน้อยเกินไป", "จำนวนน้อยเกินไป"]
    assert any("1 จาก 1 เหตุ น้อยเกินกว่าจะคิดเป็นร้อยละ" in one.value for one in page.caption)
    assert any("จึงไม่แสดงแผนภูมิ" in one.value for one in page.caption)


@pytest.mark.usefixtures("look_as")
@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("zone", ["สีลม"]), ("box", ["lumphini/b0", "หน้าตลาด (b1)"]), ("unit", ["=สายตรวจ 201"]), ("shift", None),
        ("month", None),
    ],
)  # fmt: skip
def test_every_group_has_its_name_and_adds_up(by: str, names: list[str] | None) -> None:
    page = open_page(station="lumphini", by=by)
    rows = html_tables(page)[0]
    assert sum(int(one) for one in rows["จำนวนเหตุ"]) == 20
    if names is not None:
        assert next(iter(rows.values())) == names


@pytest.mark.usefixtures("look_as")
def test_drills_and_simulated_data_have_their_own_figures() -> None:
    assert figures(open_page(station="lumphini", sort="drill"))[0] == "1"
    assert figures(open_page(station="town")) == []
    assert figures(open_page(station="town", sort="simulated"))[0] == "3"


@pytest.mark.usefixtures("look_as")
def test_a_bad_url_is_the_default_never_an_error() -> None:
    assert figures(open_page(by="'; drop", sort="x", station="nowhere", period="-1"))[0] == "21"


def test_only_those_who_answer_alarms_see_it_and_only_their_stations(look_as: Callable[[Who], None]) -> None:
    look_as(Who("ผกก.", "chief", frozenset({"hat_yai"}), "session", "y", "token-2"))
    assert figures(open_page(station="lumphini"))[0] == "1"
    for role in ("viewer", "analyst"):
        look_as(Who("ผู้ชม", role, None, "session", "z", "token-3"))
        page = open_page()
        assert (figures(page), [one.value for one in page.error]) == ([], ["ท่านไม่มีสิทธิ์เข้าถึงข้อมูลนี้"])


def test_a_browser_that_says_a_station_it_was_not_offered_is_told_nothing_of_it(
    look_as: Callable[[Who], None],
) -> None:
    """The words of every station that is not offered are those of "all", so Streamlit takes any name for offered."""
    look_as(Who("ผกก.", "chief", frozenset({"hat_yai"}), "session", "y", "token-2"))
    page = forged(opened(PAGE, {}), "filter-station", "lumphini")
    assert figures(page)[0] == "1", "its own, and not the twenty of the other"
    assert "lumphini" not in html_of(page)
    assert "station" not in page.query_params
