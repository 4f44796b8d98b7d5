"""Every topic of the contract has its section and its schema, and the schemas agree with the samples."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft202012Validator

from ingest.decode.table import HTTP, MQTT
from tests.unit.decode_samples import ALL, Sample

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCHEMAS = DOCS / "schemas" / "v1"

#: The topics of the contract, and where a foreign client knocks.
TOPICS = {
    "ssz/v1/<station>/unit/<unit>/position": "unit-position",
    "ssz/v1/<station>/unit/<unit>/alarm": "unit-alarm",
    "ssz/v1/<station>/unit/<unit>/status": "unit-status",
    "ssz/v1/<station>/unit/<unit>/command": "unit-command",
    "ssz/v1/<station>/sos/<box>/event": "sos-event",
    "ssz/v1/<station>/sos/<box>/online": "sos-online",
    "ssz/v1/<station>/sos/<box>/receipt": "sos-receipt",
    "ssz/v1/<station>/sos/<box>/command": "sos-command",
    "ssz/v1/<station>/alarm/<id>/state": "alarm-state",
    "ssz/v1/<station>/incident/<source>": "incident",
    "ssz/v1/<station>/report/<channel>": "report",
    "ssz/v1/<station>/checkpoint/<box>/scan": "checkpoint-scan",
    "ssz/v1/<station>/camera/<point>/status": "camera-status",
    "ssz/v1/_system/heartbeat/<worker>/beat": "heartbeat",
    "owntracks/<user>/<device>": "owntracks",
    "positions": "traccar",
    "/in/osmand": "osmand",
    "application/<app>/device/<devEUI>/event/up": "chirpstack-up",
}


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))


def document(sample: Sample) -> Any:
    if sample.feed == "osmand":
        return dict(parse_qsl(sample.payload.decode().removeprefix("/?")))
    return json.loads(sample.payload)


def sections() -> dict[str, str]:
    text = (DOCS / "payloads.md").read_text(encoding="utf-8")
    parts = re.split(r"^#{2,3} `([^`]+)`$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize(("topic", "name"), TOPICS.items())
def test_every_topic_has_a_section_that_names_its_schema(topic: str, name: str) -> None:
    assert f"schemas/v1/{name}.json" in sections()[topic]
    assert schema(name)["$id"] == f"ssz/v1/{name}.json"


def test_every_topic_that_is_decoded_is_described() -> None:
    described = {re.sub(r"<[^>]+>", "+", topic) for topic in sections()}
    decoded = {pattern.replace("ssz/v1/+/heartbeat", "ssz/v1/_system/heartbeat") for pattern in MQTT}
    assert decoded - described == {"owntracks/+/+/+"}
    assert set(HTTP) == {"osmand", "traccar_client", "traccar"}


def test_every_schema_is_a_schema_and_is_linked() -> None:
    text = (DOCS / "payloads.md").read_text(encoding="utf-8")
    names = {path.stem for path in SCHEMAS.glob("*.json")}
    assert names == set(TOPICS.values()) | {"traccar-client"}
    for name in names:
        Draft202012Validator.check_schema(schema(name))
        assert f"(schemas/v1/{name}.json)" in text


GOOD = [sample for sample in ALL if sample.name.startswith("ok") and sample.payload]
#: What a schema cannot say: a text of unseen characters only, any one of two times.
BEYOND = {("report", "bad-no-text"), ("traccar", "bad-time")}
LACKING = [
    sample
    for sample in ALL
    if sample.expect == {"reason": "missing_field"} and (sample.feed, sample.name) not in BEYOND
]


@pytest.mark.parametrize("sample", GOOD, ids=lambda sample: f"{sample.feed}/{sample.name}")
def test_good_samples_fit_their_schema(sample: Sample) -> None:
    Draft202012Validator(schema(sample.feed)).validate(document(sample))


@pytest.mark.parametrize("sample", LACKING, ids=lambda sample: f"{sample.feed}/{sample.name}")
def test_samples_that_lack_a_field_do_not(sample: Sample) -> None:
    assert not Draft202012Validator(schema(sample.feed)).is_valid(document(sample))
