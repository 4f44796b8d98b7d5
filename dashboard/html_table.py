"""A table as plain HTML: drawn with the page, read by a screen reader, and no library of grids is loaded for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType

import streamlit as st

from dashboard.tables import Row

_NO_WAYS: Mapping[str, str] = MappingProxyType({})
_NO_ORDERS: Mapping[str, Sequence[float]] = MappingProxyType({})


def table_html(
    rows: Sequence[Row],
    caption: str,
    *,
    pick: Sequence[str] = (),
    named: int = 0,
    heads: bool = False,
    ways: Mapping[str, str] = _NO_WAYS,
    orders: Mapping[str, Sequence[float]] = _NO_ORDERS,
) -> str:
    """Rows of the same columns as a `<table>`; whole numbers in groups of three digits and to the right.

    `caption`: what the table is, for those who hear it. `pick`: an id for each row that can be chosen; its cell
    number `named` is then a button with that id. `heads`: the first cell of each row names the row.
    `ways`: columns of paths of ours, each with the words its links show; they open beside this page.
    `orders`: columns the table can be ordered by, each with a number for every row; a script of the page does it.
    """
    if not rows:
        return ""
    columns = list(rows[0])
    right = {name for name in columns if isinstance(rows[0][name], int)}
    head = "".join(_head(name, name in right, name in orders) for name in columns)
    body = []
    for at, row in enumerate(rows):
        chosen = f' data-spot="{escape(pick[at])}"' if pick else ""
        cells = []
        for number, name in enumerate(columns):
            text = _text(row[name])
            if name in ways and text.startswith("/"):
                text = f'<a href="{text}" target="_blank" rel="noopener">{escape(ways[name])}</a>'
            if pick and number == named:
                text = f'<button type="button"{chosen}>{text}</button>'
            if heads and number == 0:
                cells.append(f'<th scope="row">{text}</th>')
            else:
                order = f' data-order="{orders[name][at]:g}"' if name in orders else ""
                cells.append(f"<td{_side(name in right)}{order}>{text}</td>")
        body.append(f"<tr{chosen}>{''.join(cells)}</tr>")
    said = f'<caption class="ssz-said">{escape(caption)}</caption>'
    return f'<table class="ssz-table">{said}<thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table>'


def draw_table(
    rows: Sequence[Row],
    caption: str,
    *,
    heads: bool = False,
    scrolled: bool = False,
    ways: Mapping[str, str] = _NO_WAYS,
) -> None:
    """Draw a table; `scrolled`: in a frame of its own that is never higher than a few rows."""
    kind = "ssz-rows ssz-scrolled" if scrolled else "ssz-rows"
    frame = f'<div class="{kind}" tabindex="0" role="region" aria-label="{escape(caption)}">'
    st.html(f"{frame}{table_html(rows, caption, heads=heads, ways=ways)}</div>")


def _head(name: str, right: bool, ordering: bool) -> str:
    if not ordering:
        return f'<th scope="col"{_side(right)}>{escape(name)}</th>'
    return (
        f'<th scope="col"{_side(right)} aria-sort="none"><button type="button" data-order="">{escape(name)}'
        '<span aria-hidden="true"></span></button></th>'
    )


def _side(right: bool) -> str:
    return ' class="ssz-number"' if right else ""


def _text(value: str | int | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else escape(value)
