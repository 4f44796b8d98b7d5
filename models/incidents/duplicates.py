"""Which known incidents one that is being entered may be: the same offence near in time and place, one of its group
close by (two people call the same thing by two names), or the same number. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.records.base import Millis
from models.records.incident import Incident, IncidentReport
from models.track import distance_m

#: How near in time and place two reports of one offence may be of one incident.
WITHIN_MS: Millis = 24 * 3_600_000
WITHIN_M = 200.0

#: How near one of another offence of the same group must be; both must have a place.
CLOSE_MS: Millis = 2 * 3_600_000
CLOSE_M = 50.0


@dataclass(frozen=True, slots=True)
class Suspect:
    """A known incident that may be the same. `metres` None: one of the two has no place. `apart`: ms between the two
    (0 where their windows touch). `number`: it bears the same number."""

    incident: Incident
    metres: float | None
    apart: Millis
    number: bool


def suspects(new: IncidentReport, known: Iterable[Incident]) -> list[Suspect]:
    """Those of the known incidents of the same station that may be the new one, the likeliest first."""
    found = []
    for one in known:
        number = one.id == new.id
        metres = _metres(new, one)
        apart = _apart(new, one)
        near = apart <= WITHIN_MS and (metres is None or metres <= WITHIN_M)
        close = apart <= CLOSE_MS and metres is not None and metres <= CLOSE_M
        alike = one.offence_group is not None and one.offence_group == new.offence_group
        same = (near and one.offence == new.offence) or (close and alike)
        if one.station == new.station and (number or same):
            found.append(Suspect(one, metres, apart, number))
    return sorted(
        found,
        key=lambda one: (not one.number, one.metres is None, one.metres or 0.0, one.apart, one.incident.source),
    )


def _metres(new: IncidentReport, one: Incident) -> float | None:
    if new.lat is None or new.lon is None or one.lat is None or one.lon is None:
        return None
    return distance_m(new.lat, new.lon, one.lat, one.lon)


def _apart(new: IncidentReport, one: Incident) -> Millis:
    """Between the end of the earlier window and the start of the later one."""
    starts, ends = (new.occurred_from, one.occurred_from), (new.occurred_to, one.occurred_to)
    closed = [start if end is None else end for start, end in zip(starts, ends, strict=True)]
    return max(0, max(starts) - min(closed))
