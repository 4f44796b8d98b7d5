"""The calendar and the trend as HTML: days, weeks or months, as long as the span lets them be read. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from html import escape

from dashboard.incidents.buttons import button, scale_html, short, step
from dashboard.times import day, month
from dashboard.words import Language, word
from models.incidents.answer import Answer

#: Days of a span up to which each has a cell of its own in the calendar; above it each month has.
MOST_DAYS = 400

#: Days up to which the trend has a bar for each, and up to which for each week.
MOST_DAY_BARS, MOST_WEEK_BARS = 62, 400

_EPOCH = date(1970, 1, 1)


def calendar_html(answer: Answer, first: date, last: date, chosen_days: bool, language: Language) -> str:
    """A cell for each day from the first to the last, weeks side by side; for a long span one for each month."""
    if (last - first).days >= MOST_DAYS:
        return _months_html(answer, first, last, language)
    counts = {_EPOCH + timedelta(days=number): n for number, n in answer.days}
    most = max(counts.values(), default=0)
    start = first - timedelta(days=first.weekday())
    cells = ['<i class="none"></i>' for _ in range(first.weekday())]
    named: list[tuple[int, str]] = []
    for number in range((last - first).days + 1):
        one = first + timedelta(days=number)
        n = counts.get(one, 0)
        if one.day == 1 or number == 0:
            # The year stands with the first month and with each January: all of them would stand on each other.
            whole = number == 0 or one.month == 1 or one - first < timedelta(days=31)
            name = month(one, language)
            named.append(((one - start).days // 7 + 1, name if whole else name.rsplit(" ", 1)[0]))
        said = f"{day(one, language)} {word('cas.n', language, n=f'{n:,}')}"
        pressed = chosen_days and first == last
        cells.append(button("span", f"{one}~{one}", str(one.day), said, n=n, scale=step(n, most), pressed=pressed))
    weeks = ((last - start).days // 7) + 1
    heads = "".join(f'<b style="grid-column:{column} / span 4">{escape(name)}</b>' for column, name in _apart(named))
    names = "".join(f"<span>{escape(word(f'cas.wd{number}', language))}</span>" for number in range(7))
    few = " few" if weeks <= 14 else ""
    across = f'style="grid-template-columns:repeat({weeks},minmax(0,1fr))"'
    return (
        f'<div class="cal{few}"><div class="month-names" {across}>{heads}</div>'
        f'<div class="weeks"><div class="day-names">{names}</div>'
        f'<div class="days" data-roving="7" data-down="1" {across} '
        f'role="group" aria-label="{escape(word("cas.calendar", language))}">{"".join(cells)}</div></div></div>'
        f'<p class="apart">{scale_html(language)}</p>'
    )


def _apart(named: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Names of months that do not stand on each other: a first month of a few days has none."""
    kept: list[tuple[int, str]] = []
    for at, (column, name) in enumerate(named):
        after = named[at + 1][0] if at + 1 < len(named) else column + 4
        # A name with its year is as wide as six weeks.
        free = 4 if not kept or " " not in kept[-1][1] else 6
        if after - column >= 4 and (not kept or column - kept[-1][0] >= free):
            kept.append((column, name))
    return kept


def _months_html(answer: Answer, first: date, last: date, language: Language) -> str:
    counts = {_EPOCH + timedelta(days=number): n for number, n in answer.months}
    most = max(counts.values(), default=0)
    rows = []
    for year in range(first.year, last.year + 1):
        cells = []
        for number in range(1, 13):
            begin = date(year, number, 1)
            end = _next(begin) - timedelta(days=1)
            if end < first or begin > last:
                cells.append('<td><i class="none"></i></td>')
                continue
            n = counts.get(begin, 0)
            said = f"{month(begin, language)} {word('cas.n', language, n=f'{n:,}')}"
            value = f"{max(begin, first)}~{min(end, last)}"
            cells.append(f"<td>{button('span', value, short(n), said, n=n, scale=step(n, most))}</td>")
        name = month(date(year, 1, 1), language).split()[-1]
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}</tr>')
    heads = "".join(
        f'<th scope="col">{escape(month(date(2020, number, 1), language).rsplit(" ", 1)[0])}</th>'
        for number in range(1, 13)
    )
    return (
        f'<table class="months" data-roving="12" aria-label="{escape(word("cas.calendar", language))}">'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f'<p class="apart">{scale_html(language)}</p>'
    )


def trend_html(answer: Answer, first: date, last: date, language: Language) -> str:
    """Bars by day, week or month, as long as the span lets them be read."""
    days = (last - first).days + 1
    counts = {_EPOCH + timedelta(days=number): n for number, n in answer.days}
    if days <= MOST_DAY_BARS:
        unit, bars = "day", [(one, one, counts.get(one, 0)) for one in _each(first, last)]
    elif days <= MOST_WEEK_BARS:
        unit, bars = "week", _weeks(counts, first, last)
    else:
        unit, bars = "month", _months(answer, first, last)
    most = max((n for _, _, n in bars), default=0)
    drawn = []
    for begin, end, n in bars:
        days_said = day(begin, language) if begin == end else f"{day(begin, language)} - {day(end, language)}"
        said = f"{days_said} {word('cas.n', language, n=f'{n:,}')}"
        bar = f'<i style="height:{100 * n / max(most, 1):.1f}%"></i>'
        drawn.append(button("span", f"{begin}~{end}", bar, said, n=n, raw=True))
    ends = f"<span>{escape(day(first, language))}</span><span>{escape(day(last, language))}</span>"
    told = f"{word(f'cas.per_{unit}', language)} · {word('cas.most', language, n=f'{most:,}')}"
    return (
        f'<div class="bars" data-roving="1" role="group" aria-label="{escape(word("cas.trend", language))}">'
        f'{"".join(drawn)}</div><div class="ends">{ends}</div><p class="apart">{escape(told)}</p>'
    )


def _each(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _weeks(counts: dict[date, int], first: date, last: date) -> list[tuple[date, date, int]]:
    bars = []
    begin = first
    while begin <= last:
        end = min(last, begin + timedelta(days=6 - begin.weekday()))
        bars.append((begin, end, sum(counts.get(one, 0) for one in _each(begin, end))))
        begin = end + timedelta(days=1)
    return bars


def _months(answer: Answer, first: date, last: date) -> list[tuple[date, date, int]]:
    counts = {_EPOCH + timedelta(days=number): n for number, n in answer.months}
    bars = []
    begin = first.replace(day=1)
    while begin <= last:
        after = _next(begin)
        bars.append((max(begin, first), min(last, after - timedelta(days=1)), counts.get(begin, 0)))
        begin = after
    return bars


def _next(first_of_month: date) -> date:
    return (first_of_month + timedelta(days=32)).replace(day=1)
