"""Alarms for tests of what is computed from them."""

from __future__ import annotations

from typing import Any

from models.alarms.kinds import cause_of
from models.alarms.life import State
from models.records.alarm import AlarmNow

NOW = 1_790_000_000_000


def alarm(ident: str = "a", kind: str = "sos", at: int = NOW, **more: Any) -> AlarmNow:
    """An alarm raised at `at`, each on an origin of its own."""
    values: dict[str, Any] = {
        "station": "lumphini", "id": ident, "origin_kind": "box", "origin": f"b-{ident}", "kind": kind,
        "state": State.RAISED.value, "version": 1, "raised_at": at, "pressed_at": at, "last_at": at, "presses": 1,
        "marks": "", "place": "", "lat": None, "lon": None, "level": 0, "by": "", "assigned": "", "outcome": "",
        "changed_at": at, "cause": cause_of(kind),
    }  # fmt: skip
    return AlarmNow(**{**values, **more})
