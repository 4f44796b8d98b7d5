"""Moments as the reader writes them: Bangkok time, 24 h, Buddhist era in Thai. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.words import Language, word
from models.records.base import Millis
from models.thai_time import english_day, thai_day


def day(value: date, language: Language) -> str:
    """`21 พ.ย. 2569` or `21 Nov 2026`."""
    return thai_day(value) if language == "th" else english_day(value)


def month(value: date, language: Language) -> str:
    """`พ.ย. 2569` or `Nov 2026`."""
    return day(value.replace(day=1), language).removeprefix("1 ")


def moment(at: Millis | None, zone: ZoneInfo, language: Language) -> str:
    """Day and time; empty for none."""
    if at is None or at <= 0:
        return ""
    local = datetime.fromtimestamp(at / 1000, zone)
    return f"{day(local.date(), language)} {local:%H:%M:%S}"


def day_of(at: Millis, zone: ZoneInfo, language: Language) -> str:
    """The day of a moment."""
    return day(datetime.fromtimestamp(at / 1000, zone).date(), language)


def age(ms: Millis, language: Language) -> str:
    """An age as one number and a word: `12 วิ`, `3 นาที`, `5 ชม.`, `2 วัน`."""
    seconds = max(0, ms // 1000)
    for size, key in ((86_400, "live.day"), (3_600, "live.hour"), (60, "live.min")):
        if seconds >= size:
            return f"{seconds // size} {word(key, language)}"
    return f"{seconds} {word('live.sec', language)}"


def span(first: date, last: date, zone: ZoneInfo) -> tuple[Millis, Millis]:
    """From the start of the first day to the end of the last, as `[start, end)` in ms."""
    start = datetime(first.year, first.month, first.day, tzinfo=zone)
    after = last + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone)
    return int(start.timestamp() * 1000), int(end.timestamp() * 1000)
