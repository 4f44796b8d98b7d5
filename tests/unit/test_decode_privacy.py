"""Private fields and keys are out of the bytes that are kept, in every format; what has none is not touched."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decode import decode_http, decode_topic, redact
from models.records.base import Rejected
from models.records.report import CitizenReport
from models.records.sos import Signal

ARRIVAL = 1_763_694_060_000
POSITION = "ssz/v1/lumphini/unit/201/position"


def test_a_payload_without_private_fields_is_the_very_same_object() -> None:
    payload = b'{"at":1,"lat":13.7,"lon":100.5}'
    assert redact(POSITION, payload) is payload


def test_words_in_values_are_no_fields() -> None:
    payload = b'{"note":"phone","kind":"contact"}'
    assert json.loads(redact(POSITION, payload)) == json.loads(payload)


@pytest.mark.parametrize(
    "name", ["users", "phone", "contact", "token", "password", "Phone", "access_token", "accessToken"]
)
def test_private_fields_go_at_any_depth(name: str) -> None:
    payload = json.dumps({"a": [{"b": {name: "0812345678", "c": 1}}], name: ["x"]}).encode()
    assert json.loads(redact(POSITION, payload)) == {"a": [{"b": {"c": 1}}]}


def test_a_name_written_with_escapes_goes_too() -> None:
    assert redact(POSITION, b'{"\\u0070hone":"0812345678","at":1}') == b'{"at":1}'


def test_not_a_number_stays_what_it_is() -> None:
    assert redact(POSITION, b'{"lat":NaN,"phone":"1"}') == b'{"lat": NaN}'


def test_bytes_that_cannot_be_decoded_stay_as_they_came() -> None:
    payload = b'{"phone":"0812345678", '
    assert redact(POSITION, payload) is payload


def test_the_device_key_leaves_a_query() -> None:
    assert redact("/in/osmand", b"/?id=1&key=secret&lat=1&k%65y=again&lon=2&PHONE=3") == b"/?id=1&lat=1&lon=2"


def test_an_sos_keeps_no_key_and_no_phone() -> None:
    decoded = decode_http("/in/osmand", b"id=1&alarm=sos&key=secret", ARRIVAL)
    assert isinstance(decoded, list)
    assert [record.raw for record in decoded if isinstance(record, Signal)] == [b"id=1&alarm=sos"]
    body = (
        b'{"users":[{"token":"t"}],"device":{"uniqueId":"q","phone":"1"},"position":{"attributes":{"alarm":"sos"}}}'
    )
    decoded = decode_topic("positions", body, ARRIVAL)
    assert isinstance(decoded, list)
    signal = decoded[-1]
    assert isinstance(signal, Signal)
    assert signal.raw == b'{"device":{"uniqueId":"q"},"position":{"attributes":{"alarm":"sos"}}}'


def test_a_refused_report_keeps_no_contact() -> None:
    body = b'{"id":"1","at":1763694000,"kind":"tip","contact":"081"}'
    decoded = decode_topic("ssz/v1/lumphini/report/line", body, ARRIVAL)
    assert isinstance(decoded, Rejected)
    assert decoded.payload == b'{"id":"1","at":1763694000,"kind":"tip"}'


def test_a_report_knows_its_contact_though_its_bytes_do_not() -> None:
    body = b'{"id":"1","at":1763694000,"kind":"tip","text":"x","contact":"081"}'
    decoded = decode_topic("ssz/v1/lumphini/report/line", body, ARRIVAL)
    assert isinstance(decoded, list)
    assert isinstance(decoded[0], CitizenReport)
    assert decoded[0].contact == "081"


@given(st.sampled_from([POSITION, "/in/osmand", "positions"]), st.binary(max_size=200))
def test_redaction_takes_any_bytes(topic: str, payload: bytes) -> None:
    assert isinstance(redact(topic, payload), bytes)
