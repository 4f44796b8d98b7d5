"""Every step a message goes through, from its bytes to what the store is given."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest

from ingest.pipeline import Sorted, read_batch, station_of
from ingest.sources.mqtt_client import Arrivals
from ingest.sources.mqtt_packets import Message
from models.records.base import UNKNOWN_STATION, Reason
from models.records.sos import EventKind, Mark
from store.registry import Registry, Target

NOW = 1_790_000_000_000
UNIT = Target("lumphini", "unit", "u1")
REGISTRY = Registry(
    targets=MappingProxyType({("owntracks", "anan/phone"): UNIT, ("traccar", "866"): UNIT}),
    stations=MappingProxyType({"lumphini": "metro"}),
    natives=frozenset({UNIT, Target("lumphini", "box", "b1")}),
)
POSITION = "ssz/v1/lumphini/unit/u1/position"
EVENT = "ssz/v1/lumphini/sos/b1/event"


def read(*messages: tuple[str, Any] | tuple[str, Any, bool]) -> Sorted:
    """What messages become: (topic, fields or bytes) or with `True` behind for a retained one."""
    found: list[Message] = []
    for mid, (topic, body, *retained) in enumerate(messages, 1):
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        found.append((topic, payload, mid, bool(retained)))
    return read_batch([Arrivals(found, NOW, 1)], REGISTRY)


def fix(**more: Any) -> dict[str, Any]:
    """The fields of a position."""
    return {"at": NOW, "lat": 13.73, "lon": 100.54, **more}


def test_a_batch_is_sorted_and_its_bytes_are_kept_once() -> None:
    result = read(
        (POSITION, fix()),
        (POSITION, fix(valid=False)),
        ("ssz/v1/lumphini/unit/u1/status", {"at": NOW, "status": "busy"}),
        (EVENT, {"id": "1", "at": NOW, "kind": "press"}),
        (POSITION, fix(alarm="sos", at=NOW + 1)),
        (POSITION, b"{"),
    )
    assert [len(part) for part in (result.fixes, result.lives, result.others, result.signals)] == [2, 1, 1, 2]
    assert [item.reason for item in result.rejected] == [Reason.NOT_JSON]
    assert [row[:3] for row in result.raw] == [
        ("lumphini", NOW, POSITION), ("lumphini", NOW, POSITION),
        ("lumphini", NOW, "ssz/v1/lumphini/unit/u1/status"), ("lumphini", NOW, POSITION),
    ]  # fmt: skip
    assert result.newest == NOW


def test_foreign_clients_speak_for_their_unit() -> None:
    result = read(
        ("owntracks/anan/phone", {"_type": "location", "lat": 13.73, "lon": 100.54, "tst": NOW // 1000, "vel": 36}),
        ("positions", {"device": {"uniqueId": "866"}, "position": {
            "fixTime": NOW, "latitude": 13.73, "longitude": 100.54, "speed": 10, "valid": True,
            "attributes": {"alarm": "lowBattery,sos"}}}),
    )  # fmt: skip
    assert [(item.station, item.unit, item.source) for item in result.fixes] == [
        ("lumphini", "u1", "owntracks"), ("lumphini", "u1", "traccar"),
    ]  # fmt: skip
    assert [(item.origin, item.kind) for item in result.signals] == [("u1", EventKind.PANIC)]


@pytest.mark.parametrize(
    ("topic", "body", "reason"),
    [
        (POSITION, fix(at=NOW + 400_000), Reason.CLOCK),
        (POSITION, fix(unit="u2"), Reason.IDENTITY),
        (POSITION, fix(lat="north"), Reason.WRONG_TYPE),
        (POSITION.replace("u1", "u9"), fix(), Reason.UNKNOWN_DEVICE),
        ("ssz/v1/lumphini/what/u1/ever", fix(), Reason.BAD_TOPIC),
        ("ssz/v1/nowhere/incident/crimes", {"id": "1", "occurred_from": NOW, "offence": "ลักทรัพย์"},
         Reason.UNKNOWN_STATION),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_says_why(topic: str, body: dict[str, Any], reason: Reason) -> None:
    result = read((topic, body))
    assert [item.reason for item in result.rejected] == [reason]
    assert not result.fixes
    assert not result.raw


@pytest.mark.parametrize(
    ("times", "taken"),
    [
        ({"occurred_from": NOW - 1}, True),
        ({"occurred_from": "9999-01-01T00:00:00+07:00"}, False),
        ({"occurred_from": "2006-12-31T23:59:59Z"}, False),
        ({"occurred_from": "2007-01-01T00:00:00Z"}, True),
        ({"occurred_from": NOW, "reported_at": NOW + 400_000}, False),
        ({"occurred_from": NOW, "occurred_to": NOW + 80_000_000}, True),  # known to the day only: to its end
        ({"occurred_from": NOW, "occurred_to": NOW + 90_000_000}, False),
    ],
)
def test_an_incident_of_an_absurd_time_is_refused_for_its_clock(times: dict[str, Any], taken: bool) -> None:
    result = read(("ssz/v1/lumphini/incident/crimes", {"id": "1", "offence": "ลักทรัพย์", **times}))
    assert [item.reason for item in result.rejected] == ([] if taken else [Reason.CLOCK])
    assert len(result.others) == taken


def test_a_retained_event_is_refused_and_a_retained_state_is_not() -> None:
    event = {"id": "1", "at": NOW, "kind": "press"}
    result = read((EVENT, event, True), (POSITION, fix(), True))
    assert [(item.reason, item.station) for item in result.rejected] == [(Reason.RETAINED, "lumphini")] * 2
    assert not result.signals
    assert read(("ssz/v1/lumphini/sos/b1/online", {"online": True}, True)).others


def test_nothing_on_an_alarm_topic_is_refused() -> None:
    for body in (b"", b"\xff", b"[]", {"kind": "who knows"}, {"id": "1", "at": 3, "kind": "press"}):
        result = read((EVENT, body))
        assert not result.rejected
        (signal,) = result.signals
        assert Mark.UNVERIFIED in signal.marks


def test_the_station_of_a_topic() -> None:
    assert station_of("ssz/v1/lumphini/unit/u1/position") == "lumphini"
    assert station_of("owntracks/a/b") == UNKNOWN_STATION
    assert station_of("ssz") == UNKNOWN_STATION
