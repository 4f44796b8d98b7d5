"""What a file or report of a filter says of itself, in words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dashboard.times import day, moment
from dashboard.words import Language, word
from models.formats.incident_files import About
from models.incidents import address
from models.incidents.answer import Answer
from models.incidents.filter import Filter
from models.incidents.periods import days_of
from models.records.base import Millis


def period_words(chosen: Filter, zone: ZoneInfo, language: Language) -> str:
    """The days of a filter, Buddhist era in Thai: `1 ต.ค. 2568 - 30 ก.ย. 2569`."""
    first, last = days_of(chosen.start, chosen.end, zone)
    return f"{day(first, language)} - {day(last, language)}"


def narrowing_words(chosen: Filter, zone: ZoneInfo, language: Language) -> str:
    """The parts that narrow, as the address tells them; "" when only the period does."""
    said = address.write(chosen, zone)
    period = {"v", "period", "back", "from", "to"}
    return " · ".join(f"{name}={value}" for name, value in said.items() if name not in period)


def about_of(chosen: Filter, answer: Answer, who: str, now: Millis, zone: ZoneInfo, language: Language) -> About:
    """Title, period, what narrows, cases, those without place or hour, age of the data, who made it when."""
    narrowing = narrowing_words(chosen, zone, language) or word("flt.all", language)
    said = (
        ("title", word("exp.incidents", language)), ("period", period_words(chosen, zone, language)),
        ("filter", narrowing), ("n", f"{answer.total}"), ("no_place", f"{answer.no_place}"),
        ("no_hour", f"{answer.no_hour}"), ("data_age", moment(answer.newest, zone, language) or "-"),
        ("made", f"{moment(now, zone, language)} {who}"),
    )  # fmt: skip
    return About(tuple((word(f"exp.a_{name}", language), value) for name, value in said))
