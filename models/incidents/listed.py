"""The table of cases: which rows stand on a page, sorted as the reader's language sorts. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.incidents.collation import thai_key
from models.incidents.columns import ANSWERS, HOURLESS, SLOTS, Table
from models.incidents.counts import Taken
from models.records.incident import FOUND_BY, PLACE_QUALITIES

#: What a table can be sorted by.
SORTS = ("time", "received", "station", "offence", "group", "status", "source", "found", "place", "arrested", "hour")

#: (column, stored word) -> the word that is shown.
Names = Callable[[str, str], str]

_PLACES = len(PLACE_QUALITIES)


def page(table: Table, rows: Taken, sort: str, number: int, size: int, names: Names | None = None) -> list[int]:
    """The rows of a page (0 = the first) of so many rows. What is equal stays in the order of time.

    An unknown sort is that by time, the newest first.
    """
    name, down = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        name, down = "time", True
    first, last = max(number, 0) * size, max(number + 1, 1) * size
    if name == "time":
        part = rows[::-1][first:last] if down else rows[first:last]
        return [int(row) for row in part]
    keys = _keys(table, rows, name, names or (lambda _column, word: word))
    order = np.argsort(-keys if down else keys, kind="stable")[first:last]
    return [int(row) for row in rows[order]]


def _keys(table: Table, rows: Taken, name: str, names: Names) -> NDArray[Any]:
    lists = table.lists
    if name == "received":
        return table.received[rows]
    if name == "hour":
        slot = table.week[rows].astype(np.int64) % SLOTS
        return np.asarray(np.minimum(slot, HOURLESS))
    if name == "offence":
        return _ranks([names(name, offence) for offence, _ in lists.kinds.all])[table.kind[rows]]
    if name == "group":
        return np.array([group or 9 for _, group in lists.kinds.all], dtype=np.int64)[table.kind[rows]]
    words = {"station": (lists.stations, table.station), "status": (lists.statuses, table.status)}
    words["source"] = (lists.sources, table.source)
    if name in words:
        known, column = words[name]
        return _ranks([names(name, one) for one in known.all])[column[rows]]
    facts = table.facts[rows].astype(np.int64)
    if name == "arrested":
        return np.asarray(facts % ANSWERS)
    if name == "place":
        return np.asarray(facts // ANSWERS % _PLACES)
    return _ranks([names(name, one) for one in FOUND_BY])[facts // ANSWERS // _PLACES]


def _ranks(words: list[str]) -> NDArray[np.int64]:
    """The place of each word among them, sorted; the same for words that read the same."""
    keys = [thai_key(word) for word in words]
    order = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return np.array([order[key] for key in keys], dtype=np.int64)
