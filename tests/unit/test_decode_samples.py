"""Every sample becomes what its file says; real payloads of real clients, and bytes of any kind, are decoded."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.decode import decode_http, decode_topic
from ingest.decode.records import Record
from models.records.base import Reason, Rejected
from models.records.position import Fix, SignOfLife
from models.records.sos import ALARMING, Signal
from tests.real_data import real
from tests.unit.decode_samples import ALL, ARRIVAL, Sample, decode, plain


def same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(found, str) and found.startswith(wanted["prefix"])
    return bool(found == wanted) and isinstance(found, bool) == isinstance(wanted, bool)


def test_there_are_samples_of_every_feed() -> None:
    assert len(ALL) >= 80
    assert len({sample.feed for sample in ALL}) >= 14


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: f"{sample.feed}/{sample.name}")
def test_a_sample_becomes_what_its_file_says(sample: Sample) -> None:
    decoded = decode(sample)
    if isinstance(sample.expect, dict):
        assert isinstance(decoded, Rejected), decoded
        assert decoded.reason == sample.expect["reason"]
        assert decoded.topic == sample.door
        return
    assert not isinstance(decoded, Rejected), decoded
    records = [plain(record) for record in decoded]
    assert [record["record"] for record in records] == [wanted["record"] for wanted in sample.expect]
    for record, wanted in zip(records, sample.expect, strict=True):
        differing = {name: record[name] for name, value in wanted.items() if not same(record[name], value)}
        assert not differing, differing


def lines(name: str) -> list[bytes]:
    """A file of real payloads; they stand beside the project and are not part of it."""
    return [line for line in real(f"payloads/{name}").read_bytes().splitlines() if line]


def test_real_owntracks_payloads() -> None:
    decoded = [decode_topic("owntracks/user/phone", line, ARRIVAL) for line in lines("owntracks.jsonl")]
    first = Fix(
        "", "user/phone", 1551874878000, 46.0681247, 11.1512805, 0.0, None, 15.0, 46.0, "owntracks", 0, ARRIVAL
    )
    second = Fix("", "user/phone", 1497349316000, 48.85833, 2.29513, 61.0, 271.0, 5.0, 67.0, "owntracks", 0, ARRIVAL)
    assert decoded == [[first], [second], []]


def test_real_traccar_payloads() -> None:
    for line in lines("traccar.jsonl"):
        wanted = Fix("", "q54", 1536920312000, 48.83875, 2.25353, 0.0, 0.0, None, None, "traccar", 0, ARRIVAL)
        assert decode_topic("positions", line, ARRIVAL) == [wanted]
        assert decode_http("/in/traccar", line, ARRIVAL) == [wanted]


def test_real_osmand_queries() -> None:
    decoded = [decode_http("/in/osmand", line, ARRIVAL) for line in lines("osmand.txt")]
    if decoded:
        assert decoded == [
            [Fix("", "902064", 1453920947000, 42.06288, -88.23412, 0.0, None, None, None, "osmand", 0, ARRIVAL)],
            [Fix("", "902064", 1442068686579, 42.06288, -88.23412, 0.0, None, None, None, "osmand", 0, ARRIVAL)],
            [Fix("", "123456", 1377177267000, 60.0, 30.0, None, None, None, None, "osmand", 0, ARRIVAL)],
        ]


def test_real_traccar_client_payloads() -> None:
    for line in lines("traccar_client.jsonl"):
        wanted = Fix(
            "", "8737767034", 1626854794444, -6.1148096, 106.6837015, 67.212, 63.0, 3.8, 79.0, "osmand", 0, ARRIVAL
        )
        assert decode_http("/in/osmand", line, ARRIVAL) == [wanted]


TOPICS = sorted({(sample.door, sample.http) for sample in ALL})
OBJECTS = [sample for sample in ALL if isinstance(sample.document, dict)]


def check(door: str, http: bool, payload: bytes) -> None:
    """Only declared outcomes, and on an alarm topic never less than an alarm or an event."""
    decoded = (decode_http if http else decode_topic)(door, payload, ARRIVAL)
    if isinstance(decoded, Rejected):
        assert decoded.reason in Reason
        # Whatever is wrong with its topic or bytes, an event of a native box or button is heard.
        assert not (door.startswith("ssz/v1/") and door.count("/") == 5 and door.endswith(("/sos/x/event", "/alarm")))
        return
    for record in decoded:
        storable(record)


def storable(record: Record) -> None:
    """No half characters, no NUL, whole numbers the store can hold, places that are places."""
    for value in plain(record).values():
        if isinstance(value, str):
            assert "\x00" not in value
            value.encode()
        if isinstance(value, int):
            assert abs(value) < 2**63
    if isinstance(record, Fix):
        assert abs(record.lat) <= 90
        assert abs(record.lon) <= 180
        assert (record.lat, record.lon) != (0, 0)
    if isinstance(record, Signal):
        assert record.kind in ALARMING or record.kind in ("test", "tamper", "fault", "restore", "heartbeat")
        assert 1 <= len(record.id) <= 64
    if isinstance(record, Fix | SignOfLife):
        assert record.unit


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TOPICS), st.binary(max_size=300))
def test_any_bytes_have_a_declared_outcome(door: tuple[str, bool], payload: bytes) -> None:
    check(*door, payload)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(OBJECTS), st.data())
def test_a_mutated_sample_has_a_declared_outcome(sample: Sample, data: st.DataObject) -> None:
    document = dict(sample.document)
    for name in data.draw(st.lists(st.sampled_from([*document, "lat", "alarm", "users"]), max_size=3)):
        document[name] = data.draw(JSON)
    check(sample.door, sample.http, dump(document))


def dump(document: object) -> bytes:
    """As a careless client would: NaN and huge numbers included, half characters too."""
    return json.dumps(document).encode()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ALL), st.integers(0, 400), st.binary(max_size=4))
def test_a_damaged_sample_has_a_declared_outcome(sample: Sample, at: int, patch: bytes) -> None:
    payload = sample.payload[:2000]
    check(sample.door, sample.http, payload[:at] + patch + payload[at + len(patch) :])


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.binary(max_size=60))
def test_any_topic_has_a_declared_outcome(topic: str, payload: bytes) -> None:
    check(topic, False, payload)
    check(f"ssz/v1/{topic}", False, payload)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_an_event_topic_never_goes_unheard(payload: bytes) -> None:
    for topic in ("ssz/v1/lumphini/sos/b/event", "ssz/v1/lumphini/unit/u/alarm", "application/1/device/ff/event/up"):
        decoded = decode_topic(topic, payload, ARRIVAL)
        assert not isinstance(decoded, Rejected)
        assert [type(record) for record in decoded] == [Signal]


def test_the_samples_that_are_json_are_json() -> None:
    for sample in OBJECTS:
        if sample.name.startswith("ok"):
            assert orjson.loads(sample.payload) == sample.document
