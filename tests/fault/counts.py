"""What a fault test counted, for the page of the long form: senders note their ledgers when they close."""

from __future__ import annotations

from collections import Counter

_NOTED: Counter[str] = Counter()


def note(what: str, number: int) -> None:
    """Add to a count of the running test; nothing is noted of a sender that sent nothing."""
    if number:
        _NOTED[what] += number


def taken() -> dict[str, int]:
    """What was noted since the last call."""
    found = dict(_NOTED)
    _NOTED.clear()
    return found
