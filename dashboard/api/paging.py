"""Times, limits and cursors of the API."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Annotated, Any

import orjson
from fastapi import HTTPException, Query
from pydantic import AfterValidator, BeforeValidator

from models.records.base import Millis

_SPACED_OFFSET = re.compile(r" (\d{2}:?\d{2})$")


def _plus(value: Any) -> Any:
    """A `+` that a caller forgot to escape arrives as a blank: `…T00:00:00 07:00`."""
    return _SPACED_OFFSET.sub(r"+\1", value) if isinstance(value, str) else value


def _zoned(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("needs an offset, for example 2026-01-31T08:00:00+07:00")
    return value


#: ISO 8601 with offset.
Moment = Annotated[datetime, BeforeValidator(_plus), AfterValidator(_zoned)]

#: `from` and `to`: `from <= t < to`.
From = Annotated[Moment | None, Query(alias="from", description="ISO 8601 with offset; included")]
To = Annotated[Moment | None, Query(alias="to", description="ISO 8601 with offset; not included")]
Limit = Annotated[int, Query(ge=1, le=1000, description="most items of a page")]
Cursor = Annotated[str | None, Query(max_length=512, description="`next` of the page before")]


def millis(moment: datetime) -> Millis:
    """A moment as ms since 1970 UTC."""
    return round(moment.timestamp() * 1000)


def window(start: datetime | None, end: datetime | None, default: tuple[Millis, Millis]) -> tuple[Millis, Millis]:
    """`from` and `to` in ms.

    Raises:
        HTTPException: 400, `to` is before `from`.
    """
    first = default[0] if start is None else millis(start)
    last = default[1] if end is None else millis(end)
    if last < first:
        raise HTTPException(400, "`to` is before `from`")
    return first, last


def iso(at: Millis | None, zone: tzinfo) -> str | None:
    """ISO 8601 with the zone's offset; None and 0 stay nothing."""
    return datetime.fromtimestamp(at / 1000, zone).isoformat(timespec="milliseconds") if at else None


def cursor_of(place: Sequence[Any]) -> str:
    """Where a page ended, as an opaque word."""
    return base64.urlsafe_b64encode(orjson.dumps(list(place))).decode().rstrip("=")


def place_of(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """Where the page before ended: values of these types.

    Raises:
        HTTPException: 400, it is no cursor of this list.
    """
    if cursor is None:
        return None
    try:
        place = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise HTTPException(400, "cursor: not one of ours") from None
    right = isinstance(place, list) and [type(value) for value in place] == list(kinds)
    if not right or any(isinstance(value, int) and abs(value) > 2**62 for value in place):
        raise HTTPException(400, "cursor: not one of this list")
    return tuple(place)


def groups_of(text: str | None) -> frozenset[int] | None:
    """Offence groups of a comma list; None: all.

    Raises:
        HTTPException: 400, none of ours.
    """
    if text is None:
        return None
    try:
        groups = frozenset(int(part) for part in text.split(","))
    except ValueError:
        groups = frozenset({-1})
    if not groups <= {0, 1, 2, 3, 4}:
        raise HTTPException(400, "group: a comma list of 1 to 4 (0 = none)")
    return groups
