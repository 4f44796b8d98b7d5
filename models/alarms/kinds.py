"""Kinds of alarm, the family each is of, and how urgent it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Family(StrEnum):
    """What an alarm is about: a person who called for help, a citizen's report, or equipment."""

    HELP = "help"
    REPORT = "report"
    TECHNICAL = "technical"


class Kind(StrEnum):
    """What raised an alarm. The words stand in the API, on MQTT and in the store; screens translate them."""

    SOS = "sos"  # a press on a box
    PANIC = "panic"  # a unit's button, native or inside a position
    UNREADABLE = "unreadable"  # on an alarm topic, but nobody can read it
    REPORT = "report"  # a citizen's report of kind `emergency`
    TAMPER = "tamper"
    BOX_LOST = "box_lost"  # its last will, or silence
    BOX_FAULT = "box_fault"
    BATTERY_LOW = "battery_low"
    FEED_STOPPED = "feed_stopped"
    DISK_LOW = "disk_low"
    DISK_FULL = "disk_full"
    CERTIFICATE_ENDS = "certificate_ends"


class Priority(IntEnum):
    """How urgent an alarm is: 1 is answered first."""

    HELP = 1
    REPORT = 2
    TECHNICAL = 3


_FAMILY: Mapping[str, Family] = MappingProxyType(
    {
        Kind.SOS: Family.HELP,
        Kind.PANIC: Family.HELP,
        Kind.UNREADABLE: Family.HELP,
        Kind.REPORT: Family.REPORT,
        Kind.TAMPER: Family.TECHNICAL,
        Kind.BOX_LOST: Family.TECHNICAL,
        Kind.BOX_FAULT: Family.TECHNICAL,
        Kind.BATTERY_LOW: Family.TECHNICAL,
        Kind.FEED_STOPPED: Family.TECHNICAL,
        Kind.DISK_LOW: Family.TECHNICAL,
        Kind.DISK_FULL: Family.TECHNICAL,
        Kind.CERTIFICATE_ENDS: Family.TECHNICAL,
    }
)

_PRIORITY = {
    Family.HELP: Priority.HELP,
    Family.REPORT: Priority.REPORT,
    Family.TECHNICAL: Priority.TECHNICAL,
}

#: Kinds of technical alarm, as stored.
TECHNICAL = frozenset(kind for kind, family in _FAMILY.items() if family is Family.TECHNICAL)


def family_of(kind: str) -> Family:
    """The family of a kind. One that this program does not know may be a person: it counts as a call for help."""
    return _FAMILY.get(kind, Family.HELP)


def priority_of(kind: str) -> Priority:
    """How urgent an alarm of this kind is."""
    return _PRIORITY[family_of(kind)]


def cause_of(kind: str) -> str:
    """What an alarm is counted under beside its origin: one origin has at most one open alarm of a cause.

    Empty for a call for help, whatever it was made with: presses and what could not be read join one alarm. Each
    technical kind is a cause of its own, so that a fault of a box never joins, nor hides, a press on it.
    """
    return "" if family_of(kind) is Family.HELP else kind
