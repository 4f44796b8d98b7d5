"""Alarms: raising and joining, the steps of their life, shelving, and the ways to read them.

The rules are `models.alarms.life`; every change is one appended row of the history, one word to the pictures and one
published state, in the transaction that makes it.
"""

from store.alarms.raising import GROUP_ORIGIN, Origin, Place, alarm_id, kind_with, origin_of, raise_or_join
from store.alarms.reading import (
    UnknownAlarmError,
    alarms,
    earlier,
    find,
    history,
    open_alarms,
    recent,
)
from store.alarms.steps import UnknownUnitError, escalate, raise_level, step

__all__ = [
    "GROUP_ORIGIN",
    "Origin",
    "Place",
    "UnknownAlarmError",
    "UnknownUnitError",
    "alarm_id",
    "alarms",
    "earlier",
    "escalate",
    "find",
    "history",
    "kind_with",
    "open_alarms",
    "origin_of",
    "raise_level",
    "raise_or_join",
    "recent",
    "step",
]
