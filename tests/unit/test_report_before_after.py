"""Before and after on paper: the page's words, and every ratio with its interval as a drawn line."""

from __future__ import annotations

import math
from datetime import date
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import pypdfium2
import pytest

from dashboard.before_after.read import Found
from dashboard.ratio_axis import Axis, axis_of
from dashboard.report.content import Interval, Intervals, Report, Said
from dashboard.report.paper import pdf_of
from dashboard.report.views import of_before_after
from dashboard.sheet.page import MARGIN
from dashboard.visit import Visit
from models.analysis.displacement import displacement
from models.analysis.rate_ratio import rate_ratio
from models.analysis.windows import earlier_pairs, pair_of
from models.incidents.areas import Counts, Ground, areas_of

HERE = cast(
    Visit,
    SimpleNamespace(language="th", runtime=SimpleNamespace(values=SimpleNamespace(zone=ZoneInfo("Asia/Bangkok")))),
)
START = date(2025, 1, 1)
#: Points (1/72 inch) of a mm.
POINTS = 72 / 25.4


def found(before: Counts, after: Counts) -> Found:
    areas, pair = areas_of(before, after), pair_of(START, 12)
    zone, ring, rest = (
        rate_ratio(*two, pair.before.days, pair.after.days) for two in (areas.zone, areas.ring, areas.rest)
    )
    years = tuple((one, areas_of(before, before)) for one in earlier_pairs(START, 12, date(2021, 1, 1)))
    ground = cast(Ground, SimpleNamespace(width_m=150.0))
    return Found(pair, before, after, zone, ring, rest, displacement(areas, 1, 200), ground, True, years, 1)


def test_the_report_has_the_page_s_words_tables_and_a_line_for_each_comparison() -> None:
    asked = found(Counts(60, 60, 400, 3, 5, 7, 1), Counts(20, 120, 400, 3, 5, 7, 1))
    said, [figure], [told, areas, earlier] = of_before_after(HERE, asked, "สีลม", "2567 - 2568", 1_060, 0, "วิธี")
    assert isinstance(figure, Intervals)
    names = [one.name for one in figure.rows]
    assert names[:3] == ["ในเขต", "วงแหวนรอบเขต (กว้าง 150 ม.)", "ส่วนที่เหลือของสถานี"]
    assert names[3:] == ["ในเขต ÷ ส่วนที่เหลือ", "วงแหวน ÷ ส่วนที่เหลือ"]
    assert [round(one.ratio or 0, 2) for one in figure.rows[:3]] == [0.33, 2.01, 1.0]  # 2567 has a day more
    assert [
        one.low is not None and one.high is not None and one.low < (one.ratio or 0) < one.high for one in figure.rows
    ]
    assert ("▼ ลดลง" in figure.rows[0].said, "▲ เพิ่มขึ้น" in figure.rows[1].said) == (True, True)
    assert (said.n, said.period, "7 → 7" in said.left_out) == ("1,060 คดี", "2567 - 2568", True)
    assert "น่าจะมีการย้ายที่" in told.rows[0][0]
    assert [row[1:3] for row in areas.rows] == [("60", "20"), ("60", "120"), ("400", "400")]
    assert len(earlier.rows) == len(asked.years) > 0
    text = pypdfium2.PdfDocument(pdf_of(Report(said, [figure], [told, areas, earlier], "", "{n} {of}", "th")))
    first = text[0].get_textpage().get_text_range()
    assert ("0.25" in first, "?" in first) == (True, False)  # a mark of the axis; every letter is in the paper's font


def test_an_area_without_a_case_has_a_name_and_no_line() -> None:
    _, [figure], _ = of_before_after(
        HERE, found(Counts(0, 5, 9, 0, 0, 0, 0), Counts(0, 5, 9, 0, 0, 0, 0)), "", "", 0, 0, ""
    )
    assert isinstance(figure, Intervals)
    zone, ring = figure.rows[:2]
    assert (zone.ratio, zone.low, zone.high, zone.said) == (None, None, None, "– ไม่มีเหตุ")
    assert ring.low is not None


def test_the_axis_doubles_round_no_change_and_holds_what_it_can() -> None:
    assert [axis_of(ends).end for ends in ([], [(0.6, 1.4)], [(0.3, 1.0)], [(0.0, 1.0)], [(1.0, math.inf)])] == [
        2, 2, 4, 8, 8,
    ]  # fmt: skip
    axis = Axis(4.0)
    assert axis.ticks == [0.25, 0.5, 1, 2, 4]
    assert [axis.share(ratio) for ratio in (0.0, 0.25, 1.0, 2.0, 16.0)] == [-1, -1, 0, 0.5, 1]
    assert (axis.beyond(0.1, 3.0), axis.beyond(0.25, 5.0)) == ((True, False), (False, True))


@pytest.mark.parametrize(("low", "high", "share"), [(0.5, 2.0, (-1, 1)), (1.0, 2.0, (0, 1)), (0.5, 1.0, (-1, 0))])
def test_a_line_is_drawn_from_one_end_of_its_interval_to_the_other(
    low: float, high: float, share: tuple[float, float]
) -> None:
    figure = Intervals("ช่วง", [Interval("ในเขต", None, low, high, "", 1)], ("น้อยลง", "มากขึ้น"))
    said = Said("ก", "", "", "", "", "", ())
    page = pypdfium2.PdfDocument(pdf_of(Report(said, [figure], (), "", "", "th")))[0]
    width = page.get_width() / POINTS - 2 * MARGIN
    left, right = MARGIN + 0.3 * width, MARGIN + 0.78 * width
    ends = [round((left + right) / 2 + one * (right - left) / 2, 1) for one in share]
    # The one long line that lies: no other of the figure is wider than high.
    lying = [
        (round(bounds[0] / POINTS, 1), round(bounds[2] / POINTS, 1))
        for one in page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_PATH])
        if (bounds := one.get_bounds())[2] - bounds[0] > 20 and bounds[3] - bounds[1] < 6
    ]
    near = [pair for pair in lying if all(abs(at - end) < 1.0 for at, end in zip(pair, ends, strict=True))]
    assert len(near) == 1, (lying, ends)
