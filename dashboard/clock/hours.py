"""The hours of the week as a table, and the list for the roster. Pure; every text in it is escaped."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape

from dashboard.clock.read import Hours
from dashboard.tables import Row
from dashboard.words import Language, word
from models.analysis.unguarded import Cell


def weekday(number: int | None, language: Language) -> str:
    """What a day of the week (0 = Monday) is called; any day for none."""
    return word("clock.any_day" if number is None else f"hot.day_{number}", language)


def week_html(found: Hours, language: Language) -> str:
    """Cases over minutes of patrol, by weekday and hour; darker where there are more cases, marked where listed."""
    cases = found.week.cases
    most = float(cases.max()) or 1.0
    marked = _marked(found)
    head = "".join(f'<th scope="col">{hour:02d}</th>' for hour in range(24))
    body = []
    for day in range(7):
        cells = []
        for hour in range(24):
            n, certain = float(cases[day, hour]), int(found.week.certain[day, hour])
            minutes = (
                "" if found.minutes is None or not found.days else f"<small>{found.minutes[day, hour]:,.0f}</small>"
            )
            sure = "" if abs(n - certain) < 0.05 else ' class="spread"'
            listed = ' class="listed"' if (day, hour) in marked else ""
            shade = f"--n: {n / most:.2f}"
            cells.append(f'<td{listed} style="{shade}"><b{sure}>{n:.0f}</b>{minutes}</td>')
        body.append(f'<tr><th scope="row">{escape(weekday(day, language))}</th>{"".join(cells)}</tr>')
    said = escape(word("clock.week", language))
    table = (
        f'<table><caption class="ssz-said">{said}</caption><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table>"
    )
    return f'<div class="ssz-week" tabindex="0" role="region" aria-label="{said}">{table}</div>'


def listed_rows(found: Hours, language: Language) -> list[Row]:
    """The list for the roster, the most over its share first."""
    if found.listed is None:
        return []
    return [
        {
            word(
                "clock.when", language
            ): f"{weekday(cell.weekday, language)} {cell.first:02d}:00-{cell.until:02d}:00",
            word("clock.cases", language): f"{cell.cases:.0f}",
            word("clock.minutes_a_day", language): f"{cell.minutes:,.0f}",
            word("clock.missing", language): f"+{cell.missing:,.0f}",
        }
        for cell in found.listed.cells
    ]


def why_words(found: Hours, language: Language) -> str:
    """What the list says, or why there is none."""
    if found.minutes is None:
        return word("clock.u_area" if found.area else "clock.u_one_station", language)
    if found.listed is None:
        return word("clock.u_no_minutes", language, n=found.days)
    if found.listed.why:
        return word(f"clock.u_{found.listed.why}", language, n=found.days)
    return word("clock.u_found", language, n=len(found.listed.cells))


def last_day(first_of_month: date, newest: date) -> date:
    """The last day of a month, or the newest there is."""
    after = (first_of_month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return min(after - timedelta(days=1), newest)


def _marked(found: Hours) -> set[tuple[int, int]]:
    cells: tuple[Cell, ...] = () if found.listed is None else found.listed.cells
    return {
        (day, hour)
        for cell in cells
        for day in (range(7) if cell.weekday is None else (cell.weekday,))
        for hour in range(cell.first, cell.until)
    }
