"""The incidents' views: every one of them counts the same cases, and a click in one is one way there and back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.incidents.days import calendar_html, trend_html
from dashboard.incidents.drawn import chips_html, hours_html, no_place_html, offence_name, offences_html
from dashboard.incidents.listed import page_html, record_path
from dashboard.incidents.narrowing import narrowed, period_of
from dashboard.incidents.routes import box_of, hexagons_told, points_told, zoom_of
from dashboard.incidents.views import chips, parts_of, query_of
from models.incidents.answer import Answer, Days, Hexagon, Hexagons, Point
from models.incidents.filter import NO_HOUR, Filter
from models.incidents.periods import days_span
from models.records.incident import Incident

BANGKOK = ZoneInfo("Asia/Bangkok")
EPOCH = date(1970, 1, 1)
HOSTILE = '"><script>alert(1)</script>'


def span(first: date, last: date) -> Filter:
    start, end = days_span(first, last, BANGKOK)
    return Filter("days", start, end)


def answer_of(first: date, last: date, n: int, seed: int = 1) -> Answer:
    """An answer as the columns would give it, of random cases."""
    dice = Random(seed)
    days: dict[int, int] = {}
    months: dict[int, int] = {}
    hours = [[0] * 24 for _ in range(7)]
    offences: dict[tuple[str, int], int] = {}
    groups: dict[int, int] = {}
    no_hour = 0
    for _ in range(n):
        day = first + timedelta(days=dice.randrange((last - first).days + 1))
        days[(day - EPOCH).days] = days.get((day - EPOCH).days, 0) + 1
        month = (day.replace(day=1) - EPOCH).days
        months[month] = months.get(month, 0) + 1
        if dice.random() < 0.1:
            no_hour += 1
        else:
            hours[day.weekday()][dice.randrange(24)] += 1
        kind = dice.choice([("theft", 2), ("murder", 1), (HOSTILE, 0), *((f"x{i}", 0) for i in range(15))])
        offences[kind] = offences.get(kind, 0) + 1
        groups[kind[1]] = groups.get(kind[1], 0) + 1
    ranked = sorted(((*kind, n) for kind, n in offences.items()), key=lambda one: -one[2])
    return Answer(
        1, 5, n, n // 7, no_hour, 0, Days.of(sorted(days.items())), sorted(months.items()), hours, ranked, groups
    )  # fmt: skip


def parsed(html: str) -> ElementTree.Element:
    """What our own page wrote, which is well-formed."""
    return ElementTree.fromstring(f"<div>{html}</div>")  # noqa: S314 - of our own making


def counted(html: str, part: str = "") -> int:
    """The sum of what the elements say they count; `part`: of the buttons that narrow by it alone."""
    found = [one for one in parsed(html).iter() if one.get("data-n") and part in ("", one.get("data-narrow"))]
    return sum(int(str(one.get("data-n"))) for one in found)


@pytest.mark.parametrize("last", [date(2026, 1, 31), date(2026, 12, 31), date(2029, 3, 15)])
@pytest.mark.parametrize("language", ["th", "en"])
def test_every_view_counts_every_case_once(last: date, language: str) -> None:
    first = date(2026, 1, 1)
    answer = answer_of(first, last, 2_000)
    chosen = span(first, last)
    parts = parts_of(answer, chosen, BANGKOK, language, None)  # type: ignore[arg-type]
    sums = {name: counted(parts[name]) for name in ("hours", "offences", "calendar", "trend")}
    assert sums == dict.fromkeys(sums, 2_000)
    assert counted(parts["no_place"]) == answer.no_place
    groups = [int(one.replace(",", "")) for one in re.findall(r"</em> ([\d,]+)", parts["offences"])]
    assert sum(groups) == 2_000
    assert "<script>" not in "".join(parts.values())


def test_the_calendar_has_a_cell_for_each_day_or_month_and_a_bar_for_each_unit() -> None:
    def cells(html: str) -> int:
        return sum(one.get("data-narrow") == "span" for one in parsed(html).iter())

    first = date(2026, 1, 1)
    for last, days, bars in (
        (date(2026, 1, 31), 31, 31), (date(2026, 12, 31), 365, 53), (date(2028, 12, 31), 36, 36),
    ):  # fmt: skip
        answer = answer_of(first, last, 50)
        assert cells(calendar_html(answer, first, last, False, "th")) == days
        assert cells(trend_html(answer, first, last, "th")) == bars


def click(chosen: Filter, html: str, part: str, at: int = 0) -> Filter:
    """The filter after a click on the n-th button of a part."""
    buttons = [one for one in parsed(html).iter("button") if one.get("data-narrow") == part]
    return narrowed(chosen, part, str(buttons[at].get("data-value")), BANGKOK, period_of(chosen))


def test_a_click_in_any_view_narrows_and_the_same_click_takes_it_back() -> None:
    first, last = date(2026, 1, 1), date(2026, 1, 31)
    answer, chosen = answer_of(first, last, 500), replace(span(first, last), period="28")
    drawn = {
        "cell": hours_html(answer, chosen, "th"), "hour": hours_html(answer, chosen, "th"),
        "weekday": hours_html(answer, chosen, "th"), "offence": offences_html(answer, chosen, "th"),
        "group": offences_html(answer, chosen, "th"), "place": no_place_html(answer, chosen, "th"),
        "span": calendar_html(answer, first, last, False, "th"),
    }  # fmt: skip
    listed = page_html([row("1", offence_group=2, status=HOSTILE)], 1, 0, "-time", {}, BANGKOK, "th")
    for part in ("offence", "group", "station", "place", "found", "arrested", "status", "source"):
        once = click(chosen, listed, part)
        assert once != chosen, part
        [value] = [
            str(one.get("data-value")) for one in parsed(listed).iter("button") if one.get("data-narrow") == part
        ]
        assert narrowed(once, part, value, BANGKOK) == chosen, part
    for part, html in drawn.items():
        once = click(chosen, html, part, 1 if part != "place" else 0)
        assert once != chosen, part
        again = narrowed(once, part, _value(html, part), BANGKOK, period_of(chosen))
        assert again == chosen, part
    unsure = click(chosen, drawn["hour"], "hour", -1)
    assert unsure.hours == frozenset({NO_HOUR})
    cell = narrowed(chosen, "cell", "4:18", BANGKOK)
    assert (cell.weekdays, cell.hours) == (frozenset({4}), frozenset({18}))


def _value(html: str, part: str) -> str:
    buttons = [one for one in parsed(html).iter("button") if one.get("data-narrow") == part]
    return str(buttons[1 if part != "place" else 0].get("data-value"))


def test_each_narrowing_has_a_chip_that_takes_back_it_alone() -> None:
    usual = replace(span(date(2026, 1, 1), date(2026, 1, 31)), period="28")
    chosen = usual
    clicks = [("cell", "4:18"), ("offence", "theft"), ("place", "none"), ("group", "2")]
    clicks += [("area", "[[104.7,16.5],[104.8,16.5],[104.8,16.6]]"), ("span", "2026-01-05~2026-01-11")]
    for part, value in clicks:
        chosen = narrowed(chosen, part, value, BANGKOK, period_of(usual))
    found = chips(chosen, BANGKOK, "th", period_of(usual))
    assert [part for part, _ in found] == ["span", "hour", "weekday", "group", "offence", "place", "area"]
    assert dict(found)["offence"] == "ฐานความผิด: ลักทรัพย์"
    for part, _ in found:
        less = narrowed(chosen, "clear", part, BANGKOK, period_of(usual))
        assert {one for one, _ in chips(less, BANGKOK, "th", period_of(usual))} == {one for one, _ in found} - {part}
    assert narrowed(chosen, "clear", "all", BANGKOK, period_of(usual)) == usual
    assert counted(chips_html(found, "th")) == 0
    assert chips_html([], "th") == ""


@given(
    st.sampled_from(
        ["clear", "span", "cell", "area", "hour", "weekday", "group", "place", "found", "arrested", "station",
         "status", "source", "offence", "x"]
    ),
    st.text(max_size=40),
)  # fmt: skip
def test_a_browser_may_send_anything(part: str, value: str) -> None:
    chosen = span(date(2026, 1, 1), date(2026, 1, 31))
    try:
        found = narrowed(chosen, part, value, BANGKOK)
    except ValueError:
        return
    assert isinstance(found, Filter)
    assert query_of(found, BANGKOK)


def test_a_station_that_is_clicked_lets_go_of_a_zone_of_another() -> None:
    chosen = replace(span(date(2026, 1, 1), date(2026, 1, 31)), zone="hat_yai/z1")
    assert narrowed(chosen, "station", "hat_yai", BANGKOK).zone == "hat_yai/z1"
    other = narrowed(chosen, "station", "lumphini", BANGKOK)
    assert (other.stations, other.zone) == (frozenset({"lumphini"}), None)


def row(name: str, **more: object) -> Incident:
    base = {
        "station": "hat_yai",
        "source": "file",
        "id": name,
        "occurred_from": 1_767_225_600_000,
        "offence": "theft",
    }
    return Incident.model_validate(base | {"received_at": 1} | more)


def test_the_list_names_its_order_and_each_row_leads_to_its_record() -> None:
    rows = [
        row("1/69 ก", offence_group=2),
        row(HOSTILE, offence=HOSTILE, status=HOSTILE, occurred_to=1_767_229_200_000),
    ]
    html = page_html(rows, 26, 0, "-time", {"hat_yai": HOSTILE}, BANGKOK, "th")
    root = parsed(html)
    links = [one.get("href") for one in root.iter("a")]
    assert links == [record_path("hat_yai", "file", one.id) for one in rows]
    assert "%2F69" in str(links[0])
    heads = {one.get("aria-sort"): one.find("button") for one in root.iter("th") if one.get("aria-sort") != "none"}
    assert str(heads["descending"].get("data-sort")) == "time"  # type: ignore[union-attr]
    leaf = [(one.get("data-page"), one.get("disabled")) for one in root.iter("button") if one.get("data-page")]
    assert leaf == [("-1", ""), ("1", None)]
    assert "1 ม.ค. 2569 07:00 - 1 ม.ค. 2569 08:00" in "".join(root.itertext())
    assert "<script>" not in html
    assert "ไม่มีเหตุตามที่เลือก" in page_html([], 0, 0, "-time", {}, BANGKOK, "th")


def test_the_map_is_told_each_case_once_and_names_once() -> None:
    points = [Point("a", "f", str(n), 16.5, 104.7, 2, "theft", n, None, True) for n in range(3)]
    told = points_told(points, "th")
    assert told["offences"] == ["ลักทรัพย์"]
    assert [one[-1] for one in told["rows"]] == ["0", "1", "2"]
    cells = Hexagons(0.1, [Hexagon(16.5, 104.7, 5, (1, 1, 3, 0, 0)), Hexagon(16.6, 104.7, 2, (2, 0, 0, 0, 0))])
    assert hexagons_told(cells)["n"] == 7
    assert box_of("") is None
    assert box_of("1,2,3,4") == (1, 2, 3, 4)
    assert box_of("-400,-100,1e300,91") == (-180, -90, 180, 90)
    assert [zoom_of("9.5"), zoom_of("99")] == [9.5, 20.0]
    for bad in ("nan", "inf", "x"):
        with pytest.raises(ValueError, match=r".*"):
            zoom_of(bad)
    for bad in ("1,2,3", "3,2,1,4", "a,b,c,d", "nan,nan,nan,nan", "-inf,1,2,inf"):
        with pytest.raises(ValueError, match=r".*"):
            box_of(bad)


def test_an_offence_is_told_in_the_readers_language_and_a_strange_one_as_it_came() -> None:
    assert [offence_name("theft", "th"), offence_name("theft", "en")] == ["ลักทรัพย์", "Theft"]
    assert offence_name("damage_property", "th") == "ทำให้เสียทรัพย์"
    assert offence_name("Mischief", "th") == "Mischief"
    assert offence_name("", "en") == "not known"
    assert datetime.fromtimestamp(0, UTC).date() == EPOCH
