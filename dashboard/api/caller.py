"""Who calls the API and what they may see; every read goes through these station sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Header, HTTPException, Query, Request
from sqlalchemy import Connection

from dashboard.access.asking import must
from dashboard.access.identity import Who, who_of
from dashboard.access.naming import also_named
from dashboard.api.parts import Parts
from models.access.grants import Stations
from models.access.policy import Action
from models.access.scope import Scope
from models.audit.deeds import Deed, Did, session_of
from models.records.purpose import REASONS
from store.scopes import alarm_stations


@dataclass(frozen=True, slots=True)
class Caller:
    """One call: who, from which address, and what the API works with."""

    who: Who
    address: str
    parts: Parts
    #: Tells the door that the call names something in its body.
    named: Callable[[str], None]

    @property
    def scope(self) -> Scope:
        """What the caller may see."""
        return self.who.scope()

    def alarm_stations(self, conn: Connection) -> Stations:
        """Stations whose alarms the caller sees; None for all of them, those of no station too."""
        scope = self.scope
        return None if scope.stations is None and scope.unknown_alarms else alarm_stations(conn, scope)

    def purpose(self, asked: Asked) -> str:
        """The id of the purpose a call states, or has stated before on a page.

        Raises:
            RefusedError: 403, there is none.
        """
        if not asked.stated:
            return self.parts.purposes.again(self.who, asked.reason, asked.text, self.address)
        self.parts.purposes.must_hold(self.who, asked.stated)
        return asked.stated

    def did(self, action: Did, *, station: str = "", object: str = "", detail: str = "", purpose: str = "") -> Deed:
        """A deed of the caller's, now."""
        who = self.who
        return Deed(
            self.parts.clock(), who.name, who.role, session_of(who.digest), self.address, action, station, object,
            detail, purpose,
        )  # fmt: skip

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
    address = request.client.host if request.client else ""
    return Caller(who, address, parts, partial(also_named, request.scope))


Calling = Annotated[Caller, Depends(caller_of)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call says of its purpose: the id of one stated on a page, or reason and text."""

    stated: str
    reason: str
    text: str


def asked_of(
    request: Request,
    reason: Annotated[str, Query(description=f"one of {', '.join(REASONS)}")] = REASONS[0],
    stated: Annotated[str, Header(alias="X-Purpose", description="id of a purpose stated on a page")] = "",
    said: Annotated[
        str, Header(alias="X-Purpose-Text", description="what for, at least 10 letters: UTF-8, percent-encoded")
    ] = "",
) -> Asked:
    """The purpose of a call, as it is said. Free text tells of people, and addresses are kept by proxies, logs and
    browsers: of a purpose only the reason, one of few words, may stand there.

    Raises:
        HTTPException: 400, the address holds a purpose, or the header is no UTF-8.
    """
    if "purpose" in request.query_params:
        raise HTTPException(400, "a purpose is said in the header X-Purpose-Text, never in the address")
    try:
        return Asked(stated, reason, unquote(said, errors="strict"))
    except UnicodeDecodeError:
        raise HTTPException(400, "X-Purpose-Text is UTF-8, percent-encoded") from None


Purposed = Annotated[Asked, Depends(asked_of)]
