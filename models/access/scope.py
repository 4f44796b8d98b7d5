"""What one who looks may see: stations, and what of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from models.access.grants import Stations
from models.access.policy import Action, may
from models.records.base import SYSTEM_STATION, UNKNOWN_STATION


@dataclass(frozen=True, slots=True)
class Scope:
    """What a viewer may see. Viewers with equal scopes share every frame.

    `stations` None = every station of the register; `unknown` = also what no registry entry places;
    `unknown_alarms` = alarms from there (contract: seen and sounded by all who may answer an alarm) and of the
    product itself;
    `names` = who answered an alarm is told by name;
    `visitor` = strangers look on: no names, no homes, coarse places (`dashboard.live.visitor`);
    `sealed` = and nobody of ours signed in here: alarms have no ids that anybody could act on or guess from.
    """

    stations: Stations
    unknown: bool = False
    unknown_alarms: bool = False
    names: bool = False
    visitor: bool = False
    sealed: bool = False

    def sees(self, station: str) -> bool:
        """Whether units, boxes and ground of a station may be shown."""
        if station == UNKNOWN_STATION:
            return self.unknown
        return station != SYSTEM_STATION and (self.stations is None or station in self.stations)

    def sees_alarm(self, station: str) -> bool:
        """Whether alarms of a station may be shown."""
        return self.unknown_alarms if station in (UNKNOWN_STATION, SYSTEM_STATION) else self.sees(station)


def scope_for(role: str, stations: Stations, visitor: bool = False, sealed: bool = False) -> Scope:
    """The scope of a role with a station set (None = every station); a visitor sees nothing of unknown devices, a
    role that may not see the map (one nobody knows) nothing at all.

    `visitor`: a member's screen asks for the strangers' view; `sealed`: the session is the strangers' own.
    """
    if not may(role, Action.SEE_MAP):
        return Scope(frozenset())
    if visitor or sealed:
        return Scope(stations, visitor=True, sealed=sealed)
    return Scope(
        stations,
        unknown=may(role, Action.SEE_UNKNOWN),
        unknown_alarms=may(role, Action.STEP_ALARM),
        names=may(role, Action.SEE_PERSON),
    )
