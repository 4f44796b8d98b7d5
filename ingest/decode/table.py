"""Which decoder reads which topic or HTTP format: the list of every feed the product understands. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from ingest.decode import chirpstack, osmand, owntracks, position, sos, station_feeds, traccar, traccar_client
from ingest.decode.fields import BadPayloadError
from ingest.decode.redact import redact
from ingest.decode.topics import parse
from models.records.base import UNKNOWN_STATION, Millis, Reason, Rejected
from models.records.camera import CameraStatus
from models.records.change import Heartbeat
from models.records.checkpoint import CheckpointScan
from models.records.incident import IncidentReport
from models.records.position import Fix, SignOfLife
from models.records.report import CitizenReport
from models.records.sos import BoxOnline, Signal
from models.records.unit import StatusReport

Record = (
    Fix
    | SignOfLife
    | StatusReport
    | Signal
    | BoxOnline
    | IncidentReport
    | CitizenReport
    | CheckpointScan
    | CameraStatus
    | Heartbeat
)
Decode = Callable[[str, bytes, Millis], Sequence[Record]]

#: (kind, what) of a native topic -> its decoder.
NATIVE: dict[tuple[str, str], Decode] = {
    ("unit", "position"): position.decode,
    ("unit", "alarm"): sos.decode_panic,
    ("unit", "status"): station_feeds.decode_status,
    ("sos", "event"): sos.decode_event,
    ("sos", "online"): sos.decode_online,
    ("incident", ""): station_feeds.decode_incident,
    ("report", ""): station_feeds.decode_report,
    ("checkpoint", "scan"): station_feeds.decode_scan,
    ("camera", "status"): station_feeds.decode_camera,
    ("heartbeat", "beat"): station_feeds.decode_beat,
}

#: Format of a body that came by HTTP -> its decoder. Reports come under their native topic.
HTTP: dict[str, Decode] = {
    "osmand": osmand.decode,
    "traccar_client": traccar_client.decode,
    "traccar": traccar.decode,
}


@lru_cache(maxsize=65_536)
def decoder_of(topic: str) -> tuple[Decode, str] | None:
    """The decoder of an MQTT topic and the name of its source; None for a topic that is none of ours."""
    native = parse(topic)
    if native is not None:
        found = NATIVE.get((native.kind, native.what))
        return None if found is None else (found, "native")
    if topic == "positions":
        return traccar.decode, traccar.SOURCE
    if topic.startswith("owntracks/"):
        return owntracks.decode, owntracks.SOURCE
    if topic.startswith("application/") and topic.endswith("/event/up"):
        return chirpstack.decode, chirpstack.SOURCE
    return None


def decode_topic(topic: str, payload: bytes, received_at: Millis) -> list[Record] | Rejected:
    """The records of one MQTT message, or why there are none."""
    found = decoder_of(topic)
    if found is None:
        return _rejected(BadPayloadError(Reason.BAD_TOPIC), topic, payload, "mqtt")
    decode, source = found
    try:
        return list(decode(topic, payload, received_at))
    except BadPayloadError as error:
        return _rejected(error, topic, payload, source)


def decode_http(form: str, payload: bytes, received_at: Millis) -> list[Record] | Rejected:
    """The records of one HTTP body; `form` is a key of `HTTP`, or the native topic a report stands for."""
    decode = HTTP.get(form)
    if decode is None:
        return decode_topic(form, payload, received_at)
    try:
        return list(decode(form, payload, received_at))
    except BadPayloadError as error:
        return _rejected(error, form, payload, form)


def _rejected(error: BadPayloadError, topic: str, payload: bytes, source: str) -> Rejected:
    native = parse(topic)
    return Rejected(
        error.reason,
        topic,
        redact(topic, payload),
        error.detail,
        native.station if native else UNKNOWN_STATION,
        source,
    )
