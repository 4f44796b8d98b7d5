"""What the way in writes into the audit log; what it refuses is counted (`refusals`)."""

from __future__ import annotations

from dashboard.access.beginning import Origin
from dashboard.access.identity import Who
from models.audit.deeds import Deed, Did, session_of
from models.records.access import WebSession
from models.records.account import Account
from models.records.base import Millis


def began(row: WebSession, at: Millis) -> Deed:
    """A session has begun: by a link, a screen's link, a password or an identity provider."""
    return Deed(at, row.name, row.role, session_of(row.hash), row.address, Did.SESSION_BEGAN, object=_whose(row))


def gave_way(row: WebSession, origin: Origin, at: Millis) -> Deed:
    """A session ended because somebody signed in in the same browser; by whom tells the row that follows."""
    session, detail = session_of(row.hash), "another sign-in in this browser"
    return Deed(at, row.name, row.role, session, origin.address, Did.SESSION_ENDED, object=_whose(row), detail=detail)


def _whose(row: WebSession) -> str:
    return f"kiosk:{row.kiosk[:16]}" if row.kiosk else f"account:{row.account}" if row.account else "link"


def of_owner(account: Account, origin: Origin, at: Millis, action: Did, detail: str = "") -> Deed:
    """What somebody did to the own account."""
    named = f"account:{account.id}"
    return Deed(at, account.display, account.role, "", origin.address, action, object=named, detail=detail)


def deed_of(
    who: Who, at: Millis, action: Did, address: str = "", *,
    station: str = "", object: str = "", detail: str = "", purpose: str = "",
) -> Deed:  # fmt: skip
    """What somebody signed in does; ids only (`models.audit.deeds.Deed`)."""
    return Deed(at, who.name, who.role, session_of(who.digest), address, action, station, object, detail, purpose)
