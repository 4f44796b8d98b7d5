"""What a click in one of the views does to the filter. The same click again takes it back. Pure.

The part and the value come from a browser: whatever they say, a filter comes out or a ValueError.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import orjson

from models.incidents.address import area_of
from models.incidents.filter import ARRESTED, NO_HOUR, Filter
from models.incidents.periods import DAYS, FIRST_DAY, LAST_DAY, days_span
from models.records.base import Millis
from models.records.incident import FOUND_BY, PLACE_QUALITIES

_T = TypeVar("_T", str, int)

#: Values of one click: longer ones were made by no view of ours.
_MOST = 4_000

#: Value of an hour that is not certain.
UNSURE = "x"

#: Parts that a chip takes back, and the fields of the filter each stands for.
CLEARED = {
    "hour": ("hours",), "weekday": ("weekdays",), "offence": ("offences",), "group": ("groups",),
    "place": ("qualities",), "area": ("area",), "zone": ("zone",), "station": ("stations",),
    "status": ("statuses",), "found": ("found_by",), "source": ("sources",), "arrested": ("arrested",),
}  # fmt: skip


#: Parts of one word: the field of each, and its words where they are ours; None: people's.
_WORDS: Mapping[str, tuple[str, Collection[str] | None]] = {
    "offence": ("offences", None), "status": ("statuses", None), "source": ("sources", None),
    "station": ("stations", None), "found": ("found_by", FOUND_BY), "place": ("qualities", PLACE_QUALITIES),
    "arrested": ("arrested", ARRESTED),
}  # fmt: skip


class Period(NamedTuple):
    """The period of a filter: what a narrowing to some of its days gives back when it is undone."""

    period: str
    start: Millis
    end: Millis
    back: bool


def period_of(chosen: Filter) -> Period:
    """The period of a filter."""
    return Period(chosen.period, chosen.start, chosen.end, chosen.back)


def narrowed(chosen: Filter, part: str, value: str, zone: ZoneInfo, before: Period | None = None) -> Filter:
    """The filter after a click. `before`: the period the days were narrowed from, if they were.

    Raises:
        ValueError: no view of ours sends that.
    """
    if len(value) > _MOST:
        raise ValueError("too long")
    if part == "clear":
        return _cleared(chosen, value, before)
    if part == "span":
        return _span(chosen, value, zone, before)
    if part == "cell":
        weekday, hour = value.split(":")
        hours, weekdays = frozenset({_hour(hour)}), frozenset({_number(weekday, 6)})
        if (chosen.hours, chosen.weekdays) == (hours, weekdays):
            return _without(chosen, ("hours", "weekdays"))
        return replace(chosen, hours=hours, weekdays=weekdays)
    if part == "area":
        return replace(chosen, area=area_of(_corners(value)))
    if part == "hour":
        return replace(chosen, hours=_toggled(chosen.hours, _hour(value)))
    if part == "weekday":
        return replace(chosen, weekdays=_toggled(chosen.weekdays, _number(value, 6)))
    if part == "group":
        return replace(chosen, groups=_toggled(chosen.groups, _number(value, 4)))
    if part in _WORDS:
        field, allowed = _WORDS[part]
        if allowed is not None and value not in allowed:
            raise ValueError(value)
        return _toggled_field(chosen, field, value)
    raise ValueError(part)


def _corners(text: str) -> list[tuple[float, float]]:
    try:
        return [(float(lon), float(lat)) for lon, lat in orjson.loads(text)]
    except TypeError as error:
        raise ValueError("no corners") from error


def _toggled(chosen: frozenset[_T] | None, one: _T) -> frozenset[_T] | None:
    return None if chosen == frozenset({one}) else frozenset({one})


def _toggled_field(chosen: Filter, field: str, one: str) -> Filter:
    after: dict[str, Any] = {field: _toggled(getattr(chosen, field), one)}
    # A zone of another station would leave no case at all.
    if field == "stations" and chosen.zone is not None and chosen.zone.partition("/")[0] != one:
        after["zone"] = None
    return replace(chosen, **after)


def _cleared(chosen: Filter, value: str, before: Period | None) -> Filter:
    if value == "span":
        return replace(chosen, **before._asdict()) if before else chosen
    if value == "all":
        found = _without(chosen, [field for fields in CLEARED.values() for field in fields])
        return _cleared(found, "span", before)
    if value not in CLEARED:
        raise ValueError(value)
    return _without(chosen, CLEARED[value])


def _without(chosen: Filter, fields: Iterable[str]) -> Filter:
    nothing: dict[str, Any] = dict.fromkeys(fields)
    return replace(chosen, **nothing)


def _span(chosen: Filter, value: str, zone: ZoneInfo, before: Period | None) -> Filter:
    first, last = (date.fromisoformat(day) for day in value.split("~"))
    if not FIRST_DAY <= first <= last <= LAST_DAY:
        raise ValueError(value)
    start, end = days_span(first, last, zone)
    if chosen.period == DAYS and (chosen.start, chosen.end) == (start, end):
        return _cleared(chosen, "span", before)
    return replace(chosen, period=DAYS, back=False, start=start, end=end)


def _hour(text: str) -> int:
    return NO_HOUR if text == UNSURE else _number(text, 23)


def _number(text: str, most: int) -> int:
    number = int(text)
    if not 0 <= number <= most:
        raise ValueError(text)
    return number
