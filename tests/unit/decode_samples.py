"""The samples of `tests/samples`: one message a file, and what must become of it.

A file holds `topic` or `http` (the format or path of a body); the bytes as `payload` (JSON), `text`, `payload_hex` or
`parts` (a list of [text, times]); and `expect`: a list of records, of each the fields that matter, or `{"reason"}`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from ingest.decode import Decoded, decode_http, decode_topic
from models.records.sos import Signal, join_marks

SAMPLES = Path(__file__).resolve().parents[1] / "samples"

#: The arrival of every sample: 2025-11-21T03:01:00Z.
ARRIVAL = 1_763_694_060_000


class Sample(NamedTuple):
    """One file."""

    feed: str
    name: str
    door: str
    http: bool
    payload: bytes
    document: Any
    expect: Any


def read_sample(path: Path) -> Sample:
    """A sample from its file."""
    body = json.loads(path.read_text(encoding="utf-8"))
    http = "http" in body
    return Sample(
        path.parent.name,
        path.stem,
        body["http" if http else "topic"],
        http,
        _payload(body),
        body.get("payload"),
        body["expect"],
    )


def _payload(body: dict[str, Any]) -> bytes:
    if "payload_hex" in body:
        return bytes.fromhex(body["payload_hex"])
    if "parts" in body:
        return "".join(text * times for text, times in body["parts"]).encode()
    if "text" in body:
        return str(body["text"]).encode()
    return json.dumps(body["payload"], ensure_ascii=False).encode()


ALL = [read_sample(path) for path in sorted(SAMPLES.glob("*/*.json"))]


def decode(sample: Sample) -> Decoded:
    """What becomes of a sample."""
    return (decode_http if sample.http else decode_topic)(sample.door, sample.payload, ARRIVAL)


def plain(record: Any) -> dict[str, Any]:
    """A record as a sample writes it: its type, its fields, marks as a sorted list."""
    names = record._fields if hasattr(record, "_fields") else record.__slots__
    values = {name: getattr(record, name) for name in names}
    if isinstance(record, Signal):
        values["marks"] = join_marks(record.marks)
    return {"record": type(record).__name__, **values}
