"""What the incidents' page hands to paper: the same figures as its answer."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import numpy as np
import pypdfium2
import pytest

from dashboard.clock.read import Case, Hours, Month
from dashboard.report import views
from dashboard.report.content import Bars, Course, Dials, Places, Report, Table
from dashboard.report.paper import pdf_of
from dashboard.report.record import file_name, of_record
from dashboard.report.views import of_clock, of_incidents, plain
from dashboard.tables import Row
from dashboard.visit import Visit
from dashboard.words import word
from models.analysis.aoristic import Week
from models.incidents.answer import Answer, Days, Hexagon, Hexagons, Point, no_hours
from models.incidents.filter import Filter
from models.records.incident import Incident
from models.records.station import Zone

VALUES = SimpleNamespace(zone=ZoneInfo("Asia/Bangkok"))
HERE = cast(Visit, SimpleNamespace(language="th", runtime=SimpleNamespace(values=VALUES)))
DAY = 20_000
CHOSEN = Filter(
    "days", DAY * 86_400_000, (DAY + 3) * 86_400_000, groups=frozenset({2}), stations=frozenset({"lumphini", "gone"}),
    zone="lumphini/z9",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "names", lambda _here: {"lumphini": "สน.ลุมพินี"})
    monkeypatch.setattr(views, "ground_of", lambda _here, _chosen: ([], []))


def answer(days: list[tuple[int, int]]) -> Answer:
    hours = no_hours()
    hours[0][3] = 4
    return Answer(
        1, newest=DAY * 86_400_000, total=7, no_place=2, no_hour=3, days=Days.of(days),
        months=[(DAY, 3), (DAY + 31, 4)],
        hours_by_weekday=hours, offences=[("theft", 2, 4), ("ของแปลก", 0, 2), ("theft", 0, 1)], sources={"file": 7},
    )  # fmt: skip


def test_it_has_the_counts_of_the_page_and_says_what_is_left_out() -> None:
    point = Point("a", "file", "1", 13.7, 100.5, 2, "theft", DAY * 86_400_000, None, True)
    said, figures, grids = of_incidents(HERE, CHOSEN, answer([(DAY, 5), (DAY + 2, 2)]), [point])
    bars, course, hours, places = figures
    assert isinstance(bars, Bars)
    assert [(name, n) for name, n, _ in bars.items] == [("ลักทรัพย์", 5), ("ของแปลก", 2)]
    assert isinstance(course, Course)
    assert list(course.values) == [5, 0, 2]  # a day without a case is a day
    assert isinstance(hours, Table)
    assert sum(sum(row) for _, row in hours.rows) == 4
    assert isinstance(places, Places)
    assert list(places.points) == [(100.5, 13.7, 1)]
    assert "7 คดี" in said.n
    assert "2567" in said.period
    assert ("2 คดี" in said.left_out, "3 คดี" in said.left_out) == (True, True)
    assert said.under.startswith("สถานีตำรวจ: gone, สน.ลุมพินี · พื้นที่: พื้นที่ที่ไม่มีแล้ว · กลุ่มคดี: กลุ่มที่ 2")
    assert places.key == [(1, "กลุ่มที่ 2 ความผิดเกี่ยวกับทรัพย์")]
    document = pypdfium2.PdfDocument(pdf_of(Report(said, figures, grids, "", "{n} {of}", "th")))
    assert "2567" in document[0].get_textpage().get_text_range()


def test_long_periods_go_by_month_and_many_cases_are_counted_in_hexagons() -> None:
    many = Hexagons(0.01, [
        Hexagon(13.7, 100.5, 8_642, (0, 8_642, 0, 0, 0)), Hexagon(13.72, 100.52, 312, (0, 312, 0, 0, 0)),
        Hexagon(18.8, 98.9, 7, (7, 0, 0, 0, 0)),
    ])  # fmt: skip
    said, figures, _ = of_incidents(HERE, CHOSEN, answer([(DAY, 5), (DAY + 400, 2)]), many)
    assert isinstance(figures[1], Course)
    assert list(figures[1].values) == [3, 4]
    assert isinstance(figures[3], Places)
    assert (list(figures[3].points), sum(n for _, _, n in figures[3].cells)) == ([], 8_961)
    assert "5,000" in figures[3].note
    texts = pypdfium2.PdfDocument(pdf_of(Report(said, figures, [], "", "{n} {of}", "th")))
    told = "".join(page.get_textpage().get_text_range() for page in texts)
    assert ("8,642" in told, "312" in told) == (True, True)
    assert "7 เหต" in told.replace("\u0e38", "").replace("เหตุ", "เหต"), "one far off is told, and frames no map"
    assert plain("**หนา** `x`") == "หนา x"


def case(group: int, arrested: bool | None) -> Case:
    return Case("a", "theft", group, arrested, 0, 0, None, None, True, (0.5, -0.5), None)


def test_the_clock_has_both_months_on_dials_each_case_once() -> None:
    certain = np.zeros((7, 24), dtype=np.int64)
    certain[2, 5] = 3
    week = Week(certain, np.full((7, 24), 0.25), 4)
    found = Hours(date(2022, 9, 8), date(2022, 11, 30), week, None, 0, None, 17)
    few = Month(date(2022, 10, 1), 3, 1, 1, 0, (case(1, True), case(3, None)), (0.0,) * 24, (0,) * 24)
    many = Month(date(2022, 11, 1), 2_000, 0, 0, 0, None, (*range(24),), (*range(24),))
    said, figures, grids = of_clock(HERE, CHOSEN, [few, many], found, DAY * 86_400_000)
    # The dials and the table are of other days: each with its own number of cases.
    assert said.period == "หน้าปัด: ต.ค. 2565 / พ.ย. 2565 · ชั่วโมงของสัปดาห์: 8 ก.ย. 2565 - 30 พ.ย. 2565"
    assert said.n == "หน้าปัด: 3 / 2,000 คดี · ชั่วโมงของสัปดาห์: 45 คดี"
    dials, hours = figures
    assert isinstance(dials, Dials)
    assert list(dials.dials[0].pins) == [(0.5, -0.5, 0, True), (0.5, -0.5, 2, False)]
    assert (dials.dials[0].hours, len(dials.dials[1].hours), dials.dials[1].pins) == ((), 24, [])
    assert [tone for tone, _ in dials.key] == [0, 1, 2, 3]
    assert isinstance(hours, Table)
    assert sum(sum(row) for _, row in hours.rows) == 3 + 7 * 24 / 4
    assert ("17" in said.left_out, "4 คดี" in said.left_out) == (True, True)
    assert (list(grids[0].rows), "หนึ่งสถานี" in grids[0].empty) == ([], True)
    document = pypdfium2.PdfDocument(pdf_of(Report(said, figures, grids, "", "{n} {of}", "th")))
    text = document[0].get_textpage().get_text_range()
    assert ("2,000" in text, "2565" in text, len(document)) == (True, True, 1)


def test_a_record_on_paper_has_the_pages_tables_and_no_links() -> None:
    one = Incident.model_validate({
        "station": "hat_yai", "source": "แฟ้ม", "id": "1/69 ก", "occurred_from": DAY * 86_400_000, "offence": "theft",
        "offence_group": 2, "lat": 7.01, "lon": 100.47, "received_at": DAY * 86_400_000 + 1,
    })  # fmt: skip
    ring = "[[100.4,7],[100.5,7],[100.5,7.1],[100.4,7]]"
    zone = Zone(
        station="hat_yai", code="z", version=1, polygon=f'{{"type":"Polygon","coordinates":[{ring}]}}', area_m2=1,
        perimeter_m=1, utm_epsg=32647, valid_from=1,
    )  # fmt: skip
    row: Row = {"กล้อง": "หน้าตลาด", "ระยะ": 12, word("rec.way", "th"): "/map?map=7.01"}
    said, figures, [cameras, none] = of_record(
        HERE, one, "สภ.หาดใหญ่", [zone], (("กล้อง", [row], "-"), ("ประวัติ", [], "ไม่เคย")), DAY * 86_400_000 + 86_400_000
    )
    assert (said.n, said.data_age) == ("1", "5 ต.ค. 2567 07:00:00")
    assert (list(cameras.rows), list(none.rows), none.empty) == ([("หน้าตลาด", "12")], [], "ไม่เคย")
    [places] = figures
    assert isinstance(places, Places)
    assert (places.points, places.outlines[0][1]) == ([(100.47, 7.01, 1)], (100.5, 7.0))
    assert file_name(one) == "incident-แฟ้ม-1_69_ก"
    text = pypdfium2.PdfDocument(pdf_of(Report(said, figures, [cameras, none], "", "{n} {of}", "th")))[0]
    assert "2567" in text.get_textpage().get_text_range()
    _, nowhere, _ = of_record(HERE, one.model_copy(update={"lat": None, "lon": None}), "", [zone], (), 0)
    assert nowhere == []


def test_offences_that_have_no_bar_are_told() -> None:
    many = answer([(DAY, 5)])
    many.offences[:] = [(f"o{number:02}", 2, 100 - number) for number in range(15)]
    _, figures, _ = of_incidents(HERE, CHOSEN, many, [])
    assert isinstance(figures[0], Bars)
    assert len(figures[0].items) == 12
    assert figures[0].note == "และอีก 3 ฐานความผิด รวม 261 คดี"
