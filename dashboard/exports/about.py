"""What a file or report of a filter says of itself, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from dashboard.incidents.parts import parts_in_words
from dashboard.times import day, moment
from dashboard.words import Language, word
from models.formats.incident_files import About
from models.incidents import address
from models.incidents.answer import Answer
from models.incidents.filter import Filter
from models.incidents.periods import days_of
from models.records.base import Millis
from models.records.station import Station, Zone


def period_words(chosen: Filter, zone: ZoneInfo, language: Language) -> str:
    """The days of a filter, Buddhist era in Thai: `1 ต.ค. 2568 - 30 ก.ย. 2569`."""
    first, last = days_of(chosen.start, chosen.end, zone)
    return f"{day(first, language)} - {day(last, language)}"


def names_of(stations: Iterable[Station], zones: Iterable[Zone], language: Language) -> dict[str, str]:
    """What stations (by code) and zones (by `station/zone`) are called."""
    found = {one.code: (one.name_th if language == "th" else one.name_en) or one.code for one in stations}
    return found | {
        f"{one.station}/{one.code}": (one.name_th if language == "th" else one.name_en) or one.code for one in zones
    }


def narrowing_words(chosen: Filter, names: Mapping[str, str], language: Language) -> str:
    """The parts that narrow, in words; "" when none does. `names`: of stations and zones."""
    said = []
    if chosen.stations is not None:
        stations = ", ".join(sorted(names.get(one, one) for one in chosen.stations)) or word("flt.nothing", language)
        said.append(f"{word('flt.station', language)}: {stations}")
    if chosen.zone is not None:
        said.append(f"{word('flt.zone', language)}: {names.get(chosen.zone, word('flt.zone_gone', language))}")
    return " · ".join([*said, *(words for _, words in parts_in_words(chosen, language))])


def about_of(
    chosen: Filter,
    answer: Answer,
    names: Mapping[str, str],
    who: str,
    now: Millis,
    zone: ZoneInfo,
    language: Language,
) -> About:
    """Title, period, what narrows (in words, and as the address that gives the filter again), cases, those without
    place or hour, age of the data, who made it when."""
    narrowing = narrowing_words(chosen, names, language) or word("flt.all", language)
    link = "&".join(f"{name}={value}" for name, value in address.write(chosen, zone).items())
    said = (
        ("title", word("exp.incidents", language)), ("period", period_words(chosen, zone, language)),
        ("filter", narrowing), ("link", link), ("n", f"{answer.total}"), ("no_place", f"{answer.no_place}"),
        ("no_hour", f"{answer.no_hour}"), ("data_age", moment(answer.newest, zone, language) or "-"),
        ("made", f"{moment(now, zone, language)} {who}"),
    )  # fmt: skip
    return About(tuple((word(f"exp.a_{name}", language), value) for name, value in said))
