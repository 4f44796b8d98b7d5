"""Messages that are nearly right: samples of every feed, damaged at random but the same way in every run."""

from __future__ import annotations

import json
import random
import unicodedata
from typing import Any

from paho.mqtt.client import topic_matches_sub

from ingest.links import ALARMS, GENERAL, POSITIONS
from ingest.pipeline import read_message
from ingest.rest import elsewhere
from models.records.base import Rejected
from store import registry
from store.database import open_database
from tests.fault.ground import BOXES, UNITS
from tests.fault.product import STATION, now_ms
from tests.unit.decode_samples import ALL

#: (topic, payload)
Message = tuple[str, bytes]

#: Senders of mutants; no good message is theirs.
UNIT, BOX = UNITS[-1], BOXES[-1]

#: A broker of ours takes packets up to 80 KiB.
MOST_BYTES = 78_000

_NAMES = ((b"mueang_mukdahan", STATION), (b"pak_kret", STATION), (b"hat_yai", STATION), (b"phasi_charoen", STATION))
_SENDERS = ((b"box-07", BOX), (b'"201"', f'"{UNIT}"'), (b"/201/", f"/{UNIT}/"))
_TOKENS = (
    b"NaN",
    b"1e999",
    b"-1",
    b"null",
    b"[]",
    b"{}",
    b'"\\ud800"',
    b"true",
    b"9" * 400,
    b'"\\u0000"',
    b"[" * 200,
)
_VALUES: tuple[Any, ...] = (None, True, -1, 2**70, 1e300, "", "x" * 70_000, [], {}, [[]], "\u202eevil", "0x10")


def ours(data: bytes) -> bytes:
    """A sample's bytes with the names of the test station, so that no mutant dies of an unknown name alone."""
    for old, new in (*_NAMES, *_SENDERS):
        data = data.replace(old, new.encode())
    return data


def seeds() -> list[Message]:
    """The samples that come by MQTT, on topics the worker listens to."""
    found = [(ours(sample.door.encode()).decode(), ours(sample.payload)) for sample in ALL if not sample.http]
    # A topic with a control character is the broker's to refuse.
    passing = [item for item in found if not any(unicodedata.category(letter) == "Cc" for letter in item[0])]
    return [item for item in passing if _heard(item[0])]


def _heard(topic: str) -> bool:
    """Whether one of the worker's lanes takes a topic. Another worker's heartbeat is let go at the door."""
    if any(topic_matches_sub(name, topic) for name in (*ALARMS, *GENERAL)):
        return True
    return any(topic_matches_sub(name, topic) for name in POSITIONS) and not elsewhere(topic)


def _bytes(rng: random.Random, payload: bytes) -> bytes:
    data = bytearray(payload)
    at = rng.randrange(len(data) + 1)
    end = min(len(data), at + rng.randrange(1, 20))
    kind = rng.randrange(5)
    if kind == 0:
        return bytes(data[:at])
    if kind == 1:
        data[at:end] = rng.randbytes(end - at)
    elif kind == 2:
        data[at:end] = b""
    elif kind == 3:
        data[at:at] = rng.choice(_TOKENS)
    else:
        data[at:at] = data[:end]
    return bytes(data)


def _fields(rng: random.Random, payload: bytes) -> bytes:
    try:
        values = json.loads(payload)
    except (ValueError, RecursionError):
        return _bytes(rng, payload)
    if not isinstance(values, dict) or not values:
        return _bytes(rng, payload)
    name = rng.choice(sorted(values))
    if rng.random() < 0.3:
        del values[name]
    else:
        values[name] = rng.choice(_VALUES)
    return json.dumps(values).encode()


def mutants(rng: random.Random, count: int) -> list[Message]:
    """Damaged samples."""
    known = seeds()
    result: list[Message] = []
    while len(result) < count:
        topic, payload = rng.choice(known)
        for _ in range(rng.randrange(1, 4)):
            payload = (_bytes if rng.random() < 0.5 else _fields)(rng, payload)
        if len(payload) <= MOST_BYTES:
            result.append((topic, payload))
    return result


def refusals(database_url: str, messages: list[Message]) -> int:
    """How many of the messages' records are to be refused: what quarantine must hold."""
    db = open_database(database_url)
    with db.read() as conn:
        known = registry.load(conn)
    db.close()
    return sum(
        isinstance(outcome, Rejected)
        for topic, payload in messages
        for outcome in read_message((topic, payload, 1, False), now_ms(), known)
    )
