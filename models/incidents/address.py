"""The filter in a page's address, version 1. Pure.

An address travels: it is sent, kept as a favourite, typed wrong, made by an enemy. What is not understood is told by
the name of its part and takes nothing: a station that has gone must not become all stations. The rest holds; a period
that is not understood is the usual one. Nothing that people wrote stands in it: a word that is no code is
told by the start of its hash.

    v=1 period=28 back=1 from=2026-11-01 to=2026-11-20 hour=8.9.x wd=0.6 station=a.b zone=a/z1 group=1.2
    offence=theft.~1f0c… status= found= source= place=exact.none arrested=yes area=104.7,16.5~104.8,16.5~…
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from models.incidents.address_parts import ALL, NONE, STATION, Reader, fit, named, number, one_of
from models.incidents.filter import ARRESTED, MOST_CORNERS, NO_HOUR, Area, Filter
from models.incidents.periods import (
    DAYS,
    FIRST_DAY,
    LAST_DAY,
    OLD,
    QUICK,
    USUAL,
    YEAR_AGO,
    Span,
    days_of,
    days_span,
    period_span,
)
from models.records.base import Millis
from models.records.incident import FOUND_BY, PLACE_QUALITIES

VERSION = "1"

#: Every name that is ours in an address.
PARTS = (
    "v", "period", "back", "from", "to", "hour", "wd", "station", "zone", "area", "group", "offence", "status",
    "found", "source", "place", "arrested",
)  # fmt: skip

_CODE = re.compile(r"[a-z0-9_]{1,48}")
_ZONE = re.compile(r"[a-z0-9_]{1,64}/[^\s./]{1,64}")
_CORNER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,7})?,-?[0-9]{1,2}(\.[0-9]{1,7})?")

#: How an address writes an empty word, and "without a certain hour".
_NOTHING, _UNSURE = "-", "x"

#: A zone that nobody has.
_NOWHERE = "-/-"


@dataclass(frozen=True, slots=True)
class Known:
    """What an address is read beside: the clock, and what the reader may choose from.

    `shifts`: hours at which shifts begin. `stations` and `zones` (`station/zone`): None: any. `names`: offences,
    statuses and sources that are no codes; they stand in an address by their hash.
    """

    now: Millis
    zone: ZoneInfo
    shifts: Sequence[int]
    stations: Collection[str] | None = None
    zones: Collection[str] | None = None
    names: Iterable[str] = ()


def token(value: str) -> str:
    """A value as an address holds it: a code as it is, words by their hash."""
    if _CODE.fullmatch(value) and value != ALL:
        return value
    return "~" + hashlib.sha256(value.encode()).hexdigest()[:10]


def read(params: Mapping[str, str], known: Known) -> tuple[Filter, list[str]]:
    """The filter of an address, and the names of the parts that were not understood."""
    names = {token(name): name for name in known.names}
    reader = Reader(params)

    def word(text: str) -> str:
        if text == _NOTHING:
            return ""
        if text in names:
            return names[text]
        return fit(_CODE, text)

    reader.part("v", lambda text: one_of(text, (VERSION,)))
    period, back, (start, end) = _period(reader, known)
    found = Filter(
        period, start, end, back,
        hours=reader.several("hour", _hour),
        weekdays=reader.several("wd", lambda one: number(one, 6)),
        stations=reader.several("station", lambda one: named(STATION, one, known.stations)),
        zone=_zone(reader, known.zones),
        area=_drawn(reader, params.get("area", "")),
        groups=reader.several("group", lambda one: number(one, 4)),
        offences=reader.several("offence", word),
        statuses=reader.several("status", word),
        found_by=reader.several("found", lambda one: one_of(one, FOUND_BY)),
        sources=reader.several("source", word),
        qualities=reader.several("place", lambda one: one_of(one, PLACE_QUALITIES)),
        arrested=reader.several("arrested", lambda one: one_of(one, ARRESTED)),
    )  # fmt: skip
    return found, reader.bad


def write(chosen: Filter, zone: ZoneInfo) -> dict[str, str]:
    """The parts of an address that give this filter again; parts that take all stand in none."""
    said: dict[str, str] = {"v": VERSION}
    if chosen.period != USUAL:
        said["period"] = chosen.period
    if chosen.back and chosen.period != DAYS:
        said["back"] = "1"
    if chosen.period == DAYS:
        first, last = days_of(chosen.start, chosen.end, zone)
        said["from"], said["to"] = first.isoformat(), last.isoformat()
    parts: tuple[tuple[str, Iterable[object] | None], ...] = (
        ("hour", chosen.hours), ("wd", chosen.weekdays), ("station", chosen.stations), ("group", chosen.groups),
        ("offence", chosen.offences), ("status", chosen.statuses), ("found", chosen.found_by),
        ("source", chosen.sources), ("place", chosen.qualities), ("arrested", chosen.arrested),
    )  # fmt: skip
    for name, values in parts:
        if values is not None:
            said[name] = ".".join(sorted(_told(value) for value in values)) or NONE
    if chosen.zone is not None:
        said["zone"] = chosen.zone
    if chosen.area is not None:
        said["area"] = "~".join(f"{lon:.5f},{lat:.5f}" for lon, lat in chosen.area) or NONE
    return said


def area_of(corners: Iterable[tuple[float, float]]) -> Area:
    """A drawn area as the filter holds it: corners to 1 m, the first not said again at the end.

    Raises:
        ValueError: fewer than 3 or more than `MOST_CORNERS` corners, or one that is nowhere.
    """
    found = [(round(lon, 5), round(lat, 5)) for lon, lat in corners]
    if len(found) > 1 and found[0] == found[-1]:
        found.pop()
    if not 3 <= len(found) <= MOST_CORNERS or len(set(found)) < 3:
        raise ValueError("corners")
    if not all(abs(lon) <= 180 and abs(lat) <= 85 for lon, lat in found):  # NaN is not
        raise ValueError("corner")
    return tuple(found)


def _told(value: object) -> str:
    if isinstance(value, str):
        return token(value) if value else _NOTHING
    return _UNSURE if value == NO_HOUR else str(value)


def _period(reader: Reader, known: Known) -> tuple[str, bool, Span]:
    """The period, whether it is that of a year before, and its moments."""
    back = reader.part("back", lambda text: one_of(text, ("0", "1"))) == "1"
    period = reader.part("period", lambda text: one_of(text, (*QUICK, *OLD, DAYS, YEAR_AGO))) or USUAL
    if period == YEAR_AGO:
        period, back = USUAL, True
    if period == DAYS:
        first, last = reader.part("from", _day), reader.part("to", _day)
        if first and last and first <= last:
            return DAYS, False, days_span(first, last, known.zone)
        wrong = {"from": first is None, "to": last is None or (first is not None and first > last)}
        reader.bad += [name for name, so in wrong.items() if so and name not in reader.bad]
        period = USUAL
    return period, back, period_span(period, known.now, known.zone, known.shifts, back=back)


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(text)
    return day


def _zone(reader: Reader, known: Collection[str] | None) -> str | None:
    text = reader.text("zone")
    found = reader.part("zone", lambda one: named(_ZONE, one, known))
    if found is None and text not in ("", ALL):
        # One that has gone is held: it takes no case, and a view that was saved is what it was when it is back.
        return text if _ZONE.fullmatch(text) else _NOWHERE
    return found


def _drawn(reader: Reader, text: str) -> Area | None:
    found = reader.part("area", _area)
    return () if found is None and text not in ("", ALL) else found


def _hour(text: str) -> int:
    return NO_HOUR if text == _UNSURE else number(text, 23)


def _area(text: str) -> Area:
    corners = (fit(_CORNER, corner).split(",") for corner in text.split("~"))
    return area_of((float(lon), float(lat)) for lon, lat in corners)
