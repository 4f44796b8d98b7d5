"""What may be asked of a track's file, and what the file says of itself. Pure; the door is `track_routes`."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from dashboard.access.asking import RefusedError
from dashboard.times import moment
from dashboard.words import Language, word
from models.formats.gpx import TrackSaid
from models.picture import Key
from models.records.base import Millis
from store.one_track import Held

PATH = "/live/tracks/file"

_DAY_MS = 86_400_000
#: Longest window of one file.
MOST_DAYS = 31


def file_name(one: Key) -> str:
    """What a unit's file is called: no letter of it means anything to a header or a disk."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", f"{one[0]}-{one[1]}")[:80]
    return f"track-{name}.gpx"


def must_fit(start: Millis, end: Millis) -> None:
    """Let pass a window of a file.

    Raises:
        RefusedError: 400, it ends before it begins, or is too long.
    """
    if end <= start:
        raise RefusedError(400, "`to` must be after `from`")
    if end - start > MOST_DAYS * _DAY_MS:
        raise RefusedError(400, f"ask for at most {MOST_DAYS} days at a time")


def said_of(
    one: Key, call_sign: str, window: tuple[Millis, Millis], found: Held, who: str, now: Millis, zone: ZoneInfo,
    language: Language,
) -> TrackSaid:  # fmt: skip
    """Title, unit, period, fixes, those left out, age of the data, who made it when."""
    name = f"{call_sign or one[1]} ({one[0]}/{one[1]})"
    said = (
        ("title", word("trk.title", language)), ("unit", name),
        ("period", f"{moment(window[0], zone, language)} - {moment(window[1], zone, language)}"),
        ("n", f"{found.drawn}"), ("left_out", f"{found.left_out}"),
        ("data_age", moment(found.last, zone, language) or "-"), ("made", f"{moment(now, zone, language)} {who}"),
    )  # fmt: skip
    return TrackSaid(name, tuple((word(f"trk.a_{key}", language), value) for key, value in said), now)
