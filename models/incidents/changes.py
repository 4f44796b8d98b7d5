"""What an edit changes: the fields that may be changed, and the difference of two states of an incident. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

#: Fields of an incident that may be changed; its station, source and number are its name.
EDITABLE = (
    "occurred_from", "occurred_to", "reported_at", "offence", "offence_group", "lat", "lon", "place_quality",
    "found_by", "status", "arrested", "description",
)  # fmt: skip

#: Field whose text may name people: told only to those who may see it.
TEXT = "description"

Value = str | int | float | bool | None
Difference = dict[str, tuple[Value, Value]]


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """Field -> (before, after) of the fields that differ, in the order of `EDITABLE`."""
    return {name: (before[name], after[name]) for name in EDITABLE if before[name] != after[name]}


def written(changed: Difference) -> str:
    """The difference as the history keeps it."""
    return orjson.dumps(changed).decode()


def without_text(fields: str) -> str:
    """A difference of the history without its free text: that there was one is still told, by two sides of None."""
    return orjson.dumps({**orjson.loads(fields), TEXT: (None, None)}).decode()


def told(fields: str, text: bool) -> Difference:
    """A difference read from the history; without leave to see `text` both sides of the free text are None."""
    found = {name: (before, after) for name, (before, after) in orjson.loads(fields).items()}
    if not text and TEXT in found:
        found[TEXT] = (None, None)
    return found
