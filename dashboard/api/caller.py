"""Who calls the API and what they may see; every read goes through these station sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from sqlalchemy import Connection

from dashboard.access.asking import must
from dashboard.access.identity import Who, who_of
from dashboard.api.parts import Parts
from models.access.grants import Stations
from models.access.policy import Action
from models.access.scope import Scope
from store.scopes import alarm_stations


@dataclass(frozen=True, slots=True)
class Caller:
    """One call: who, from which address, and what the API works with."""

    who: Who
    address: str
    parts: Parts

    @property
    def scope(self) -> Scope:
        """What the caller may see."""
        return self.who.scope()

    def alarm_stations(self, conn: Connection) -> Stations:
        """Stations whose alarms the caller sees; None for all of them, those of no station too."""
        scope = self.scope
        return None if scope.stations is None and scope.unknown_alarms else alarm_stations(conn, scope)

    def must(self, action: Action) -> None:
        """Let pass one who may.

        Raises:
            RefusedError: 403.
        """
        must(self.who, action)


def caller_of(request: Request) -> Caller:
    """The caller the door let in.

    Raises:
        HTTPException: 401, nobody was let in.
    """
    who = who_of(request.scope)
    if who is None:
        raise HTTPException(401, "a bearer token is needed", {"www-authenticate": "Bearer"})
    parts: Parts = request.app.state.parts()
    return Caller(who, request.client.host if request.client else "", parts)


Calling = Annotated[Caller, Depends(caller_of)]
