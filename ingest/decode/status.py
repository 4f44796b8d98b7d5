"""What a unit says it is doing, `ssz/v1/<station>/unit/<unit>/status` (retained)."""

from __future__ import annotations

import orjson

from ingest.decode.common import Message, WrongError, parse_object
from ingest.decode.fields import one_of, optional_text
from ingest.decode.records import Decoded
from ingest.decode.times import required_time
from ingest.decode.topics import native, station_in
from models.records.base import Millis, Reason
from models.records.unit import CREW_ROLES, StatusReport, UnitStatus

_WORDS = frozenset(status.value for status in UnitStatus)
_MOST_CREW = 32


def decode(topic: str, payload: bytes, received_at: Millis) -> Decoded:
    """One `StatusReport`; nothing for the empty payload that clears a retained status."""
    if not payload:
        return []
    try:
        place = native(topic)
        message = parse_object(payload)
        at = required_time(message, "at")
        status = UnitStatus(one_of(message, "status", _WORDS))
        return [StatusReport(place.station, place.id, at, status, _crew(message))]
    except WrongError as wrong:
        return wrong.rejected(topic, payload, "native", station_in(topic))


def _crew(message: Message) -> str:
    """The crew as canonical JSON, roles checked and names cleaned."""
    crew = message.get("crew")
    if crew is None:
        return "[]"
    if type(crew) is not list or len(crew) > _MOST_CREW:
        raise WrongError(Reason.WRONG_TYPE, "crew")
    return orjson.dumps([_member(item) for item in crew], option=orjson.OPT_SORT_KEYS).decode()


def _member(item: object) -> dict[str, str]:
    if not isinstance(item, dict):
        raise WrongError(Reason.WRONG_TYPE, "crew")
    member = {"role": one_of(item, "role", CREW_ROLES)}
    name = optional_text(item, "name", 120)
    return {**member, "name": name} if name else member
