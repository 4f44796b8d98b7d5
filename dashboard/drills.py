"""Drills in words: the line about one, and the rows of its record. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from dashboard.tables import Row
from dashboard.times import moment
from dashboard.words import Language, word
from models.drills import BadDrillError, BoxRecord
from models.records.base import Millis
from models.records.drill import Drill

#: Minutes until it begins, and minutes it lasts, to choose from.
BEGINS = (0, 15, 30, 60)
LASTS = (15, 30, 60, 120, 240)


def begins_text(minutes: int, language: Language) -> str:
    """When a drill begins, to choose."""
    return word("drill.begins_min", language, n=minutes) if minutes else word("drill.begins_0", language)


def drill_line(drill: Drill, boxes: Sequence[BoxRecord], now: Millis, zone: ZoneInfo, language: Language) -> str:
    """What is to be said of a drill that runs or is announced; empty when it is over."""
    if drill.ends_at <= now:
        return ""
    names = ", ".join(one.box for one in boxes)
    if drill.starts_at <= now:
        return word("drill.running", language, until=moment(drill.ends_at, zone, language), boxes=names)
    return word("drill.coming", language, since=moment(drill.starts_at, zone, language), boxes=names)


def drill_name(drill: Drill, zone: ZoneInfo, language: Language) -> str:
    """How a drill is called in a list: when, and what was practised."""
    return " · ".join(text for text in (moment(drill.starts_at, zone, language), drill.note) if text)


def people(drill: Drill, language: Language) -> str:
    """Who announced a drill, and who ended it before its time."""
    said = word("drill.by", language, who=drill.announced_by)
    return f"{said} · {word('drill.ended_by', language, who=drill.ended_by)}" if drill.ended_by else said


def refusal_text(error: BadDrillError, language: Language) -> str:
    """Why a drill cannot be."""
    return word(f"drill.bad_{error.why.value}", language, box=error.box)


def seconds_text(ms: float | None, language: Language) -> str:
    """A time to acknowledge; a dash for none."""
    return "–" if ms is None else word("drill.seconds", language, n=f"{ms / 1000:,.1f}")


def record_rows(boxes: Iterable[BoxRecord], zone: ZoneInfo, language: Language) -> list[Row]:
    """One row an expected box; what did not happen is said in words."""

    def row(one: BoxRecord) -> Row:
        silent, waiting = word("drill.silent", language), word("drill.waiting", language)
        unanswered = "" if one.pressed_at is None else waiting
        return {
            word("equip.box", language): one.box,
            word("drill.pressed_at", language): moment(one.pressed_at, zone, language) or silent,
            word("drill.ack_at", language): moment(one.acknowledged_at, zone, language) or unanswered,
            word("drill.ack_time", language): seconds_text(one.answer_ms, language),
            word("drill.ack_by", language): one.acknowledged_by,
        }

    return [row(one) for one in boxes]
