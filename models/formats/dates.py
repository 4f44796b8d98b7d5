"""Dates and times as Thai stations write them, to milliseconds since 1970-01-01 UTC, and back to Thai.

Read: `30 มิ.ย.2565`, `25 ก.ย. 2564 | 12:09 น.`, `30/6/65 11.00 น.`, `2022-06-30T11:00:00+07:00`, `30 June 2022`,
spreadsheet serial numbers, epoch seconds and milliseconds; Thai digits anywhere. Day before month, unless the caller
knows that its file writes the month first (`models.imports.days`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from models.formats.problems import BAD_DATE, BAD_TIME, BAD_YEAR, BadValueError
from models.formats.text import clean, western_digits
from models.records.base import Millis

#: Years taken, Buddhist era; the same years of the common era are 543 less.
FIRST_YEAR, LAST_YEAR, ERA = 2550, 2600, 543

MONTHS_TH = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_LONG_TH = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
_LONG_EN = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTHS: dict[str, int] = {
    **{name.replace(".", ""): month for month, name in enumerate(MONTHS_TH, 1)},
    **{name: month for month, name in enumerate(_LONG_TH, 1)},
    **{name: month for month, name in enumerate(_LONG_EN, 1)},
    **{name[:3]: month for month, name in enumerate(_LONG_EN, 1)},
    "sept": 9,
}

_ERA_MARK = r"(?P<era>พ\.?ศ\.?|ค\.?ศ\.?|b\.?e\.?|c\.?e\.?|a\.?d\.?)?"
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?P<rest>(?!\d).*)")
_DAY_FIRST = re.compile(r"(?P<d>\d{1,2})([-/.])(?P<m>\d{1,2})\2(?P<y>\d{4}|\d{2})(?P<rest>(?!\d).*)")
_NAMED = re.compile(
    rf"(?:วันที่|วัน\S+ที่)? ?(?P<d>\d{{1,2}})[ \-/.]*(?P<name>[^\W\d_][^\d\s]*?)[ \-/.,]*{_ERA_MARK} ?"
    r"(?P<y>\d{4}|\d{2})(?P<rest>(?!\d).*)"
)
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?P<rest>(t\d.*)?)")
_TIME = re.compile(
    r"(?P<h>\d{1,2})(?:[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?)?"
    r" ?(?P<half>am|pm|a\.m\.|p\.m\.)? ?(?P<n>น\.?|นาฬิกา)? ?(?P<off>z|utc|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)
_LEAD = re.compile(r"^(?:[\s|,;t\-]|เวลา|ประมาณ|at\b)+")
_SERIAL = re.compile(r"\d{5,6}(\.\d+)?")
_EPOCH = re.compile(r"\d{10}|\d{13}")
_SERIAL_START = datetime(1899, 12, 30)


class Moment(NamedTuple):
    """A point in time as it was written. `whole_day`: only the date was given; `at` is then its first moment."""

    at: Millis
    whole_day: bool


class _Clock(NamedTuple):
    """A time of day; `hours` may be 24 (midnight at the end of the day). `offset` in minutes, None = local."""

    hours: int
    minutes: int
    seconds: int
    micros: int
    offset: int | None


def parse_moment(text: str, zone: tzinfo, month_first: bool = False) -> Moment:
    """Read a date with or without a time of day; without an offset it is local time of `zone`.

    `month_first`: `6/30/2022` is a date and `30/6/2022` is not. Years in front and named months are as always.

    Raises:
        BadValueError: not a date, not a time of day, or a year outside 2550-2600 B.E.
    """
    word = western_digits(clean(text)).casefold()
    if _EPOCH.fullmatch(word):
        return Moment(_checked_epoch(int(word) * (1000 if len(word) == 10 else 1)), whole_day=False)
    if _SERIAL.fullmatch(word):
        return _from_serial(float(word), zone)
    for pattern in (_YEAR_FIRST, _DAY_FIRST, _NAMED, _COMPACT):
        match = pattern.fullmatch(word)
        if match:
            return _from_match(match, zone, month_first and pattern is _DAY_FIRST)
    raise BadValueError(BAD_DATE)


def parse_day_and_time(day: str, time: str, zone: tzinfo, month_first: bool = False) -> Moment:
    """Read a date and a time of day that stand in two columns; an empty time means the whole day.

    Raises:
        BadValueError: as for `parse_moment`.
    """
    # A spreadsheet hands over a date cell with a midnight that nobody typed; the time column is what counts.
    only_day = re.sub(r"[ T]00:00(:00)?$", "", clean(day)) if time.strip() else day
    return parse_moment(f"{only_day} {time}".strip(), zone, month_first)


def day_end(start: Millis, zone: tzinfo) -> Millis:
    """The last millisecond of the local day that begins at `start`."""
    local = datetime.fromtimestamp(start / 1000, zone) + timedelta(days=1)
    return _millis(local.replace(hour=0, minute=0, second=0, microsecond=0)) - 1


def _from_match(match: re.Match[str], zone: tzinfo, swapped: bool = False) -> Moment:
    parts = match.groupdict()
    if swapped:
        parts["d"], parts["m"] = parts["m"], parts["d"]
    month = _MONTHS.get(parts["name"].replace(".", "")) if "name" in parts else int(parts["m"])
    if month is None:
        raise BadValueError(BAD_DATE)
    year = _common_year(parts["y"], parts.get("era") or "")
    clock = _clock(parts["rest"] or "")
    hours, minutes, seconds, micros, offset = clock or _Clock(0, 0, 0, 0, None)
    try:
        day = datetime(year, month, int(parts["d"]))
    except ValueError:
        raise BadValueError(BAD_DATE) from None
    wall = day + timedelta(days=hours // 24, hours=hours % 24, minutes=minutes, seconds=seconds, microseconds=micros)
    if offset is not None:
        return Moment(_millis(wall.replace(tzinfo=UTC)) - offset * 60_000, whole_day=False)
    return Moment(_millis(wall.replace(tzinfo=zone)), whole_day=clock is None)


def _common_year(digits: str, era: str) -> int:
    """The year of the common era. Two digits: 50-99 is B.E., as Thai forms mean it; 07-49 is C.E."""
    year = int(digits)
    buddhist = era[:1] in ("พ", "b")
    common = era[:1] in ("ค", "c", "a")
    if len(digits) == 2:
        buddhist = buddhist or (not common and year >= FIRST_YEAR % 100)
        year += 2500 if buddhist else 2000
    if not common and FIRST_YEAR <= year <= LAST_YEAR:
        return year - ERA
    if not buddhist and FIRST_YEAR - ERA <= year <= LAST_YEAR - ERA:
        return year
    raise BadValueError(BAD_YEAR)


def _clock(rest: str) -> _Clock | None:
    """The time of day in what follows a date; None when nothing follows."""
    word = _LEAD.sub("", rest).strip()
    if not word:
        return None
    match = _TIME.fullmatch(word)
    if match is None or (match["m"] is None and not match["n"] and not match["half"]):
        raise BadValueError(BAD_TIME)
    hours, minutes, seconds = int(match["h"]), int(match["m"] or 0), int(match["s"] or 0)
    if match["half"]:
        if not 1 <= hours <= 12:
            raise BadValueError(BAD_TIME)
        hours = hours % 12 + (12 if match["half"].startswith("p") else 0)
    if hours > 24 or minutes > 59 or seconds > 59 or (hours == 24 and (minutes or seconds)):
        raise BadValueError(BAD_TIME)
    micros = int((match["f"] or "0").ljust(6, "0")[:6])
    return _Clock(hours, minutes, seconds, micros, _offset(match["off"]))


def _offset(word: str | None) -> int | None:
    if word is None:
        return None
    if word in ("z", "utc"):
        return 0
    digits = word[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes > 14 * 60:
        raise BadValueError(BAD_TIME)
    return -minutes if word[0] == "-" else minutes


def _from_serial(serial: float, zone: tzinfo) -> Moment:
    """A spreadsheet's day number. One typed with a B.E. year is a date about 543 years on: read as B.E."""
    wall = _SERIAL_START + timedelta(seconds=round(serial * 86_400))
    try:
        wall = wall.replace(year=_common_year(str(wall.year), ""), tzinfo=zone)
    except BadValueError:
        raise
    except ValueError:
        raise BadValueError(BAD_DATE) from None  # 29 February of a year that has none
    return Moment(_millis(wall), whole_day=serial == int(serial))


def _checked_epoch(at: Millis) -> Millis:
    year = datetime.fromtimestamp(at / 1000, UTC).year + ERA
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadValueError(BAD_YEAR)
    return at


def _millis(moment: datetime) -> Millis:
    return round(moment.timestamp() * 1000)


def thai_date(at: Millis, zone: tzinfo) -> str:
    """The local date in the Buddhist era, such as `30 มิ.ย. 2565`."""
    local = datetime.fromtimestamp(at / 1000, zone)
    return f"{local.day} {MONTHS_TH[local.month - 1]} {local.year + ERA}"
