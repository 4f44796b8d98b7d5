"""Periods of the filter: quick choices and typed days, as moments of the local clock. Pure.

shift                        the running shift, whole
24h                          to the end of the running minute
7 28 30 90 365 1095          that many days, today the last
month fiscal                 from their first day to the end of today (the fiscal year begins on 1 October)
days                         two days typed
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.formats.dates import FIRST_YEAR, LAST_YEAR, parse_moment
from models.formats.problems import BAD_DATE, BadValueError
from models.records.base import Millis
from models.thai_time import BUDDHIST_ERA

#: Quick choices as the bar offers them. Typed days follow.
QUICK = ("shift", "24h", "7", "28", "month", "fiscal", "90", "365", "1095")
DAYS = "days"

#: What older addresses may say; understood, not offered.
OLD = ("30",)
YEAR_AGO = "last_year"  # the usual choice, a year before
USUAL = "28"

#: The first month of a fiscal year.
FISCAL_MONTH = 10

_MINUTE_MS = 60_000

FIRST_DAY, LAST_DAY = date(FIRST_YEAR - BUDDHIST_ERA, 1, 1), date(LAST_YEAR - BUDDHIST_ERA, 12, 31)

Span = tuple[Millis, Millis]


def period_span(period: str, now: Millis, zone: ZoneInfo, shifts: Sequence[int], *, back: bool = False) -> Span:
    """`[start, end)` of a quick choice at a moment; `back`: of the same days a year before.

    Raises:
        ValueError: no such choice.
    """
    here = datetime.fromtimestamp(now / 1000, zone)
    today = here.date()
    if period == "24h":
        end = -(-now // _MINUTE_MS) * _MINUTE_MS
        found = (end - 24 * 60 * _MINUTE_MS, end)
    elif period == "shift":
        found = _shift(here, zone, shifts)
    elif period == "month":
        found = days_span(today.replace(day=1), today, zone)
    elif period == "fiscal":
        year = today.year if today.month >= FISCAL_MONTH else today.year - 1
        found = days_span(date(year, FISCAL_MONTH, 1), today, zone)
    elif period in (*QUICK, *OLD):
        found = days_span(today - timedelta(days=int(period) - 1), today, zone)
    else:
        raise ValueError(period)
    return year_before(found, zone) if back else found


def days_span(first: date, last: date, zone: ZoneInfo) -> Span:
    """From the start of the first day to the end of the last."""
    return _midnight(first, zone), _midnight(last + timedelta(days=1), zone)


def days_of(start: Millis, end: Millis, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last day that a span touches."""
    first, last = (datetime.fromtimestamp(at / 1000, zone).date() for at in (start, max(start, end - 1)))
    return first, last


def year_before(span: Span, zone: ZoneInfo) -> Span:
    """The same days a year before, their first and their last; of hours the same begin and as many. A 29 February is
    then the 28th."""
    start, end = span
    first, after = (datetime.fromtimestamp(at / 1000, zone) for at in span)
    if first.time() == after.time() == time(0):
        last = after - timedelta(days=1)
        return days_span(_earlier(first).date(), _earlier(last).date(), zone)
    begun = _millis(_earlier(first))
    return begun, begun + end - start


def typed_day(text: str, zone: ZoneInfo) -> date:
    """A day as people write it: Buddhist or common era, Thai or western digits, `21 พ.ย. 2569`, `21/11/69`.

    Raises:
        BadValueError: not a day, or a year outside 2550-2600.
    """
    if len(text) > 40:
        raise BadValueError(BAD_DATE)
    return datetime.fromtimestamp(parse_moment(text, zone).at / 1000, zone).date()


def shift_now(here: datetime, shifts: Sequence[int]) -> int:
    """Which of the shifts, by the hours they begin at, holds a local time."""
    before = [number for number, hour in enumerate(shifts) if hour <= here.hour]
    return before[-1] if before else len(shifts) - 1


def _shift(here: datetime, zone: ZoneInfo, shifts: Sequence[int]) -> Span:
    which = shift_now(here, shifts)
    begin = shifts[which]
    day = here.date() if begin <= here.hour else here.date() - timedelta(days=1)
    after = shifts[(which + 1) % len(shifts)]
    end_day = day if after > begin else day + timedelta(days=1)
    return _at(day, begin, zone), _at(end_day, after, zone)


def _earlier(moment: datetime) -> datetime:
    try:
        return moment.replace(year=moment.year - 1)
    except ValueError:
        return moment.replace(year=moment.year - 1, day=28)


def _midnight(day: date, zone: ZoneInfo) -> Millis:
    return _at(day, 0, zone)


def _at(day: date, hour: int, zone: ZoneInfo) -> Millis:
    return _millis(datetime(day.year, day.month, day.day, hour, tzinfo=zone))


def _millis(moment: datetime) -> Millis:
    return round(moment.timestamp() * 1000)
