"""What a unit says it is doing, `…/unit/<unit>/status` (retained). Pure."""

from __future__ import annotations

import json
from typing import Any

from ingest.decode.fields import BadPayloadError, required_text, soft_text
from ingest.decode.payload import load_object
from ingest.decode.records import Record
from ingest.decode.times import time_of
from ingest.decode.topics import agree, native
from models.records.base import Millis, Reason
from models.records.unit import CREW_ROLES, StatusReport, UnitStatus

#: Most people of a crew that are kept.
_CREW = 20

_WORDS = frozenset(status.value for status in UnitStatus)


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """One `StatusReport`; nothing for the empty payload that clears a retained status.

    Raises:
        BadPayloadError: as the fields say; an unknown status word is `wrong_type`.
    """
    if not payload:
        return []
    where = native(topic)
    values = load_object(payload)
    agree(where, values, "unit")
    word = required_text(values, "status", 32)
    if word not in _WORDS:
        raise BadPayloadError(Reason.WRONG_TYPE, "status")
    return [StatusReport(where.station, where.name, time_of(values.get("at")), UnitStatus(word), _crew(values))]


def _crew(values: dict[str, Any]) -> str:
    """The crew as canonical JSON, roles checked and names cleaned."""
    crew = values.get("crew")
    if crew is None:
        return "[]"
    if type(crew) is not list:
        raise BadPayloadError(Reason.WRONG_TYPE, "crew")
    people = [_member(member) for member in crew[:_CREW]]
    return json.dumps(people, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _member(member: object) -> dict[str, str]:
    if not isinstance(member, dict) or member.get("role") not in CREW_ROLES:
        raise BadPayloadError(Reason.WRONG_TYPE, "crew")
    person = {"role": str(member["role"])}
    name = soft_text(member.get("name"), 100)
    return {**person, "name": name} if name else person
