"""A filter in words: each part that narrows, by the name a click takes it back with. Pure."""

from __future__ import annotations

from dashboard.filters import group_text
from dashboard.incidents.drawn import hour_name, offence_name
from dashboard.words import Language, word
from models.incidents.filter import NO_HOUR, Filter


def parts_in_words(chosen: Filter, language: Language) -> list[tuple[str, str]]:
    """(part, words) of what narrows, beside period, station and zone, which stand in the bar themselves."""
    found: list[tuple[str, str]] = []

    def told(part: str, label: str, words: list[str]) -> None:
        # An address of which nothing is known is left with an empty choice: it takes no case, and that is said.
        found.append((part, f"{word(label, language)}: {', '.join(words) or word('flt.nothing', language)}"))

    if chosen.hours is not None:
        unsure = [word("cas.not_known", language)] if NO_HOUR in chosen.hours else []
        told("hour", "inc.hour_from", [hour_name(one, language) for one in sorted(chosen.hours - {NO_HOUR})] + unsure)
    if chosen.weekdays is not None:
        told("weekday", "cas.weekday", [word(f"cas.wd{one}", language) for one in sorted(chosen.weekdays)])
    if chosen.groups is not None:
        told("group", "inc.group", [group_text(str(one), language) for one in sorted(chosen.groups)])
    if chosen.offences is not None:
        told("offence", "inc.offence", [offence_name(one, language) for one in sorted(chosen.offences)])
    if chosen.qualities is not None:
        told("place", "inc.quality", [word(f"inc.q_{one}", language) for one in sorted(chosen.qualities)])
    if chosen.statuses is not None:
        told("status", "flt.status", [one or word("flt.no_status", language) for one in sorted(chosen.statuses)])
    if chosen.arrested is not None:
        told("arrested", "inc.arrested", [word(f"flt.arrested_{one}", language) for one in sorted(chosen.arrested)])
    if chosen.found_by is not None:
        told("found", "inc.found_by", [word(f"inc.f_{one}", language) for one in sorted(chosen.found_by)])
    if chosen.sources is not None:
        told("source", "inc.source", sorted(chosen.sources))
    if chosen.area is not None:
        found.append(("area", word("cas.area", language)))
    return found
