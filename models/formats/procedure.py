"""A written procedure: what is to be done at an alarm, item by item. Read from TOML (`docs/desk.md`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: More items than this nobody ticks off.
MOST_ITEMS = 30

#: Longest text of an item, in letters.
MOST_TEXT = 200

_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")


class ProcedureError(Exception):
    """The text is no procedure; `str()` is one line that says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do. `kinds`: alarms it belongs to, by their kind; empty = all."""

    id: str
    th: str
    en: str
    kinds: tuple[str, ...] = ()


def items_for(items: Sequence[Item], kind: str) -> list[Item]:
    """The items that belong to an alarm of this kind, in their order."""
    return [item for item in items if not item.kinds or kind in item.kinds]


def read_procedure(text: str) -> list[Item]:
    """The items of a procedure: tables `[[item]]` with `id`, `th`, and if wanted `en` and `kinds`.

    Raises:
        ProcedureError: it is no TOML, or an item lacks what it needs.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProcedureError(f"no TOML: {error}") from None
    rows = found.get("item")
    if not isinstance(rows, list) or not rows:
        raise ProcedureError("it has no [[item]]")
    if len(rows) > MOST_ITEMS:
        raise ProcedureError(f"it has more than {MOST_ITEMS} items")
    items = [_item(number, row) for number, row in enumerate(rows, 1)]
    ids = [item.id for item in items]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ProcedureError(f"id used twice: {', '.join(twice)}")
    return items


def _item(number: int, row: object) -> Item:
    if not isinstance(row, Mapping):
        raise ProcedureError(f"item {number} is no table")
    name = row.get("id")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise ProcedureError(f"item {number}: `id` must be letters a-z, digits and _")
    th, en = row.get("th"), row.get("en", "")
    if not isinstance(th, str) or not th.strip() or not isinstance(en, str):
        raise ProcedureError(f"item {name}: `th` must be a text, `en` too if it is there")
    if len(th) > MOST_TEXT or len(en) > MOST_TEXT:
        raise ProcedureError(f"item {name}: longer than {MOST_TEXT} letters")
    kinds = row.get("kinds", [])
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise ProcedureError(f"item {name}: `kinds` must be a list of texts")
    return Item(name, th.strip(), en.strip() or th.strip(), tuple(kinds))
