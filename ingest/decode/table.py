"""Which decoder reads which topic or HTTP format: the list of every feed the product understands. Pure."""

from __future__ import annotations

from functools import lru_cache

from ingest.decode.camera import decode as camera
from ingest.decode.checkpoint import decode as checkpoint
from ingest.decode.chirpstack import decode as chirpstack
from ingest.decode.fields import BadPayloadError
from ingest.decode.heartbeat import decode as heartbeat
from ingest.decode.incident import decode as incident
from ingest.decode.osmand import decode as osmand
from ingest.decode.owntracks import decode as owntracks
from ingest.decode.panic import decode as panic
from ingest.decode.position import decode as position
from ingest.decode.records import Decode, Decoded
from ingest.decode.redact import redact
from ingest.decode.report import decode as report
from ingest.decode.sos import decode_event, decode_online
from ingest.decode.status import decode as status
from ingest.decode.topics import MOST_KNOWN, parse
from ingest.decode.traccar import decode as traccar
from ingest.decode.traccar_client import decode as traccar_client
from models.records.base import UNKNOWN_STATION, Millis, Reason, Rejected

#: Topic pattern (`+` = one level) -> (decoder, source), read from the top: the alarm topics first.
MQTT: dict[str, tuple[Decode, str]] = {
    "ssz/v1/+/sos/+/event": (decode_event, "native"),
    "ssz/v1/+/unit/+/alarm": (panic, "native"),
    "application/+/device/+/event/up": (chirpstack, "chirpstack"),
    "ssz/v1/+/unit/+/position": (position, "native"),
    "positions": (traccar, "traccar"),
    "owntracks/+/+": (owntracks, "owntracks"),
    "owntracks/+/+/+": (owntracks, "owntracks"),
    "ssz/v1/+/unit/+/status": (status, "native"),
    "ssz/v1/+/sos/+/online": (decode_online, "native"),
    "ssz/v1/+/incident/+": (incident, "native"),
    "ssz/v1/+/report/+": (report, "native"),
    "ssz/v1/+/checkpoint/+/scan": (checkpoint, "native"),
    "ssz/v1/+/camera/+/status": (camera, "native"),
    "ssz/v1/+/heartbeat/+/beat": (heartbeat, "native"),
}

#: Format of a body or query that came by HTTP -> its decoder. Reports come under their native topic.
HTTP: dict[str, tuple[Decode, str]] = {
    "osmand": (osmand, "osmand"),
    "traccar_client": (traccar_client, "osmand"),
    "traccar": (traccar, "traccar"),
}

_PATTERNS = [(pattern.split("/"), found) for pattern, found in MQTT.items()]


@lru_cache(maxsize=MOST_KNOWN)
def decoder_of(topic: str) -> tuple[Decode, str] | None:
    """The decoder of an MQTT topic and the name of its source; None for a topic that is none of ours."""
    levels = topic.split("/")
    for pattern, found in _PATTERNS:
        if len(pattern) == len(levels) and all(a in ("+", b) for a, b in zip(pattern, levels, strict=True)):
            return found
    return None


def decode_topic(topic: str, payload: bytes, received_at: Millis) -> Decoded:
    """The records of one MQTT message, or why there are none. Never raises.

    Foreign formats leave the station empty; judging times and places against `received_at` is the pipeline's.
    """
    found = decoder_of(topic)
    if found is None:
        return _rejected(BadPayloadError(Reason.BAD_TOPIC), topic, payload, "mqtt")
    try:
        return list(found[0](topic, payload, received_at))
    except BadPayloadError as error:
        return _rejected(error, topic, payload, found[1])


def decode_http(form: str, payload: bytes, received_at: Millis) -> Decoded:
    """The records of one HTTP body or query. Never raises.

    `form` is a key of `HTTP`, with or without `/in/` in front, or the native topic a report stands for. A JSON object
    sent as `osmand` is Traccar Client 9's.
    """
    name = form.removeprefix("/").removeprefix("in/")
    if name == "osmand" and payload.lstrip()[:1] == b"{":
        name = "traccar_client"
    if name not in HTTP:
        return decode_topic(form, payload, received_at)
    decode, source = HTTP[name]
    try:
        return list(decode(form, payload, received_at))
    except BadPayloadError as error:
        return _rejected(error, form, payload, source)


def _rejected(error: BadPayloadError, topic: str, payload: bytes, source: str) -> Rejected:
    native = parse(topic)
    station = native.station if native else UNKNOWN_STATION
    return Rejected(error.reason, topic, redact(topic, payload), error.detail, station, source, error.foreign_id)
