"""Who is asking: the value the door hands to every route behind it."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Literal

from models.access.grants import Stations
from models.access.policy import Action, may
from models.access.scope import Scope, scope_for
from models.records.access import ApiToken, WebSession
from models.records.base import Millis

#: All that a screen nobody sits at, or one that strangers stand before, is for.
_LOOKING = frozenset({Action.SEE_MAP})

#: Key of the ASGI scope under which the door leaves the `Who`.
SCOPE_KEY = "ssz.who"


@dataclass(frozen=True, slots=True)
class Who:
    """A signed-in browser or a caller with a token.

    `stations` is None for every station. `csrf` is empty and `digest` the token's hash for `via == "token"`.
    `kiosk`: a screen nobody sits at, which may only look. `visitor`: strangers stand before that screen; what names a
    person, tells a home or follows an officer must not leave the server. `rotate_s`: seconds each station is shown on
    that screen, 0 for no rotation. `until`: when the session ends at the latest, ms. `account`: whose it
    is; empty: by a link, a kiosk or a token. `grants`: what `stations` came from, for those who give grants.
    """

    name: str
    role: str
    stations: Stations
    via: Literal["session", "token"]
    digest: str
    csrf: str = ""
    kiosk: bool = False
    visitor: bool = False
    rotate_s: int = 0
    until: Millis = 0
    account: str = ""
    grants: str = ""

    def may(self, action: Action) -> bool:
        """Whether this one may do something: by its role, and on a kiosk's or a visitor's screen only look."""
        return may(self.role, action) and (action in _LOOKING or not (self.kiosk or self.visitor))

    def scope(self, visitor: bool = False) -> Scope:
        """What this one may see of alarms, units and ground; `visitor`: and the page asks for the strangers' view."""
        return scope_for(self.role, self.stations, visitor, self.visitor)

    def sees(self, station: str) -> bool:
        """Whether this one may see a station."""
        return self.stations is None or station in self.stations

    def only(self, station: str | None) -> Stations:
        """The stations of a question that is of one (None: of all this one may see): none when it may not be seen."""
        if station is None:
            return self.stations
        return frozenset({station}) if self.sees(station) else frozenset()

    def sees_any(self, stations: frozenset[str] | None) -> bool:
        """Whether this one may see one of some stations (None: all there are)."""
        return self.stations is None or stations is None or bool(self.stations & stations)


#: The one who shows the token of the settings (`SSZ_METRICS_TOKEN`): a monitor, which sees figures of all and nothing
#: else. No token of the store has an empty digest.
MONITOR = Who("metrics", "viewer", frozenset(), "token", "")

#: Figures of all there is.
EVERYTHING = Scope(None, unknown=True, unknown_alarms=True, names=True)


def figures_scope(who: Who) -> Scope | None:
    """Of what somebody may read the figures (`/metrics`, the long `/readyz`); None: of nothing."""
    if who == MONITOR:
        return EVERYTHING
    return who.scope() if who.may(Action.SEE_MAP) else None


def who_of_session(row: WebSession, stations: Stations) -> Who:
    """The one a session row stands for; `stations` are those its grants mean now."""
    return Who(
        row.name, row.role, stations, "session", row.hash, row.csrf,
        kiosk=bool(row.kiosk), visitor=row.visitor, rotate_s=row.rotate_s, until=row.expires_at,
        account=row.account, grants=row.stations,
    )  # fmt: skip


def who_of_token(row: ApiToken, stations: Stations) -> Who:
    """The one an API token stands for; `stations` are those its grants mean now."""
    return Who(row.name, row.role, stations, "token", row.hash)


def place(scope: MutableMapping[str, Any], who: Who) -> None:
    """Leave the one who asks on the scope, for the routes behind the door."""
    scope[SCOPE_KEY] = who


def who_of(scope: Mapping[str, Any]) -> Who | None:
    """The one who asks, from an ASGI scope or a Starlette request or WebSocket; None at an open door."""
    who = scope.get(SCOPE_KEY)
    return who if isinstance(who, Who) else None
