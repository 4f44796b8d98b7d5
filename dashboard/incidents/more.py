"""What narrows further, in a popover of the bar: times of day and week, offences, status, found by, source, place.

Its fields are made when it is opened: eleven in every run cost each change of the filter more than its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.filters import GROUPS, group_text
from dashboard.incidents.asked import Asked, put
from dashboard.incidents.choices import few, several
from dashboard.visit import Visit
from dashboard.words import word
from models.analysis.shifts import Shifts
from models.formats.offences import OFFENCES
from models.incidents.filter import ARRESTED, NO_HOUR
from models.records.incident import FOUND_BY, PLACE_QUALITIES

#: Where it is kept whether the popover is open.
OPEN = "bar-more"


def offence_text(code: str, language: str) -> str:
    """An offence as it is read: its name when it is a code of the table, else the words as they came."""
    known = OFFENCES.find(code)
    if known is None or known.code != code:
        return code
    return known.th if language == "th" else known.en


def more(here: Visit, found: Asked) -> None:
    """Draw the popover."""
    language, chosen = here.language, found.filter
    # The label stays the same: with another one it would be another popover, and shut at each choice.
    box = st.popover(word("flt.more", language), icon=":material/tune:", width="stretch", key=OPEN, on_change="rerun")
    if not box.open:
        return
    with box:
        _times(here, found)
        pills: tuple[tuple[str, str, str, Iterable[str], Callable[[str], str]], ...] = (
            ("group", "inc.group", "groups", GROUPS, lambda one: group_text(one, language)),
            ("arrested", "inc.arrested", "arrested", ARRESTED, lambda one: word(f"flt.arrested_{one}", language)),
            ("found", "inc.found_by", "found_by", FOUND_BY, lambda one: word(f"inc.f_{one}", language)),
            ("place", "inc.quality", "qualities", PLACE_QUALITIES, lambda one: word(f"inc.q_{one}", language)),
        )
        for name, key, field, options, text in pills:
            few(name, word(key, language), list(options), text, _words(getattr(chosen, field)),
                _changing(here, found, field, int if field == "groups" else str))  # fmt: skip
        lists = (
            ("offence", "inc.offence", "offences", lambda one: offence_text(one, language)),
            ("status", "flt.status", "statuses", lambda one: one or word("flt.no_status", language)),
            ("source", "inc.source", "sources", str),
        )
        for name, key, field, text in lists:
            several(name, word(key, language), found.names[name], text, _words(getattr(chosen, field)),
                    _changing(here, found, field, str), word("flt.all", language))  # fmt: skip
        if chosen.area is not None:
            st.button(word("flt.drop_area", language), key="bar-area", icon=":material/close:", on_click=put,
                      args=(replace(chosen, area=None), here.runtime.values.zone))  # fmt: skip


def _times(here: Visit, found: Asked) -> None:
    """Hours by shift and one by one, and days of the week."""
    language, chosen = here.language, found.filter
    shifts = Shifts(here.runtime.values.targets.shifts, here.runtime.values.zone)
    hours = chosen.hours or frozenset()
    whole = [str(one) for one in range(len(shifts)) if set(shifts.hours(one)) <= hours]

    def by_shift(names: list[str]) -> None:
        wanted = frozenset(hour for name in names for hour in shifts.hours(int(name)))
        # "Not certain" is no hour of a shift: it stays as it was chosen.
        put(replace(chosen, hours=wanted | (hours & {NO_HOUR}) or None), here.runtime.values.zone)

    few("shift", word("hot.shift", language), [str(one) for one in range(len(shifts))],
        lambda one: shifts.name(int(one)), whole, by_shift)  # fmt: skip
    options = [*(str(hour) for hour in range(24)), str(NO_HOUR)]
    several("hour", word("flt.hours", language), options, lambda one: _hour_text(int(one), here),
            [str(hour) for hour in sorted(hours)], _changing(here, found, "hours", int),
            word("flt.all", language))  # fmt: skip
    few("wd", word("flt.weekdays", language), [str(one) for one in range(7)],
        lambda one: word(f"flt.wd_{one}", language), _words(chosen.weekdays),
        _changing(here, found, "weekdays", int))  # fmt: skip


def _changing(here: Visit, found: Asked, field: str, read: Callable[[str], Any]) -> Callable[[list[str]], None]:
    def changed(values: list[str]) -> None:
        after: dict[str, Any] = {field: frozenset(read(one) for one in values) or None}
        put(replace(found.filter, **after), here.runtime.values.zone)

    return changed


def _words(values: Iterable[object] | None) -> list[str]:
    return sorted(str(one) for one in values or ())


def _hour_text(hour: int, here: Visit) -> str:
    return word("flt.hour_unknown", here.language) if hour == NO_HOUR else f"{hour:02d}:00-{hour:02d}:59"
