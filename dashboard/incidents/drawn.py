"""The views beside the map as HTML: what was chosen, hours by weekday, offences. Pure.

Drawn from one answer; the numbers of each view sum to its total, and `data-n` of an element says what it counts.
An element with `data-narrow` and `data-value` is a button that narrows; `data-roving` is how many stand in a row (or
column), so that arrows move among them and Tab passes by. Every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from dashboard.filters import group_text
from dashboard.incidents.buttons import button, only, scale_html, short, step
from dashboard.words import Language, word
from models.formats.offences import OFFENCES
from models.incidents.answer import Answer
from models.incidents.filter import NO_HOUR, NO_PLACE, Filter

#: Offences told one by one; the others are one row.
MOST_OFFENCES = 10


def offence_name(code: str, language: Language) -> str:
    """The name of an offence of the table in the reader's language, else as it came."""
    found = OFFENCES.find(code) if code else None
    if found is None or found.code != code:
        return code or word("cas.not_known", language)
    return found.th if language == "th" else found.en


def hours_html(answer: Answer, chosen: Filter, language: Language) -> str:
    """Weekdays down, hours across; the cases without a certain hour beside them."""
    most = max(max(row) for row in answer.hours_by_weekday)
    head = "".join(f'<th scope="col">{_hour(hour, chosen, language)}</th>' for hour in range(24))
    rows = []
    for weekday, counts in enumerate(answer.hours_by_weekday):
        name = word(f"cas.wd{weekday}", language)
        cells = []
        for hour, n in enumerate(counts):
            said = word("cas.cell", language, day=name, hour=f"{hour:02d}", n=f"{n:,}")
            pressed = only(chosen.hours, hour) and only(chosen.weekdays, weekday)
            inner = button("cell", f"{weekday}:{hour}", short(n), said, n=n, scale=step(n, most), pressed=pressed)
            cells.append(f"<td>{inner}</td>")
        title = button("weekday", str(weekday), name, name, pressed=only(chosen.weekdays, weekday))
        rows.append(f'<tr><th scope="row">{title}</th>{"".join(cells)}</tr>')
    none = word("cas.no_hour", language, n=f"{answer.no_hour:,}")
    apart = button("hour", "x", none, none, n=answer.no_hour, kind="bucket", pressed=only(chosen.hours, NO_HOUR))
    table = (
        f'<table data-roving="25" aria-label="{escape(word("cas.hours", language))}"><thead><tr><td></td>{head}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table>"
    )
    return f'{table}<p class="apart">{apart}{scale_html(language)}</p>'


def _hour(hour: int, chosen: Filter, language: Language) -> str:
    return button("hour", str(hour), f"{hour:02d}", hour_name(hour, language), pressed=only(chosen.hours, hour))


def offences_html(answer: Answer, chosen: Filter, language: Language) -> str:
    """The groups, then the offences with the most cases; the others together."""
    groups = "".join(
        button(
            "group", str(group), f"<em>{group or '-'}</em> {answer.groups.get(group, 0):,}",
            f"{group_text(str(group), language)} {answer.groups.get(group, 0):,}", kind=f"group g{group}",
            pressed=only(chosen.groups, group), raw=True,
        )
        for group in (1, 2, 3, 4, 0)
    )  # fmt: skip
    together: dict[str, int] = {}
    group_of: dict[str, int] = {}
    for offence, group, n in answer.offences:
        together[offence] = together.get(offence, 0) + n
        group_of.setdefault(offence, group)
    ranked = sorted(together.items(), key=lambda one: (-one[1], one[0]))
    most = ranked[0][1] if ranked else 1
    rows = []
    for offence, n in ranked[:MOST_OFFENCES]:
        name = offence_name(offence, language)
        inner = (
            f'<span>{escape(name)}</span><i class="g{group_of[offence]}" style="width:{100 * n / most:.1f}%"></i>'
            f"<b>{n:,}</b>"
        )
        pressed = only(chosen.offences, offence)
        rows.append(f"<li>{button('offence', offence, inner, f'{name} {n:,}', n=n, raw=True, pressed=pressed)}</li>")
    rest = sum(n for _, n in ranked[MOST_OFFENCES:])
    if rest:
        others = word("cas.others", language, n=len(ranked) - MOST_OFFENCES)
        rows.append(f'<li class="rest" data-n="{rest}"><span>{escape(others)}</span><b>{rest:,}</b></li>')
    label = escape(word("cas.offences", language))
    of_groups = escape(word("inc.group", language))
    return (
        f'<div class="groups" data-roving="1" role="group" aria-label="{of_groups}">{groups}</div>'
        f'<ul data-roving="1" aria-label="{label}">{"".join(rows)}</ul>'
    )


def no_place_html(answer: Answer, chosen: Filter, language: Language) -> str:
    """The bucket of the cases no map can show."""
    said = word("cas.no_place", language, n=f"{answer.no_place:,}")
    pressed = only(chosen.qualities, NO_PLACE)
    return button("place", NO_PLACE, said, said, n=answer.no_place, kind="bucket", pressed=pressed)


def chips_html(chips: Iterable[tuple[str, str]], language: Language) -> str:
    """What was narrowed to, each with its way back. `chips`: (part, words)."""
    found = "".join(
        f'<button type="button" class="chip" data-narrow="clear" data-value="{escape(part)}" '
        f'aria-label="{escape(word("cas.undo", language, what=said))}">{escape(said)}'
        f'<span aria-hidden="true">×</span></button>'
        for part, said in chips
    )
    return f"<span>{escape(word('cas.chosen', language))}</span>{found}" if found else ""


def hour_name(hour: int, language: Language) -> str:
    """An hour in words."""
    return word("cas.hour_one", language, hour=f"{hour:02d}")
