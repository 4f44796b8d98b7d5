"""Three years of incidents in the generated town: hot street pieces, near repeats, hours by offence. Pure."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from models.records.base import Millis
from models.records.incident import IncidentReport
from models.town.chance import chance
from models.town.ground import Point, to_degrees
from models.town.offences import OFFENCES, Offence
from models.town.places import Places, beside
from models.town.town import Town

SOURCE = "demo"
YEARS = 3
DAYS = 365 * YEARS

#: A near repeat lies within this of the case before it (own estimate after the near-repeat literature).
REPEAT_M, REPEAT_DAYS = 200.0, 14

#: Thailand keeps one offset all year.
LOCAL_OFFSET_MS = 7 * 3_600_000
HOUR_MS, DAY_MS = 3_600_000, 86_400_000

#: Cases fall by this share a year, so that "before and after" has something to find.
YEARLY_FALL = 0.07


class _Case(NamedTuple):
    day: int  # days before today, 1 = yesterday
    place: Point
    street: str


def make_incidents(town: Town, now: Millis) -> tuple[IncidentReport, ...]:
    """Incidents of the three years before `now` (whole local days up to yesterday), by time.

    The same town and the same local day of `now` give the same incidents, `received_at` (= `now`) aside.
    """
    places = Places(town.seed, town.graph, town.centre)
    today = (now + LOCAL_OFFSET_MS) // DAY_MS * DAY_MS - LOCAL_OFFSET_MS
    found: list[IncidentReport] = []
    for offence in OFFENCES:
        rng = chance(town.seed, "crime", offence.name)
        found.extend(_report(rng, town, offence, case, today, now) for case in _cases(rng, places, offence))
    found.sort(key=lambda report: (report.occurred_from, report.offence, report.lat or 0.0))
    return tuple(_numbered(report, number) for number, report in enumerate(found, 1))


def one_incident(town: Town, places: Places, rng: Random, now: Millis, number: str) -> IncidentReport:
    """An incident reported just now, for the running demo; `number` becomes its id."""
    offence = rng.choices(OFFENCES, [each.yearly for each in OFFENCES])[0]
    piece = places.piece(rng, offence.market)
    report = _report(rng, town, offence, _Case(0, beside(rng, piece), piece.street), now, now)
    start = now - int(rng.uniform(5, 40) * 60_000)
    ends = None if report.occurred_to is None else now - 60_000
    return _with(report, id=number, occurred_from=start, occurred_to=ends, reported_at=now)


def _cases(rng: Random, places: Places, offence: Offence) -> list[_Case]:
    mean = offence.yearly * YEARS
    count = max(1, round(rng.gauss(mean, mean**0.5)))
    cases: list[_Case] = []
    while len(cases) < count:
        parent = cases[rng.randrange(len(cases))] if cases and rng.random() < offence.repeats else None
        if parent is not None:
            later = parent.day - min(REPEAT_DAYS, 1 + int(rng.expovariate(1 / 4.0)))
            if later >= 1:
                cases.append(_Case(later, places.near(rng, parent.place, 70.0, REPEAT_M), parent.street))
            continue
        day = rng.randint(1, DAYS)
        if rng.random() < 1.0 - YEARLY_FALL * (YEARS - day / 365):
            piece = places.piece(rng, offence.market)
            cases.append(_Case(day, beside(rng, piece), piece.street))
    return cases


def _report(rng: Random, town: Town, offence: Offence, case: _Case, today: Millis, now: Millis) -> IncidentReport:
    hour = rng.choices(range(24), offence.hours)[0]
    at = today - case.day * DAY_MS + hour * HOUR_MS + rng.randrange(3_600) * 1000
    window = offence.window_h > 0 and rng.random() < 0.7
    start = at - int(rng.uniform(0.3, 1.0) * offence.window_h * HOUR_MS) if window else at
    by_patrol = rng.random() < offence.patrol
    found_by = "patrol" if by_patrol else rng.choices(("victim", "camera", "other"), (80, 8, 12))[0]
    arrested = rng.random() < offence.arrested
    reported = at if by_patrol else min(now, at + int(rng.expovariate(1 / 2.5) * HOUR_MS))
    quality, lat, lon = _place(rng, town, offence, case)
    return IncidentReport(
        station=town.station,
        source=SOURCE,
        id="",
        occurred_from=start,
        occurred_to=at if window else None,
        reported_at=max(at, reported),
        offence=offence.name,
        offence_group=offence.group,
        lat=lat,
        lon=lon,
        place_quality=quality,
        found_by=found_by,
        status="จับกุมได้" if arrested else "ยังจับกุมไม่ได้",
        arrested=arrested,
        description=f"{offence.text} บริเวณ{case.street}",
        received_at=now,
    )


def _place(rng: Random, town: Town, offence: Offence, case: _Case) -> tuple[str, float | None, float | None]:
    """How well the place is known. Two in three of the frauds have none: they happened on a telephone."""
    nowhere = 60 if offence.name == "ฉ้อโกง" or offence.group == 3 else 6
    quality = rng.choices(("exact", "street", "area", "none"), (72, 14, 8, nowhere))[0]
    if quality == "none":
        return quality, None, None
    point = case.place
    if quality == "street":
        point = town.graph.nodes[town.graph.nearest(point)]
    elif quality == "area":
        middle = min(
            (community.shape.centroid for community in town.communities),
            key=lambda each: (each.x - point[0]) ** 2 + (each.y - point[1]) ** 2,
        )
        point = (middle.x, middle.y)
    lat, lon = to_degrees(point)
    return quality, lat, lon


def _numbered(report: IncidentReport, number: int) -> IncidentReport:
    return _with(report, id=f"demo-{number:05d}")


def _with(report: IncidentReport, **changes: object) -> IncidentReport:
    fields = {name: getattr(report, name) for name in IncidentReport.__dataclass_fields__}
    return IncidentReport(**{**fields, **changes})
