"""Which alarms are told first: a person in need, then a citizen's report, and drills last. Pure."""

from __future__ import annotations

from models.alarms.kinds import Family
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.sos import Mark, split_marks


def is_help(family: Family, marks: str) -> bool:
    """Whether an alarm may be a person in need now: a call for help that is no drill."""
    return family is Family.HELP and Mark.DRILL not in split_marks(marks)


def told_first(alarm: AlarmNow) -> tuple[int, bool, Millis, str]:
    """What alarms are sorted by: help, reports, drills; of each the verified first, then the longest wait."""
    marks = split_marks(alarm.marks)
    rank = 3 if Mark.DRILL in marks else int(alarm.priority)
    return rank, Mark.UNVERIFIED in marks, alarm.raised_at, alarm.id
