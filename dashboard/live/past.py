"""Who may look back how far, and what may be asked for. Pure; the doors are `dashboard.live.past_routes`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dashboard.access.asking import RefusedError
from models.picture import Key
from models.records.base import Millis

#: Trails this long belong to the live picture: what led up to now, of all units alike.
TRAIL_MS = 60 * 60_000

#: A page's clock and the way to us may make a trail this much longer than asked for.
SLACK_MS = 60_000

#: Longest window of one request.
WINDOW_MS = 60 * 60_000

#: Most fixes in one answer: 4 MB.
MOST_FIXES = 250_000

#: 2000-01-01 to 2200-01-01: a moment outside is none of ours.
_TIMES = (946_684_800_000, 7_258_118_400_000)


def moment(query: Mapping[str, str], name: str) -> Millis:
    """A time of a query, epoch ms UTC.

    Raises:
        RefusedError: it is not there, or none.
    """
    text = query.get(name, "")
    if not re.fullmatch(r"[0-9]{12,13}", text) or not _TIMES[0] <= int(text) < _TIMES[1]:
        raise RefusedError(400, f"`{name}` must be a time in milliseconds since 1970, UTC")
    return int(text)


def window(query: Mapping[str, str], now: Millis) -> tuple[Millis, Millis]:
    """`from` and `to` of a query, `to` not after now.

    Raises:
        RefusedError: they are no window, or a longer one than `WINDOW_MS`.
    """
    start, end = moment(query, "from"), moment(query, "to")
    if end <= start:
        raise RefusedError(400, "`to` must be after `from`")
    if end - start > WINDOW_MS:
        raise RefusedError(400, f"ask for at most {WINDOW_MS // 60_000} minutes at a time")
    if start > now + SLACK_MS:
        raise RefusedError(400, "the window lies in the future")
    return start, max(start + 1, min(end, now + SLACK_MS))


def chunk(query: Mapping[str, str], now: Millis) -> tuple[Millis, Millis]:
    """`at` and `until` of a query; without `until` the moment alone.

    Raises:
        RefusedError: `at` has not come yet, or they are no window.
    """
    at = moment(query, "at")
    if at > now:
        raise RefusedError(400, "that moment has not come yet")
    until = moment(query, "until") if "until" in query else at + 1
    if not at < until <= at + WINDOW_MS:
        raise RefusedError(400, f"`until` must be after `at`, by at most {WINDOW_MS // 60_000} minutes")
    return at, max(at + 1, min(until, now))


def one_unit(query: Mapping[str, str]) -> Key | None:
    """`unit=STATION/ID` of a query; None when it is not there.

    Raises:
        RefusedError: it is none.
    """
    text = query.get("unit")
    if text is None:
        return None
    station, slash, unit = text.partition("/")
    if not station or not slash or not unit or len(text) > 200 or not text.isprintable():
        raise RefusedError(400, "`unit` must be STATION/ID")
    return station, unit


def needs_purpose(start: Millis, one: Key | None, now: Millis) -> bool:
    """Whether reading asks for a stated purpose: what is older than a trail, or one officer's track by itself."""
    return one is not None or start < now - TRAIL_MS - SLACK_MS
