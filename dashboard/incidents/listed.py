"""A page of the list of incidents as HTML: sorted by the head of a column, each row a way to the record, each value a
button that narrows every view to it. Pure; every text in it is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dashboard.filters import group_text
from dashboard.incidents.drawn import offence_name
from dashboard.times import moment
from dashboard.words import Language, word
from models.records.incident import Incident

#: Rows of a page.
SIZE = 25

#: Columns: what each is sorted by, and its words.
COLUMNS = (
    ("time", "inc.occurred_at"), ("offence", "inc.offence"), ("group", "inc.group"), ("station", "flt.station"),
    ("place", "inc.quality"), ("found", "inc.found_by"), ("arrested", "inc.arrested"), ("status", "cas.status"),
    ("source", "inc.source"), ("", "inc.id"),
)  # fmt: skip

#: Cells of a row that narrow: arrows move among them, a row down or up.
_NARROWING = 8

_ARRESTED = {True: "yes", False: "no", None: "unknown"}

#: Sorted at first: the newest first.
USUAL = "-time"


def record_path(station: str, source: str, name: str) -> str:
    """Address of an incident's record, below the product's own."""
    return "incident?" + urlencode({"station": station, "source": source, "id": name})


def when(one: Incident, zone: ZoneInfo, language: Language) -> str:
    """When an incident began, or the window it lies in."""
    begun = moment(one.occurred_from, zone, language)[:-3]
    if one.occurred_to is None or one.occurred_to == one.occurred_from:
        return begun
    return f"{begun} - {moment(one.occurred_to, zone, language)[:-3]}"


def arrested_word(arrested: bool | None, language: Language) -> str:
    """Whether somebody was arrested, in words."""
    if arrested is None:
        return word("cas.not_known", language)
    return word("inc.arrested" if arrested else "inc.not_arrested", language)


def page_html(
    rows: Sequence[Incident], total: int, page: int, sort: str, stations: Mapping[str, str], zone: ZoneInfo,
    language: Language,
) -> str:  # fmt: skip
    """The table and what leafs through it. `stations`: code -> name; `page`: from 0."""
    if not total:
        return f'<p class="empty">{escape(word("cas.none", language))}</p>'
    heads = "".join(_head(name, word(key, language), sort, language) for name, key in COLUMNS)
    body = "".join(f"<tr>{_cells(one, stations, zone, language)}</tr>" for one in rows)
    label = escape(word("cas.list", language))
    return (
        f'<table class="ssz-table" aria-label="{label}"><thead><tr>{heads}</tr></thead>'
        f'<tbody data-roving="{_NARROWING}">{body}</tbody></table>'
        f'<p class="apart">{escape(word("cas.rows_help", language))}</p>{_leaf(total, page, language)}'
    )


def _head(name: str, words: str, sort: str, language: Language) -> str:
    if not name:
        return f'<th scope="col">{escape(words)}</th>'
    mine = sort.removeprefix("-") == name
    down = sort.startswith("-")
    # The newest first, but words from their first letter.
    following = f"-{name}" if (not down if mine else name == "time") else name
    state = ("descending" if down else "ascending") if mine else "none"
    said = escape(word("cas.sort", language, what=words))
    return (
        f'<th scope="col" aria-sort="{state}"><button type="button" data-sort="{following}" title="{said}">'
        # The arrow is the look's own, as on every table that is sorted.
        f'{escape(words)}<span aria-hidden="true"></span></button></th>'
    )


def _cells(one: Incident, stations: Mapping[str, str], zone: ZoneInfo, language: Language) -> str:
    group = one.offence_group or 0
    path = escape(record_path(one.station, one.source, one.id))
    named = escape(group_text(str(group), language))
    no_status = "" if one.status else f' aria-label="{escape(word("flt.no_status", language))}"'
    mark = f'<em class="g{group}">{group or "-"}</em>'
    texts = (
        f'<a href="{path}" target="_self">{escape(when(one, zone, language))}</a>',
        _narrowing("offence", one.offence, escape(offence_name(one.offence, language))),
        _narrowing("group", str(group), mark, f' title="{named}" aria-label="{named}"'),
        _narrowing("station", one.station, escape(stations.get(one.station, one.station))),
        _narrowing("place", one.place_quality, escape(word(f"inc.q_{one.place_quality}", language))),
        _narrowing("found", one.found_by, escape(word(f"inc.f_{one.found_by}", language))),
        _narrowing("arrested", _ARRESTED[one.arrested], escape(arrested_word(one.arrested, language))),
        _narrowing("status", one.status, escape(one.status or "-"), no_status),
        _narrowing("source", one.source, escape(one.source)), escape(one.id),
    )  # fmt: skip
    return "".join(f"<td>{text}</td>" for text in texts)


def _narrowing(part: str, value: str, shown: str, more: str = "") -> str:
    """A value of a row as a button that narrows every view to it."""
    return f'<button type="button" data-narrow="{part}" data-value="{escape(value)}"{more}>{shown}</button>'


def _leaf(total: int, page: int, language: Language) -> str:
    pages = -(-total // SIZE)
    said = escape(word("cas.page", language, page=f"{page + 1:,}", pages=f"{pages:,}"))
    before, after = (escape(word(f"cas.{name}", language)) for name in ("earlier", "later"))
    off_before, off_after = ' disabled=""' if page == 0 else "", ' disabled=""' if page + 1 >= pages else ""
    return (
        f'<p class="leaf"><button type="button" data-page="{page - 1}"{off_before}>{before}</button>'
        f"<span>{said} · {escape(word('cas.n', language, n=f'{total:,}'))}</span>"
        f'<button type="button" data-page="{page + 1}"{off_after}>{after}</button></p>'
    )
