"""The filter's address: what is written is read again, and no address, however made, gives anything but a filter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.formats.problems import BadValueError
from models.incidents.address import PARTS, Known, area_of, read, token, write
from models.incidents.address_parts import MOST_LENGTH
from models.incidents.collation import thai_key
from models.incidents.filter import ARRESTED, Filter, toggled
from models.incidents.periods import QUICK, days_of, days_span, period_span, typed_day, year_before
from models.records.incident import FOUND_BY, PLACE_QUALITIES

BANGKOK = ZoneInfo("Asia/Bangkok")
#: 22 November 2026, 09:30 in Bangkok.
NOW = int(datetime(2026, 11, 22, 2, 30, tzinfo=UTC).timestamp() * 1000)
NAMES = ("theft", "ลักทรัพย์ของ นาย ก.", "Breaking & entering", "x.y~z", "")
KNOWN = Known(NOW, BANGKOK, (0, 8, 16), ("a", "b"), ("a/z1", "b/z.2"), NAMES)

corner = st.tuples(
    st.floats(100, 106).map(lambda one: round(one, 5)), st.floats(5, 20).map(lambda one: round(one, 5))
)


def part(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | st.frozensets(values, min_size=1, max_size=8)


filters = st.builds(
    Filter,
    period=st.sampled_from(QUICK),
    start=st.just(0), end=st.just(0),
    back=st.booleans(),
    hours=part(st.integers(-1, 23)), weekdays=part(st.integers(0, 6)), stations=part(st.sampled_from("ab")),
    zone=st.none() | st.sampled_from(["a/z1", "b/z.2"]),
    area=st.none() | st.lists(corner, min_size=3, max_size=64, unique=True).map(tuple),
    groups=part(st.integers(0, 4)), offences=part(st.sampled_from(NAMES)), statuses=part(st.sampled_from(NAMES)),
    found_by=part(st.sampled_from(FOUND_BY)), sources=part(st.sampled_from(NAMES)),
    qualities=part(st.sampled_from(PLACE_QUALITIES)), arrested=part(st.sampled_from(ARRESTED)),
)  # fmt: skip


@given(filters)
def test_what_is_written_is_read_again(chosen: Filter) -> None:
    start, end = period_span(chosen.period, NOW, BANGKOK, (0, 8, 16), back=chosen.back)
    chosen = replace(chosen, start=start, end=end)
    said = write(chosen, BANGKOK)
    assert read(said, KNOWN) == (chosen, [])
    assert set(said) <= set(PARTS)
    assert all(value.isascii() for name, value in said.items() if name != "zone")


@given(st.dates(date(2007, 1, 1), date(2057, 1, 1)), st.integers(0, 900))
def test_typed_days_come_back(first: date, more: int) -> None:
    last = min(date.fromordinal(first.toordinal() + more), date(2057, 12, 31))
    found, bad = read({"period": "days", "from": first.isoformat(), "to": last.isoformat()}, KNOWN)
    assert (days_of(found.start, found.end, BANGKOK), bad) == ((first, last), [])
    assert read(write(found, BANGKOK), KNOWN) == (found, [])


@given(st.dictionaries(st.sampled_from([*PARTS, "other"]), st.text(max_size=40)))
def test_no_address_gives_anything_but_a_filter(params: dict[str, str]) -> None:
    found, bad = read(params, KNOWN)
    assert found.start < found.end
    assert set(bad) <= set(PARTS)
    assert read(write(found, BANGKOK), KNOWN)[0] == found


@pytest.mark.parametrize(
    ("params", "bad"),
    [
        ({"v": "2"}, ["v"]),
        ({"period": "1' OR 1=1"}, ["period"]),
        ({"period": "days", "from": "2026-13-01", "to": "2026-01-01"}, ["from"]),
        ({"period": "days", "from": "2026-02-01", "to": "2026-01-01"}, ["to"]),
        ({"period": "days"}, ["from", "to"]),
        ({"hour": "24"}, ["hour"]),
        ({"hour": ".".join(str(one) for one in range(401))}, ["hour"]),
        ({"station": "elsewhere"}, ["station"]),
        ({"zone": "a/other"}, ["zone"]),
        ({"group": "2.5"}, ["group"]),
        ({"offence": "~0123456789"}, ["offence"]),
        ({"status": "<script>alert(1)</script>"}, ["status"]),
        ({"source": "x" * (MOST_LENGTH + 1)}, ["source"]),
        ({"area": "104,16~105,16"}, ["area"]),
        ({"area": "nan,16~105,16~104,17"}, ["area"]),
        ({"area": "~".join(["104.1,16.1"] * 65)}, ["area"]),
    ],
)
def test_what_is_not_understood_is_named_and_the_rest_holds(params: dict[str, str], bad: list[str]) -> None:
    found, told = read({"group": "2", "wd": "0.6"} | params, KNOWN)
    assert told == bad
    assert found.weekdays == frozenset({0, 6})


@pytest.mark.parametrize(
    ("params", "part", "left"),
    [
        ({"station": "zzz"}, "stations", frozenset()),
        ({"station": "a.zzz"}, "stations", frozenset({"a"})),
        ({"zone": "a/gone"}, "zone", "a/gone"),
        ({"zone": "<b>"}, "zone", "-/-"),
        ({"group": "2.99"}, "groups", frozenset({2})),
        ({"offence": "~0123456789"}, "offences", frozenset()),
        ({"hour": "99"}, "hours", frozenset()),
        ({"area": "1,2~3"}, "area", ()),
    ],
)
def test_what_is_not_understood_never_widens(params: dict[str, str], part: str, left: object) -> None:
    found, bad = read(params, KNOWN)
    assert getattr(found, part) == left
    assert bad == list(params)
    assert getattr(read(write(found, BANGKOK), KNOWN)[0], part) == left


def test_many_stations_and_a_status_called_all_are_no_word_for_everything() -> None:
    codes = [f"station_of_a_long_name_{number:03d}" for number in range(69)]
    known = replace(KNOWN, stations=[*codes, "one_more"], names=("all",))
    chosen = replace(read({}, known)[0], stations=frozenset(codes), statuses=frozenset({"all"}))
    assert read(write(chosen, BANGKOK), known) == (chosen, [])


def test_an_address_of_before_still_holds() -> None:
    found, bad = read({"period": "30", "station": "a", "zone": "all", "group": "0"}, KNOWN)
    assert (found.period, found.stations, found.zone, found.groups) == ("30", frozenset({"a"}), None, frozenset({0}))
    assert bad == []
    assert read({"period": "last_year"}, KNOWN)[0].back


def test_words_of_people_stand_in_no_address() -> None:
    assert token("theft") == "theft"
    assert token("ลักทรัพย์ของ นาย ก.") == token("ลักทรัพย์ของ นาย ก.")
    assert len(token("ลักทรัพย์ของ นาย ก.")) == 11


def local(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, BANGKOK).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("period", "back", "start", "end"),
    [
        ("shift", False, "2026-11-22 08:00", "2026-11-22 16:00"),
        ("24h", False, "2026-11-21 09:30", "2026-11-22 09:30"),
        ("7", False, "2026-11-16 00:00", "2026-11-23 00:00"),
        ("28", True, "2025-10-26 00:00", "2025-11-23 00:00"),
        ("month", False, "2026-11-01 00:00", "2026-11-23 00:00"),
        ("fiscal", False, "2026-10-01 00:00", "2026-11-23 00:00"),
        ("fiscal", True, "2025-10-01 00:00", "2025-11-23 00:00"),
        ("24h", True, "2025-11-21 09:30", "2025-11-22 09:30"),
        ("shift", True, "2025-11-22 08:00", "2025-11-22 16:00"),
    ],
)
def test_quick_periods(period: str, back: bool, start: str, end: str) -> None:
    found = period_span(period, NOW, BANGKOK, (0, 8, 16), back=back)
    assert tuple(map(local, found)) == (start, end)


@pytest.mark.parametrize(
    ("hour", "start", "end"),
    [(23, "2026-11-22 22:00", "2026-11-23 06:00"), (3, "2026-11-21 22:00", "2026-11-22 06:00")],
)
def test_a_shift_over_midnight(hour: int, start: str, end: str) -> None:
    at = int(datetime(2026, 11, 22, hour, tzinfo=BANGKOK).timestamp() * 1000)
    assert tuple(map(local, period_span("shift", at, BANGKOK, (6, 14, 22)))) == (start, end)


@pytest.mark.parametrize(
    ("first", "last", "start", "end"),
    [
        (date(2024, 2, 1), date(2024, 2, 28), "2023-02-01 00:00", "2023-03-01 00:00"),
        (date(2024, 2, 1), date(2024, 2, 29), "2023-02-01 00:00", "2023-03-01 00:00"),
        (date(2024, 2, 29), date(2024, 3, 1), "2023-02-28 00:00", "2023-03-02 00:00"),
    ],
)
def test_the_year_before_of_days_in_february(first: date, last: date, start: str, end: str) -> None:
    assert tuple(map(local, year_before(days_span(first, last, BANGKOK), BANGKOK))) == (start, end)


@pytest.mark.parametrize("period", ["shift", "24h"])
@pytest.mark.parametrize(("day", "hour"), [(28, 23), (29, 3), (29, 12)])
def test_hours_of_the_29_february_are_as_many_a_year_before(period: str, day: int, hour: int) -> None:
    at = int(datetime(2028, 2, day, hour, tzinfo=BANGKOK).timestamp() * 1000)
    (start, end), (first, last) = (period_span(period, at, BANGKOK, (6, 14, 22), back=back) for back in (False, True))
    assert last - first == end - start
    assert local(first)[:4] == "2027"


@pytest.mark.parametrize("text", ["21 พ.ย. 2569", "21/11/69", "๒๑/๑๑/๒๕๖๙", "2026-11-21", "21 Nov 2026"])
def test_days_as_people_type_them(text: str) -> None:
    assert typed_day(text, BANGKOK) == date(2026, 11, 21)


@pytest.mark.parametrize("text", ["", "เมื่อวาน", "31/2/2569", "21/11/1969", "1" * 41])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(BadValueError):
        typed_day(text, BANGKOK)


def test_a_drawn_area_is_closed_by_itself_and_bounded() -> None:
    ring = [(104.0, 16.0), (105.0, 16.0), (104.0, 17.0)]
    assert area_of([*ring, ring[0]]) == tuple(ring)
    for bad in (ring[:2], [(104.0, 16.0)] * 4, [(200.0, 16.0), *ring], [(float("nan"), 16.0), *ring], ring * 30):
        with pytest.raises(ValueError, match="corner"):
            area_of(bad)


def test_a_click_takes_one_value_and_the_same_again_all() -> None:
    assert toggled(None, "a") == frozenset({"a"})
    assert toggled(frozenset({"a"}), "a") is None
    assert toggled(frozenset({"a", "b"}), "a") == frozenset({"a"})


def test_words_stand_in_the_order_of_a_thai_dictionary() -> None:
    # The Royal Institute's order: consonant before its leading vowel, tone marks last of all.
    right = ["กก", "กา", "ก้า", "กาง", "เก", "เก่ง", "ขา", "ข่า", "ข้า", "คน", "โคน", "ใจ", "ฉ้อโกง", "ชิงทรัพย์", "ทำร้าย",
             "โทษ", "ปล้นทรัพย์", "ยักยอก", "ลักทรัพย์", "วิ่งราว", "หมา", "เหมา", "อนาจาร", "ฮา"]  # fmt: skip
    assert sorted(set(right), key=thai_key) == right
    # As ICU has it (`new Intl.Collator("th")` of Node 20): digits, Thai, Latin; blanks and punctuation pass by.
    as_icu = [
        "1", "10", "๑๐ ปี", "1 ปี", "(กก)", "กก-กา", "กกา", "ลักทรัพย์", "ลักทรัพย์ (รถ)", "ลักทรัพย์รถ", "ลักเล็ก",
        "area", "Area", "arson", "Theft",
    ]  # fmt: skip
    assert sorted(sorted(as_icu, key=len), key=thai_key) == as_icu
