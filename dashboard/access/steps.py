"""A sign-in of several pages: what a browser has shown so far is a row of the store, found by a cookie of its own."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum

from dashboard.access.beginning import digest_of
from dashboard.access.policy import SIGN_IN_CODE, SIGN_IN_PASSWORD, SIGN_IN_SECOND
from models.records.account import SignInStep
from models.records.base import Millis
from store import sign_ins
from store.database import Tx

#: Name of the cookie, sent to the sign-in pages only.
STEP_COOKIE = "ssz_step"

#: How long the next page may take, in ms: an authenticator app has to be found and set up.
STEP_MS = 15 * 60_000

#: Codes that may be tried before the password is asked for again.
MOST_TRIES = 5


class Kind(StrEnum):
    """What is asked for next."""

    CODE = "code"
    ENROL = "enrol"
    PASSWORD = "password"  # noqa: S105 - the name of a step
    FIRST = "first"
    OIDC = "oidc"


#: The page of each; OIDC goes on at the provider.
PAGES = {
    Kind.CODE: SIGN_IN_CODE,
    Kind.ENROL: SIGN_IN_SECOND,
    Kind.PASSWORD: SIGN_IN_PASSWORD,
    Kind.FIRST: SIGN_IN_PASSWORD,
}


class Problem(StrEnum):
    """Why it does not go on; each is a message of the page."""

    WRONG = "password"
    WAIT = "wait"
    OVER = "over"
    CODE = "code"
    TAKEN = "taken"
    NAME = "name"
    DISPLAY = "display"
    SHORT = "short"
    LONG = "long"
    EASY = "easy"
    HAS_NAME = "has_name"
    TWICE = "twice"
    PROVIDER_DOWN = "provider_down"
    PROVIDER_LIES = "provider_lies"
    NO_RIGHTS = "no_rights"


@dataclass(frozen=True, slots=True)
class Refused:
    """Not let in; `wait_s`: when it may be tried again."""

    why: Problem
    wait_s: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """More is asked for, at the page of `kind`; `cookie` is the step's, shown to the browser once."""

    kind: Kind
    cookie: str


def begin_step(tx: Tx, kind: Kind, account: str, now: Millis, cookie: str = "", data: str = "") -> Asked:
    """Ask for the next thing. `data`: sealed."""
    value = cookie or secrets.token_urlsafe(32)
    sign_ins.add_step(
        tx,
        SignInStep(
            hash=digest_of(value),
            kind=kind.value,
            account=account,
            data=data,
            created_at=now,
            expires_at=now + STEP_MS,
        ),
    )
    return Asked(kind, value)
