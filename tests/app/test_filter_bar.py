"""The filter bar: the address is its one state, what it cannot read it says, and views stay with their person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.access.identity import Who
from dashboard.incidents import more, saved
from models.records.incident import IncidentReport
from models.records.station import Station
from store import imports
from store.database import Database
from store.registers import put_stations
from tests.app.page_harness import looking, now, opened

SCRIPT = Path(__file__).with_name("bar_script.py")
DAY_MS = 86_400_000


def who(account: str, *stations: str) -> Who:
    return Who(account, "analyst", frozenset(stations) or None, "session", "d", account=account)


@pytest.fixture
def look(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Who], None]]:
    at = now()
    reports = [
        IncidentReport(
            "ab"[number % 2], "file", f"n{number}", at - number * DAY_MS, "theft", at, offence_group=2,
            occurred_to=at - number * DAY_MS + (DAY_MS if number == 3 else 0),
            lat=16.5 if number else None, lon=104.7 if number else None, place_quality="exact" if number else "none",
        )
        for number in range(20)
    ]  # fmt: skip
    with sqlite_db.write() as tx:
        put_stations(tx, [Station(code=code, name_th=f"สภ.{code}", name_en=code) for code in "ab"], 1)
        imports.take_all(tx, reports, "b1")
    with looking(sqlite_db, monkeypatch, who("somchai")) as look:
        yield look


def unfold(page: AppTest, popover: str) -> None:
    """Open a popover, as a click does."""
    page.session_state[popover] = True
    page.run()


def told(page: AppTest) -> str:
    return " ".join([one.value for one in page.markdown] + [one.label for one in page.button])


def test_the_bar_says_how_many_and_what_has_no_place_and_no_hour(look: Callable[[Who], None]) -> None:
    page = opened(SCRIPT, {})
    assert "20 คดี" in told(page)
    assert "ไม่มีพิกัด 1 คดี" in told(page)
    assert "ไม่ทราบชั่วโมงแน่ชัด 1 คดี" in told(page)
    page.button(key="bar-bucket-place").click().run()
    assert page.query_params["place"] == "none"
    assert "1 คดี" in page.markdown[0].value
    page.button(key="bar-clear").click().run()
    assert "place" not in page.query_params
    page.selectbox(key="bar-period").set_value("7").run()
    assert page.query_params["period"] == "7"
    assert "7 คดี" in told(page)
    page.button(key="bar-back").click().run()
    assert (page.query_params["back"], "0 คดี" in told(page)) == ("1", True)


def test_typed_days_take_the_buddhist_era_and_thai_digits(look: Callable[[Who], None]) -> None:
    page = opened(SCRIPT, {"period": "days", "from": "2026-11-01", "to": "2026-11-20"})
    assert page.text_input(key="bar-from").value == "1 พ.ย. 2569"
    page.text_input(key="bar-from").set_value("๕/๑๑/๒๕๖๙").run()
    assert page.query_params["from"] == "2026-11-05"
    page.text_input(key="bar-to").set_value("เมื่อวาน").run()
    assert page.query_params["to"] == "2026-11-20"
    assert "เมื่อวาน" in page.warning[0].value


def test_what_an_address_says_wrong_is_told_and_the_rest_holds(look: Callable[[Who], None]) -> None:
    page = opened(SCRIPT, {"v": "9", "period": "7", "group": "2.99", "station": "<script>", "status": "~0000000000"})
    assert page.warning[0].value.count(",") == 3
    assert "**0 คดี**" in told(page)
    assert "<script>" not in page.warning[0].value


def test_of_another_station_nothing_is_counted_or_offered(look: Callable[[Who], None]) -> None:
    look(who("somsri", "a"))
    page = opened(SCRIPT, {"station": "b"})
    assert "**0 คดี**" in told(page)  # not those of every station that is seen
    page.button(key="bar-clear").click().run()
    assert "**10 คดี**" in told(page)
    assert page.multiselect(key="bar-station").options == ["สภ.a"]


def test_a_view_is_kept_for_its_person_only(look: Callable[[Who], None]) -> None:
    page = opened(SCRIPT, {"period": "7", "group": "2"})
    unfold(page, saved.OPEN)
    page.text_input(key="bar-view-name").set_value("ลักทรัพย์ *สัปดาห์นี้*")
    page.button(key="bar-view-save").click().run()
    key = "bar-kept-ลักทรัพย์ *สัปดาห์นี้*"
    other = opened(SCRIPT, {})
    unfold(other, saved.OPEN)
    other.button(key=key).click().run()
    assert urlencode({name: other.query_params[name] for name in ("period", "group")}) == "period=7&group=2"
    look(who("somsri"))
    hers = opened(SCRIPT, {})
    unfold(hers, saved.OPEN)
    assert key not in [one.key for one in hers.button]


def test_what_narrows_further_is_told_and_made_when_it_is_opened(look: Callable[[Who], None]) -> None:
    page = opened(SCRIPT, {"group": "2", "found": "victim", "status": "-"})
    assert [one.key for one in page.multiselect] == ["bar-station"]
    assert page.caption[-1].value.replace("\\", "").startswith("กลุ่มคดี: กลุ่มที่ 2")
    unfold(page, more.OPEN)
    page.multiselect(key="bar-hour").set_value(["8"]).run()
    # A choice in it leaves it open: the next one is made there.
    page.multiselect(key="bar-offence").set_value(["theft"]).run()
    assert (page.query_params["hour"], page.query_params["offence"]) == ("8", "theft")
