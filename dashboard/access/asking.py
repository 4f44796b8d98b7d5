"""Whether one who asks may have what is asked for: the same check, in the same words, at every route."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.access.identity import Who, who_of
from models.access.policy import Action


class RefusedError(Exception):
    """What is asked for is not given; `status` is HTTP's, `str()` says why."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def must(who: Who | None, action: Action) -> Who:
    """Let pass one who may.

    Raises:
        RefusedError: 401 nobody was let in by the door, 403 this one may not.
    """
    if who is None:
        raise RefusedError(401, "sign in first")
    if not who.may(action):
        raise RefusedError(403, f"the role {who.role} may not {action.value.replace('_', ' ')} here")
    return who


def asking(scope: Mapping[str, Any], action: Action) -> Who:
    """The one behind an ASGI scope, if it may.

    Raises:
        RefusedError: 401 or 403.
    """
    return must(who_of(scope), action)
