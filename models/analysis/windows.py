"""The months before and after a zone began, of one length and the same months of the year, and the like in earlier
years. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

#: Earlier years looked at, at most.
MOST_YEARS = 8


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `first` until `end`, which is not in it."""

    first: date
    end: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.end - self.first).days


@dataclass(frozen=True, slots=True)
class Pair:
    """A period and the same months a year (or as many years as it takes) earlier."""

    before: Window
    after: Window


def later(day: date, months: int) -> date:
    """The same day so many months on (or back); the last of the month where there is no such day."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    for last in (day.day, 30, 29, 28):
        if last <= day.day:
            try:
                return date(year, month + 1, last)
            except ValueError:
                continue
    raise ValueError(f"no such day: {day} and {months} months")


def whole_months(start: date, until: date) -> int:
    """Whole months from a day until another, which is not in them; 0 when there is none."""
    months = (until.year - start.year) * 12 + until.month - start.month
    return max(0, months if later(start, months) <= until else months - 1)


def pair_of(start: date, months: int) -> Pair:
    """The `months` from a zone's start, and the same months before it: what the season does is in both alike.

    Raises:
        ValueError: no month.
    """
    if months < 1:
        raise ValueError("no whole month")
    return _pair(start, months, 0)


def earlier_pairs(start: date, months: int, since: date) -> list[Pair]:
    """The same pair of windows in each earlier year, none before `since`; newest first.

    All of it ends before the real pair begins: a year that shared the real "before" would not be another look.
    """
    found = []
    for years in range(2 * _years(months), 2 * _years(months) + MOST_YEARS):
        pair = _pair(start, months, years)
        if pair.before.first < since:
            break
        found.append(pair)
    return found


def _years(months: int) -> int:
    """Years between a period and the one it is held against."""
    return -(-months // 12)


def _pair(start: date, months: int, years: int) -> Pair:
    apart = 12 * _years(months)

    def of(back: int) -> Window:
        return Window(later(start, -back), later(start, months - back))

    return Pair(of(12 * years + apart), of(12 * years))
