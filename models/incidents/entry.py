"""What somebody typed into the form of an incident, read: the incident, or what is wrong in plain words. Pure.

Days and times are read as everywhere (`models.formats.dates`): Buddhist era or common era, Thai digits, `14.30 น.`.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from models.formats.dates import day_end, parse_day_and_time
from models.formats.numbers import parse_place
from models.formats.offences import classify
from models.formats.problems import BAD_PLACE, FUTURE, REQUIRED, TOO_LONG, WINDOW, BadValueError, Problem
from models.formats.text import clean
from models.records.base import Millis
from models.records.incident import IncidentReport
from models.texts import UNSEEN

#: Source of what is entered by hand.
SOURCE = "entry"

#: How far in the future an incident may lie: clocks differ, in ms.
_AHEAD_MS = 300_000

#: Longest texts, in letters: as long as those of a file.
MOST_NUMBER, MOST_STATUS, MOST_OFFENCE, MOST_TEXT = 64, 100, 200, 10_000

#: Texts that are read together.
_WINDOW = frozenset({"from_day", "from_time", "to_day", "to_time"})
_REPORTED = frozenset({"reported_day", "reported_time"})
_PLACE = frozenset({"lat", "lon"})

FAR = Problem("far", "พิกัดอยู่ไกลจากสถานีเกินไป", "lies too far from the station")
_ARRESTED = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Said:
    """The form's texts as typed. An empty time of day means that only the day is known; `to_*` empty: no window.

    `arrested`: "yes", "no" or anything else for not known. `offence`: a code or a name.
    """

    station: str
    number: str = ""
    from_day: str = ""
    from_time: str = ""
    to_day: str = ""
    to_time: str = ""
    reported_day: str = ""
    reported_time: str = ""
    offence: str = ""
    lat: str = ""
    lon: str = ""
    quality: str = "exact"
    found_by: str = "other"
    status: str = ""
    arrested: str = ""
    description: str = ""


#: Whether incidents of the station can be at a place (lat, lon; degrees); None: anywhere.
Holds = Callable[[float, float], bool] | None

#: Field of `Said` -> what is wrong with it.
Problems = dict[str, Problem]


def read(said: Said, zone: tzinfo, now: Millis, new_id: str, holds: Holds) -> IncidentReport | Problems:
    """The incident, or every field that is wrong. `new_id`: its number where none was typed."""
    values, wrong = read_touched(said, frozenset(Said.__dataclass_fields__), zone, now, holds)
    number = clean(UNSEEN.sub("", said.number))
    if len(number) > MOST_NUMBER:
        wrong["number"] = TOO_LONG
    if not said.station:
        wrong["station"] = REQUIRED
    if wrong:
        return wrong
    return IncidentReport(station=said.station, source=SOURCE, id=number or new_id, received_at=now, **values)


def read_touched(
    said: Said, touched: AbstractSet[str], zone: tzinfo, now: Millis, holds: Holds
) -> tuple[dict[str, Any], Problems]:
    """The incident's values that the `touched` texts say, and what is wrong of them.

    Texts that nobody touched are held against no rule: a case from elsewhere that breaks one can still be changed.
    """
    values: dict[str, Any] = {}
    wrong: Problems = {}
    if touched & _WINDOW:
        values["occurred_from"], values["occurred_to"] = _window(said, zone, now, wrong)
    if touched & _REPORTED:
        reported = _moment(said.reported_day, said.reported_time, zone, "reported_day", wrong)
        if reported is not None and reported[0] > now + _AHEAD_MS:
            wrong["reported_day"] = FUTURE
        values["reported_at"] = None if reported is None else reported[0]
    if "offence" in touched:
        offence = _short(said.offence, "offence", MOST_OFFENCE, wrong)
        if not offence:
            wrong["offence"] = REQUIRED
        values["offence"], values["offence_group"] = classify(offence)
    if touched & _PLACE:
        place = _place(said, holds, wrong)
        values["lat"], values["lon"] = (None, None) if place is None else place
    if touched & (_PLACE | {"quality"}):
        # What was chosen of a place that is there; a place is never of no quality.
        chosen = "exact" if said.quality == "none" else said.quality
        values["place_quality"] = chosen if said.lat.strip() else "none"
    if "status" in touched:
        values["status"] = _short(said.status, "status", MOST_STATUS, wrong)
    if "description" in touched:
        values["description"] = _text(said.description)
        if len(said.description) > MOST_TEXT:
            wrong["description"] = TOO_LONG
    if "found_by" in touched:
        values["found_by"] = said.found_by
    if "arrested" in touched:
        values["arrested"] = _ARRESTED.get(said.arrested)
    return values, wrong


def _short(text: str, name: str, most: int, wrong: Problems) -> str:
    found = clean(UNSEEN.sub("", text))
    if len(found) > most:
        wrong[name] = TOO_LONG
    return found


def _text(text: str) -> str:
    """Free text keeps its lines; what nobody sees goes."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(UNSEEN.sub("", line).strip() for line in lines).strip()


def _window(said: Said, zone: tzinfo, now: Millis, wrong: Problems) -> tuple[Millis | None, Millis | None]:
    """When it began, and the end of the window; None for an exact moment."""
    if not said.from_day.strip():
        wrong["from_day"] = REQUIRED
        return None, None
    begun = _moment(said.from_day, said.from_time, zone, "from_day", wrong)
    ended = _moment(said.to_day, said.to_time, zone, "to_day", wrong)
    if begun is None:
        return None, None
    start, whole = begun
    if start > now + _AHEAD_MS:
        wrong["from_day"] = FUTURE
    # Only the day is known: a window to its end, so that no hour is made up.
    end = day_end(start, zone) if whole else None
    if ended is not None:
        end = day_end(ended[0], zone) if ended[1] else ended[0]
        if end < start:
            wrong["to_day"] = WINDOW
    return start, end


def _moment(day: str, time: str, zone: tzinfo, field: str, wrong: Problems) -> tuple[Millis, bool] | None:
    if not day.strip():
        if time.strip():
            wrong[field] = REQUIRED
        return None
    try:
        found = parse_day_and_time(day, time, zone)
    except BadValueError as error:
        wrong[field] = error.problem
        return None
    return found.at, found.whole_day


def _place(said: Said, holds: Holds, wrong: Problems) -> tuple[float, float] | None:
    try:
        place = parse_place(said.lat, said.lon)
    except BadValueError as error:
        wrong["lat"] = error.problem
        return None
    if place is not None and abs(place[0]) > 85:
        wrong["lat"] = BAD_PLACE
    elif place is not None and holds is not None and not holds(*place):
        wrong["lat"] = FAR
    return place
