"""Dates as stations write them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.formats.dates import day_end, parse_day_and_time, parse_moment, thai_date
from models.formats.problems import BadValueError

BANGKOK = ZoneInfo("Asia/Bangkok")
VANCOUVER = ZoneInfo("America/Vancouver")


def local(*parts: int, zone: ZoneInfo = BANGKOK) -> int:
    return int(datetime(*parts, tzinfo=zone).timestamp() * 1000)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("25 ก.ย. 2564 | 12:09 น.", local(2021, 9, 25, 12, 9)),
        ("๒๕ ก.ย. ๒๕๖๔ | ๑๒:๐๙ น.", local(2021, 9, 25, 12, 9)),
        ("30 มิ.ย.2565 11.00 น.", local(2022, 6, 30, 11, 0)),
        ("30 มิถุนายน พ.ศ. 2565 เวลา 11.00 น.", local(2022, 6, 30, 11, 0)),
        ("วันที่ 30 มิถุนายน 2565 เวลาประมาณ 11 น.", local(2022, 6, 30, 11, 0)),
        ("30 มิย 65 23:59", local(2022, 6, 30, 23, 59)),
        ("30/06/2565 11:00:05", local(2022, 6, 30, 11, 0, 5)),
        ("30/6/65 11.00", local(2022, 6, 30, 11, 0)),
        ("30-06-2022 11:00", local(2022, 6, 30, 11, 0)),
        ("30.06.2022 11.00", local(2022, 6, 30, 11, 0)),
        ("30/06/22 11:00", local(2022, 6, 30, 11, 0)),
        ("2022-06-30T11:00:00", local(2022, 6, 30, 11, 0)),
        ("2565-06-30 11:00", local(2022, 6, 30, 11, 0)),
        ("2022/06/30 11:00", local(2022, 6, 30, 11, 0)),
        ("2022-06-30T11:00:00.250Z", local(2022, 6, 30, 18, 0) + 250),
        ("2022-06-30T11:00:00+07:00", local(2022, 6, 30, 11, 0)),
        ("2022-06-30T11:00:00+0000", local(2022, 6, 30, 18, 0)),
        ("2022-06-30 00:00-05:30", local(2022, 6, 30, 12, 30)),
        ("20220630T11:00", local(2022, 6, 30, 11, 0)),
        ("30 June 2022 3:15 PM", local(2022, 6, 30, 15, 15)),
        ("30 Jun 2022, 12:15 am", local(2022, 6, 30, 0, 15)),
        ("30 มิ.ย. 2565 24.00 น.", local(2022, 7, 1)),
        ("29/02/2567 08:00", local(2024, 2, 29, 8)),
        ("44742.5", local(2022, 6, 30, 12)),
        ("1656561600", 1_656_561_600_000),
        ("1656561600123", 1_656_561_600_123),
        ("  30 มิ.ย.\u200b 2565\u00a011:00 น. ", local(2022, 6, 30, 11, 0)),
    ],
)
def test_a_moment_is_read(text: str, at: int) -> None:
    assert parse_moment(text, BANGKOK) == (at, False)


@pytest.mark.parametrize(
    "text", ["30 มิ.ย.2565", "30/06/2565", "30/6/65", "2022-06-30", "2565-06-30", "44742", "๓๐ มิ.ย. ๖๕", "20220630"]
)
def test_a_date_alone_is_a_whole_day(text: str) -> None:
    moment = parse_moment(text, BANGKOK)
    assert moment == (local(2022, 6, 30), True)
    assert day_end(moment.at, BANGKOK) == local(2022, 7, 1) - 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_date"),
        ("soon", "bad_date"),
        ("31/02/2565", "bad_date"),
        ("29/02/2566", "bad_date"),
        ("12/31/2022", "bad_date"),
        ("30 Foo 2565", "bad_date"),
        ("00/06/2565", "bad_date"),
        ("1/1/20225", "bad_date"),
        ("30/06/2549", "bad_year"),
        ("30/06/2601", "bad_year"),
        ("30/06/2006", "bad_year"),
        ("30/06/2058", "bad_year"),
        ("30/06/00", "bad_year"),
        ("30/06/06", "bad_year"),
        ("1970-01-01", "bad_year"),
        ("1000000000", "bad_year"),
        ("99999", "bad_year"),
        ("30 มิ.ย. ค.ศ. 2565", "bad_year"),
        ("30/06/2565 25:00", "bad_time"),
        ("30/06/2565 12:60", "bad_time"),
        ("30/06/2565 24:01", "bad_time"),
        ("30/06/2565 13:00 pm", "bad_time"),
        ("30/06/2565 noon", "bad_time"),
        ("30/06/2565 11", "bad_time"),
        ("2022-06-30T11:00+15:00", "bad_time"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, code: str) -> None:
    with pytest.raises(BadValueError) as caught:
        parse_moment(text, BANGKOK)
    assert caught.value.problem.code == code


@pytest.mark.parametrize(("year", "common"), [("50", 2007), ("65", 2022), ("99", 2056), ("07", 2007), ("49", 2049)])
def test_two_digit_years(year: str, common: int) -> None:
    assert parse_moment(f"1/2/{year} 00:00", BANGKOK).at == local(common, 2, 1)


def test_a_serial_typed_with_a_buddhist_year() -> None:
    # A spreadsheet takes 30/06/2565 for the common era: 543 years on.
    serial = (datetime(2565, 6, 30) - datetime(1899, 12, 30)).days
    assert parse_moment(str(serial), BANGKOK) == (local(2022, 6, 30), True)


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        ("30 มิ.ย. 2565", "11.00 น.", (local(2022, 6, 30, 11), False)),
        ("2022-06-30 00:00:00", "11:00:00", (local(2022, 6, 30, 11), False)),
        ("30/06/2565", "", (local(2022, 6, 30), True)),
    ],
)
def test_date_and_time_in_two_columns(day: str, time: str, expected: tuple[int, bool]) -> None:
    assert parse_day_and_time(day, time, BANGKOK) == expected


def test_the_zone_is_an_argument() -> None:
    assert parse_moment("2021-07-01 10:00", VANCOUVER).at == local(2021, 7, 1, 10, zone=VANCOUVER)


def test_written_in_thai() -> None:
    assert thai_date(local(2022, 6, 30, 23, 59), BANGKOK) == "30 มิ.ย. 2565"


@given(st.datetimes(datetime(2007, 1, 2), datetime(2057, 12, 30), timezones=st.just(UTC)))
def test_what_is_written_is_read_back(moment: datetime) -> None:
    at = int(moment.timestamp()) // 60 * 60_000
    written = f"{thai_date(at, BANGKOK)} {moment.astimezone(BANGKOK):%H:%M} น."
    assert parse_moment(written, BANGKOK) == (at, False)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadValueError):
        assert parse_moment(text, BANGKOK).at > 0
