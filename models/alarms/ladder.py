"""The ladder of insistence: who is told when nobody acknowledges an alarm, and after how long. Pure.

There are no quiet hours, and no rung is skipped for being late: an alarm found waiting for ten minutes stands on the
highest rung at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from models.alarms.kinds import Family, family_of
from models.records.base import Millis


@dataclass(frozen=True, slots=True)
class Rung:
    """An alarm nobody acknowledged for longer than `after_ms` is at `level`."""

    level: int
    after_ms: Millis


#: Seconds from the press to level 1 (louder on the screens, and the chief is told), and from there to level 2 (the
#: next level is told).
FIRST_S, NEXT_S = 15, 45


def ladder(first_s: int = FIRST_S, next_s: int = NEXT_S) -> tuple[Rung, ...]:
    """The rungs from the lowest. Level 0 is the press itself: every screen sounds."""
    return (Rung(1, first_s * 1000), Rung(2, (first_s + next_s) * 1000))


@dataclass(frozen=True, slots=True)
class Ladders:
    """The rungs of each station: its own where it has some, else the usual ones."""

    usual: tuple[Rung, ...] = field(default_factory=ladder)
    own: Mapping[str, tuple[Rung, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, station: str) -> tuple[Rung, ...]:
        """The rungs of a station, from the lowest."""
        return self.own.get(station, self.usual)


#: Longest time a rung may be away from the one before, in s.
MOST_S = 3600

_OWN = re.compile(r"([A-Za-z0-9_-]{1,64})=(\d{1,4})/(\d{1,4})")


def own_ladders(text: str) -> dict[str, tuple[Rung, ...]]:
    """Ladders of stations from `CODE=FIRST/NEXT, …`: seconds to level 1, and so many more to level 2.

    Raises:
        ValueError: it cannot be read; `str()` says what is wanted.
    """
    found: dict[str, tuple[Rung, ...]] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        read = _OWN.fullmatch(part)
        if read is None or read[1] in found or not all(1 <= int(read[nth]) <= MOST_S for nth in (2, 3)):
            raise ValueError(f"must be a list of CODE=FIRST/NEXT, each station once, seconds from 1 to {MOST_S}")
        found[read[1]] = ladder(int(read[2]), int(read[3]))
    return found


#: Families that insist until a person answers. Equipment can wait: it has a list of its own, and no siren.
INSISTS = frozenset({Family.HELP, Family.REPORT})


def level_due(kind: str, raised_at: Millis, now: Millis, rungs: tuple[Rung, ...]) -> int:
    """The level an unacknowledged alarm must have at a moment.

    One raised well after now is from before the clock was set back: how long it waits nobody can say, so it waits no
    longer.
    """
    if family_of(kind) not in INSISTS:
        return 0
    waited = abs(now - raised_at)
    return max((rung.level for rung in rungs if waited > rung.after_ms), default=0)
