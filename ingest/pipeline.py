"""The whole meaning of "a message arrived", in order: refuse retained, decode, identify, judge. Pure.

What comes out of a batch is `Sorted`; `ingest/storing.py` writes it in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ingest.decode import decode_topic, redact
from ingest.decode.records import Record
from ingest.identify import identify
from ingest.judge import judge
from ingest.sources.mqtt_client import Arrivals
from ingest.sources.mqtt_packets import Message
from models.records.base import UNKNOWN_STATION, Millis, Reason, Rejected
from models.records.position import Fix, SignOfLife
from models.records.sos import Mark, Signal
from store.registry import Registry

#: bytes of one message -> its records, or why there are none
Decoder = Callable[[str, bytes, Millis], "list[Record] | Rejected"]

#: (station, received_at, topic, payload after redaction)
RawRow = tuple[str, Millis, str, bytes]

#: Topics whose retained message is the present state, and not an old event.
_STATE_ENDINGS = ("/status", "/online")


@dataclass(slots=True)
class Sorted:
    """A batch after the pipeline: what each message became. Only ever appended to.

    `renamed`: presses as they may have been told before their sender was known; they are in `signals` by their name.
    """

    fixes: list[Fix] = field(default_factory=list)
    lives: list[SignOfLife] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    others: list[Record] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    raw: list[RawRow] = field(default_factory=list)
    newest: Millis = 0
    renamed: list[Signal] = field(default_factory=list)


#: Refused for their sender: before that is the last word, the registry must be the newest.
STRANGERS = frozenset({Reason.UNKNOWN_DEVICE, Reason.UNKNOWN_STATION})


def has_strangers(outcomes: Iterable[Record | Rejected]) -> bool:
    """Whether anything is refused, or a press marked, because nobody knows its sender."""
    return any(
        (isinstance(item, Rejected) and item.reason in STRANGERS)
        or (isinstance(item, Signal) and Mark.UNKNOWN_BOX in item.marks)
        for item in outcomes
    )


def refuse_retained(topic: str, payload: bytes, retained: bool) -> Rejected | None:
    """A retained event is an old one, kept by the broker: shown as new after a restart it would be a false alarm."""
    if retained and not topic.endswith(_STATE_ENDINGS):
        return Rejected(Reason.RETAINED, topic, payload, station=station_of(topic), source="mqtt")
    return None


def station_of(topic: str) -> str:
    """The station level of a native topic, `_unknown` for any other topic."""
    levels = topic.split("/", 3)
    return levels[2] if len(levels) == 4 and levels[0] == "ssz" else UNKNOWN_STATION


def place(
    records: list[Record] | Rejected, registry: Registry, received_at: Millis, topic: str, payload: bytes
) -> list[Record | Rejected]:
    """Identify and judge every record of one message."""
    if isinstance(records, Rejected):
        return [records]
    result: list[Record | Rejected] = []
    for record in records:
        known = identify(record, registry, topic, payload)
        result.append(known if isinstance(known, Rejected) else judge(known, registry, received_at, topic, payload))
    return result


def read_message(
    message: Message, received_at: Millis, registry: Registry, decode: Decoder = decode_topic
) -> list[Record | Rejected]:
    """Every step a message goes through before the store, in order."""
    topic, payload, _, retained = message
    refused = refuse_retained(topic, payload, retained) if retained else None
    if refused:
        return [refused]
    return place(decode(topic, payload, received_at), registry, received_at, topic, payload)


def sort_into(
    result: Sorted, outcomes: Iterable[Record | Rejected], received_at: Millis, topic: str, payload: bytes
) -> None:
    """Put what one message became where it belongs; keep its bytes once when anything of it is accepted."""
    station = ""
    for outcome in outcomes:
        if isinstance(outcome, Fix):
            result.fixes.append(outcome)
        elif isinstance(outcome, SignOfLife):
            result.lives.append(outcome)
        elif isinstance(outcome, Rejected):
            result.rejected.append(outcome)
            continue
        elif isinstance(outcome, Signal):
            result.signals.append(outcome)
            continue  # its bytes are kept with the event itself, for ever
        else:
            result.others.append(outcome)
        station = outcome.station if not hasattr(outcome, "worker") else ""
    if station:
        result.raw.append((station, received_at, topic, redact(topic, payload)))


def read_batch(batch: Iterable[Arrivals], registry: Registry) -> Sorted:
    """Everything a batch of messages became."""
    result = Sorted()
    for arrivals in batch:
        received_at = arrivals.received_at
        result.newest = max(result.newest, received_at)
        for message in arrivals.messages:
            outcomes = read_message(message, received_at, registry)
            sort_into(result, outcomes, received_at, message[0], message[1])
    return result
