"""OwnTracks: `owntracks/<user>/<device>`, JSON with `_type`. Speed in km/h, `tst` in epoch seconds. Pure.

Source: the OwnTracks booklet, "JSON". `tst` is the time of the fix; `created_at` may be later and is not used.
"""

from __future__ import annotations

from ingest.decode.fields import BadPayloadError, number_of, place_of, time_of
from ingest.decode.payload import load_object
from models.records.base import Millis, Reason
from models.records.position import Fix, SignOfLife

SOURCE = "owntracks"


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Fix | SignOfLife]:
    """A fix of a `location`, a sign of life of one without a place; nothing of what tells of no position.

    Raises:
        BadPayloadError: as the fields say; an encrypted message is `unreadable`.
    """
    levels = topic.split("/")
    if len(levels) < 3 or not levels[1] or not levels[2]:
        raise BadPayloadError(Reason.BAD_TOPIC)
    unit = f"{levels[1]}/{levels[2]}"
    values = load_object(payload)
    kind = values.get("_type")
    if kind == "encrypted":
        raise BadPayloadError(Reason.UNREADABLE, "encrypted")
    if not isinstance(kind, str):
        raise BadPayloadError(Reason.MISSING_FIELD, "_type")
    if kind != "location":
        return []  # lwt, transition, waypoint, card …: known, and no position
    at = time_of(values.get("tst"), "tst")
    if values.get("lat") is None and values.get("lon") is None:
        return [SignOfLife("", unit, at, SOURCE, received_at)]
    place = place_of(values.get("lat"), values.get("lon"))
    if place is None:
        return [SignOfLife("", unit, at, SOURCE, received_at)]
    return [
        Fix(
            "",
            unit,
            at,
            *place,
            number_of(values, "vel", 0, 1000),
            number_of(values, "cog", 0, 360),
            number_of(values, "acc", 0, 100_000),
            number_of(values, "batt", 0, 100),
            SOURCE,
            0,
            received_at,
        )
    ]
