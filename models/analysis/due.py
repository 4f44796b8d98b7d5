"""When a station is refit. Pure: the time is an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models.records.base import Millis

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS

#: A map older than this is made anew although no case came: its window begins when it was made.
OLD_MS = 7 * _DAY_MS

#: A station is refit at most so often, however many cases come in.
LEAST_MS = _HOUR_MS

#: The night run takes up to so long to come round to a station.
_NIGHT_MS = 4 * _HOUR_MS

#: Raised when maps are made otherwise: every station whose maps are of another form is due at once.
FORMAT = 5


@dataclass(frozen=True, slots=True)
class Version:
    """A cheap number of a station's cases: how many there are, and when the newest came in or a zone was drawn anew
    or closed (epoch ms).

    Cases are only added, and taken out by whole imports: whoever changes them changes this.
    """

    cases: int
    newest: Millis

    def text(self, zone_version: int) -> str:
        """As it stands with a map: cases, arrival of the newest, version of the zone's outline, form of the maps."""
        return f"{self.cases}.{self.newest}.{zone_version}.{FORMAT}"


@dataclass(frozen=True, slots=True)
class Last:
    """What a station was refit from last, and when; `failed`: without result; `form`: of its maps (`FORMAT`)."""

    at: Millis
    version: Version
    failed: bool = False
    form: int = FORMAT


@dataclass(frozen=True, slots=True)
class When:
    """`new_cases`: so many more or fewer cases are worth a refit at once. `hour`: the local hour the night run begins
    at, in `zone`."""

    new_cases: int
    hour: int
    zone: ZoneInfo


def is_night(now: Millis, when: When) -> bool:
    """Whether the night run may go on now."""
    local = datetime.fromtimestamp(now / 1000, when.zone)
    since = (local.hour - when.hour) % 24 * _HOUR_MS + local.minute * 60_000
    return since < _NIGHT_MS


def is_due(version: Version, last: Last | None, now: Millis, when: When) -> bool:
    """Whether a station is to be refit now.

    A new one at once, and one whose maps are of another form; one with `new_cases` more or fewer, or with none left,
    at once; every one whose cases changed, or whose maps are a week old, at night. A station that failed waits for
    the next night, however many cases come.
    """
    if last is None:
        return version.cases > 0
    if last.at > now:  # a clock that was set back must not keep it for as long as it was ahead
        return True
    age = now - last.at
    if age < LEAST_MS:
        return False
    if last.form != FORMAT and not last.failed:
        return True
    emptied = version.cases == 0 < last.version.cases
    if not last.failed and (emptied or abs(version.cases - last.version.cases) >= when.new_cases):
        return True
    return is_night(now, when) and age > _NIGHT_MS and (version != last.version or last.failed or age > OLD_MS)


def is_same(version: Version, last: Last | None, now: Millis) -> bool:
    """Whether nothing changed since a station was refit, and its maps are not old: then they stand."""
    return (
        last is not None
        and not last.failed
        and (version, FORMAT) == (last.version, last.form)
        and 0 <= now - last.at < OLD_MS
    )
