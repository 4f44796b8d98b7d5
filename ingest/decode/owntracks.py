"""OwnTracks: `owntracks/<user>/<device>`, JSON with `_type`. Speed in km/h, `tst` in epoch seconds. Pure.

Source: the OwnTracks booklet, "JSON". `tst` is the time of the fix; `created_at` may be later and is not used.
"""

from __future__ import annotations

from ingest.decode.fields import MAX_NAME, BadPayloadError, identifier
from ingest.decode.foreign import degrees, fix_or_life, kmh, metres, percent
from ingest.decode.payload import load_object
from ingest.decode.records import Record
from ingest.decode.times import time_of
from models.records.base import Millis, Reason

SOURCE = "owntracks"


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """A fix of a `location`, a sign of life of one without a place; nothing of what tells of no position.

    Raises:
        BadPayloadError: as the fields say; an encrypted message is `unreadable`.
    """
    levels = topic.split("/")
    device = identifier("/".join(levels[1:3]), MAX_NAME)
    if device is None or len(levels) < 3 or not levels[1] or not levels[2]:
        raise BadPayloadError(Reason.BAD_TOPIC)
    if not payload:
        return []
    values = load_object(payload)
    kind = values.get("_type")
    if kind == "encrypted":
        raise BadPayloadError(Reason.UNREADABLE, "encrypted", device)
    if type(kind) is not str:
        raise BadPayloadError(Reason.MISSING_FIELD, "_type", device)
    if kind != "location":
        return []  # lwt, transition, waypoint, card …: known, and no position
    return [
        fix_or_life(
            SOURCE,
            device,
            time_of(values.get("tst"), "tst"),
            received_at,
            values.get("lat"),
            values.get("lon"),
            values.get("valid") is not False,
            kmh(values.get("vel")),
            degrees(values.get("cog")),
            metres(values.get("acc")),
            percent(values.get("batt")),
            values.get("mock") is True,
        )
    ]
