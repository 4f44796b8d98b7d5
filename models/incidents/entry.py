"""What somebody typed into the form of an incident, read: the incident, or what is wrong in plain words. Pure.

Days and times are read as everywhere (`models.formats.dates`): Buddhist era or common era, Thai digits, `14.30 น.`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from models.formats.dates import day_end, parse_day_and_time
from models.formats.numbers import parse_place
from models.formats.offences import classify
from models.formats.problems import BAD_PLACE, FUTURE, REQUIRED, TOO_LONG, WINDOW, BadValueError, Problem
from models.formats.text import clean
from models.records.base import Millis
from models.records.incident import IncidentReport
from models.texts import UNSEEN
from models.track import distance_m

#: Source of what is entered by hand.
SOURCE = "entry"

#: How far in the future an incident may lie: clocks differ, in ms.
_AHEAD_MS = 300_000

MOST_NUMBER, MOST_STATUS, MOST_TEXT = 64, 64, 4000

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


@dataclass(frozen=True, slots=True)
class Ground:
    """Where incidents of the station can be: within `km` of a point; None: anywhere."""

    lat: float | None = None
    lon: float | None = None
    km: float = 50.0


#: Field of `Said` -> what is wrong with it.
Problems = dict[str, Problem]


def read(said: Said, zone: tzinfo, now: Millis, new_id: str, ground: Ground) -> IncidentReport | Problems:
    """The incident, or every field that is wrong. `new_id`: its number where none was typed."""
    wrong: Problems = {}
    start, end = _window(said, zone, now, wrong)
    reported = _moment(said.reported_day, said.reported_time, zone, "reported_day", wrong)
    if reported is not None and reported[0] > now + _AHEAD_MS:
        wrong["reported_day"] = FUTURE
    offence = clean(said.offence)
    if not offence:
        wrong["offence"] = REQUIRED
    place = _place(said, ground, wrong)
    number, status = clean(UNSEEN.sub("", said.number)), clean(UNSEEN.sub("", said.status))
    lengths = (("number", number, MOST_NUMBER), ("status", status, MOST_STATUS), ("offence", offence, 200))
    for name, text, most in (*lengths, ("description", said.description, MOST_TEXT)):
        if len(text) > most:
            wrong[name] = TOO_LONG
    if not said.station:
        wrong["station"] = REQUIRED
    if wrong or start is None:
        return wrong
    code, group = classify(offence)
    return IncidentReport(
        station=said.station, source=SOURCE, id=number or new_id, occurred_from=start, occurred_to=end,
        reported_at=None if reported is None else reported[0], offence=code, offence_group=group, received_at=now,
        lat=None if place is None else place[0], lon=None if place is None else place[1],
        place_quality=_quality(said.quality, place), found_by=said.found_by, status=status,
        arrested=_ARRESTED.get(said.arrested), description=_text(said.description),
    )  # fmt: skip


def _quality(said: str, place: tuple[float, float] | None) -> str:
    """What was chosen of a place that is there; a place is never of no quality."""
    return "none" if place is None else "exact" if said == "none" else said


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


def _place(said: Said, ground: Ground, wrong: Problems) -> tuple[float, float] | None:
    try:
        place = parse_place(said.lat, said.lon)
    except BadValueError as error:
        wrong["lat"] = error.problem
        return None
    if place is not None and abs(place[0]) > 85:
        wrong["lat"] = BAD_PLACE
    elif place is not None and _far(ground, place):
        wrong["lat"] = FAR
    return place


def _far(ground: Ground, place: tuple[float, float]) -> bool:
    if ground.lat is None or ground.lon is None:
        return False
    return distance_m(ground.lat, ground.lon, *place) > ground.km * 1000
