"""Thai days and months: their short names, the Buddhist era, and when a month began. Pure."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from models.records.base import Millis

THAI_MONTHS = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

#: Years between the Buddhist and the Christian era.
BUDDHIST_ERA = 543


def thai_day(value: date) -> str:
    """`21 พ.ย. 2569`."""
    return f"{value.day} {THAI_MONTHS[value.month - 1]} {value.year + BUDDHIST_ERA}"


def english_day(value: date) -> str:
    """`21 Nov 2026`."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def month_began(now: Millis, zone: ZoneInfo) -> Millis:
    """Midnight of the first day of the month of a moment, where the stations are."""
    here = datetime.fromtimestamp(now / 1000, zone)
    return round(here.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)
