"""SOS messages of every kind that can carry one, and the key under which each is stored. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import orjson

from benchmarks.ground import PANICS, TRACCARS, imei
from benchmarks.load import BOXES, LAT, LON, STATION, Outgoing, position_topic

#: (topic, payload) and the key of the event
Press = tuple[Outgoing, str]


def box_press(number: int, at_ms: int) -> Press:
    """A press of a street box."""
    box, name = BOXES[number % len(BOXES)], f"press-{number}"
    body = orjson.dumps({"id": name, "at": at_ms, "kind": "press", "battery_pct": 90})
    return (f"ssz/v1/{STATION}/sos/{box}/event", body), f"{STATION}/box/{box}/{name}/{at_ms}/press"


def native_panic(number: int, at_ms: int) -> Press:
    """A panic inside a native position."""
    unit = PANICS[number % len(PANICS)]
    body = orjson.dumps({"at": at_ms, "lat": LAT, "lon": LON, "speed_kmh": 0, "alarm": "sos"})
    return (position_topic(unit), body), f"{STATION}/unit/{unit}/pos-{at_ms}/{at_ms}/panic"


def traccar_alarm(number: int, at_ms: int) -> Press:
    """An SOS as a Traccar server forwards it."""
    unit = TRACCARS[number % len(TRACCARS)]
    said = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    position = {
        "deviceTime": said, "fixTime": said, "serverTime": said, "valid": True, "latitude": LAT, "longitude": LON,
        "speed": 0.0, "course": 0.0, "accuracy": 5.0, "attributes": {"alarm": "sos", "batteryLevel": 80},
    }  # fmt: skip
    body = orjson.dumps({"device": {"uniqueId": imei(unit), "name": unit}, "position": position})
    return ("positions", body), f"{STATION}/unit/{unit}/pos-{at_ms}/{at_ms}/panic"


KINDS: dict[str, Callable[[int, int], Press]] = {
    "box press": box_press,
    "native panic in a position": native_panic,
    "Traccar alarm": traccar_alarm,
}
