"""The record of forecasts on a real store: beside plain counting, with what is not over and what is too few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.access.identity import Who
from dashboard.hotspots.forecast_rows import period_rows, told_apart
from models.analysis.record import Scored, Told
from models.analysis.standing import summary
from models.records.station import Station
from store import registers
from store.database import Database, open_database
from store.migrate import upgrade
from tests.app.page_harness import looking, now, opened
from tests.hotspot_sample import record_of_forecasts

PAGE = Path(__file__).parents[2] / "pages" / "insight" / "forecasts.py"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path_factory.mktemp('forecasts')}/t.db"
    upgrade(url)
    db = open_database(url)
    with db.write() as tx:
        names = ("lumphini", "hat_yai", "pattaya")
        registers.put_stations(tx, [Station(code=name, name_th=f"สภ.{name}", name_en=name) for name in names], 1)
    record_of_forecasts(db, now(), "lumphini", "robbery", hits=6, naive=4)
    record_of_forecasts(db, now(), "hat_yai", "theft", hits=4, naive=4, periods=2)
    yield db
    db.close()


@pytest.fixture
def look_as(filled: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Who], None]]:
    """A runtime on the filled store; call it with who looks."""
    with looking(filled, monkeypatch, Who("ผกก.", "chief", None, "session", "x", "token-1")) as look:
        yield look


def open_page(**query: str) -> AppTest:
    """Run the page; an exception in it fails the test."""
    return opened(PAGE, query)


def said(page: AppTest) -> str:
    """All words of a page."""
    parts = [*page.success, *page.warning, *page.info, *page.caption, *page.error]
    return "\n".join(str(one.value) for one in parts)


@pytest.mark.usefixtures("look_as")
def test_what_was_caught_stands_beside_plain_counting_and_the_ceiling() -> None:
    page = open_page(station="lumphini")
    words = said(page)
    # Eight periods of 20 cases, of which the maps caught 6 and counting 4 each; the ninth is not over.
    assert "แผนที่จับเหตุได้มากกว่าการนับเหตุธรรมดา" in words
    assert [one.value for one in page.metric] == ["30%", "20%", "45%", "6.0", "0.60"]
    # Of plain counting 32 of 160, of the PAI the hit rate's over 5 % of the area, of the PEI 48 of 80.
    for low, high in (("15%", "27%"), ("4.7", "7.5"), ("0.49", "0.70")):
        assert f"(ช่วงเชื่อมั่น 95% {low} ถึง {high})" in words
    assert "48 จาก 160 เหตุ (ช่วงเชื่อมั่น 95% 23% ถึง 38%)" in words
    assert "เก็บการคาดการณ์ไว้ 9 ครั้ง ตรวจแล้ว 8 ครั้ง นำมานับ 8 ครั้ง" in words
    calibration, listed = (frame.value for frame in page.dataframe)
    assert sum(calibration["จำนวนการคาดการณ์"]) == 8
    assert list(listed["แผนที่จับเหตุได้"])[:2] == ["ยังไม่ครบกำหนด", "6.0"]


def test_each_counted_rate_of_a_period_has_its_interval() -> None:
    score = Scored(0, 20, 6, 6, 4, 10, 0.05, 22.0, 6, 0.9)
    told = [Told("lumphini", "z", "robbery", 28, "", 0, 28 * 86_400_000, "365_all3", "h", score)]
    rows = period_rows(summary(told, 28), ZoneInfo("Asia/Bangkok"), "en")
    # Wilson's of 6 and of 4 among 20 cases; the ceiling is nobody's count.
    assert [round(low, 3) for low in rows["low"][:2]] == [0.145, 0.081]
    assert [round(high, 3) for high in rows["high"][:2]] == [0.519, 0.416]
    assert rows["low"].isna().tolist() == [False, False, True]


@pytest.mark.usefixtures("look_as")
def test_too_few_periods_judge_nothing_and_none_is_said() -> None:
    page = open_page(station="hat_yai")
    assert "ยังตัดสินไม่ได้" in said(page)
    assert [one.value for one in page.metric][:2] == ["20%", "20%"]
    assert "ยังไม่มีการคาดการณ์ที่เก็บไว้" in said(open_page(station="pattaya"))
    assert "ยังไม่มีการคาดการณ์ที่เก็บไว้" in said(open_page(station="lumphini", days="7"))
    assert "ยังไม่มีการคาดการณ์ที่เก็บไว้" in said(open_page(station="lumphini", family="theft"))
    assert "48 จาก 160 เหตุ" in said(open_page(station="lumphini", family="'; drop", days="x"))


def test_only_those_who_may_see_it_and_only_their_stations(look_as: Callable[[Who], None]) -> None:
    look_as(Who("ผกก.", "chief", frozenset({"pattaya"}), "session", "y", "token-2"))
    page = open_page(station="lumphini")
    assert len(page.metric) == 0
    assert "lumphini" not in said(page) + str([one.options for one in page.selectbox])
    look_as(Who("ผู้ชม", "viewer", None, "session", "z", "token-3"))
    assert said(open_page()) == "ท่านไม่มีสิทธิ์เข้าถึงข้อมูลนี้"


def test_shares_that_would_read_alike_are_told_finer() -> None:
    def shares(hits: float, naive: float) -> tuple[str, str]:
        score = Scored(0, 1_000, hits, hits, naive, 500, 0.05, 1_000, 300, 0.9)
        return told_apart(summary([Told("s", "z", "theft", 28, "", 0, 28, "mixture", "h", score)], 28))

    assert shares(304, 298) == ("30.4%", "29.8%")
    assert shares(300, 300) == ("30%", "30%")
    assert shares(304, 250) == ("30%", "25%")
    assert told_apart(summary([], 28)) == ("-", "-")
