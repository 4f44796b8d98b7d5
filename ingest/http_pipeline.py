"""The door for `/in/*`: one request, decided and durable before it is answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from ingest.alarm_lane import ArrivalListener
from ingest.crowd import Crowd
from ingest.decode.records import Record
from ingest.identify import sender_of
from ingest.pipeline import Decoder, Sorted, has_strangers, place, sort_into
from ingest.storing import Storing
from models.records.base import UNKNOWN_STATION, Millis, Reason, Rejected
from models.records.position import Fix, SignOfLife
from models.records.report import CitizenReport
from models.records.sos import ALARMING, Mark, Signal
from store.database import Database, Lane
from store.follower import Follower
from store.registry import Registry, Speaker

log = logging.getLogger("ingest.http")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the sender is told: `stored`, `duplicate` or `quarantined`, and the reason of the latter."""

    status: str
    reason: str = ""


def said_with(key_id: str) -> str:
    """The detail of a refused message that came with a key."""
    return f"key {key_id}"


class HttpPipeline:
    """The same steps as for MQTT, synchronous: when `take` returns, the message is durable."""

    def __init__(
        self,
        db: Database,
        follower: Follower,
        registry: Callable[[], Registry],
        clock: Callable[[], Millis],
        decode: Decoder,
        quarantine_bytes: int,
        on_arrival: ArrivalListener | None = None,
        renew: Callable[[], Registry] | None = None,
    ) -> None:
        """`decode(format, payload, received_at)` knows the formats; `registry` gives what is known of devices.

        `renew` gives the same without a moment's delay: asked before a sender is called unknown.
        """
        self._registry = registry
        self._renew = renew or registry
        self._decode = decode
        self._on_arrival = on_arrival
        self._crowd = Crowd()
        self._normal, self._alarm = (
            Storing(db, follower, registry, clock, lane, quarantine_bytes, crowd=self._crowd)
            for lane in (Lane.NORMAL, Lane.ALARM)
        )

    def take(self, topic_or_format: str, payload: bytes, received_at: Millis, credential: Speaker) -> Outcome:
        """Take one message that came with a key, which speaks only for its own devices or its own channel.

        Raises:
            StorageError: nothing was written; the sender must come again (503).
        """
        outcomes = self._read(topic_or_format, payload, received_at, credential, self._registry())
        if has_strangers(outcomes):
            outcomes = self._read(topic_or_format, payload, received_at, credential, self._renew())
        batch = Sorted(newest=received_at)
        sort_into(batch, outcomes, received_at, topic_or_format, payload)
        # Who said it: once the device is approved, only what came with its own key is its word.
        batch.rejected = [replace(item, detail=item.detail or said_with(credential.id)) for item in batch.rejected]
        self._announce(batch, credential)
        storing = self._alarm if batch.signals else self._normal
        stored = storing.write(batch, credential.id)
        if stored.new or batch.lives:
            return Outcome("stored", Reason.NO_FIX.value if batch.lives and not batch.fixes else "")
        if stored.duplicates:
            return Outcome("duplicate")
        reason = batch.rejected[0].reason.value if batch.rejected else Reason.NO_FIX.value
        return Outcome("quarantined", reason)

    def _read(
        self, topic: str, payload: bytes, received_at: Millis, credential: Speaker, registry: Registry
    ) -> list[Record | Rejected]:
        decoded = self._decode(topic, payload, received_at)
        if not isinstance(decoded, Rejected):
            decoded = _spoken_for(decoded, registry, credential, topic, payload)
        return place(decoded, registry, received_at, topic, payload)

    def _announce(self, batch: Sorted, credential: Speaker) -> None:
        if self._on_arrival is None:
            return
        for signal in batch.signals:
            if signal.kind in ALARMING:
                self._on_arrival(self._crowd.mark(signal, credential.id))


def _spoken_for(
    records: list[Record], registry: Registry, speaker: Speaker, topic: str, payload: bytes
) -> list[Record] | Rejected:
    """The records, if the key may speak for their sender. An SOS is heard all the same, as from an unknown box."""
    for record in records:
        if isinstance(record, CitizenReport):
            allowed = (record.station, record.channel) == (speaker.station, speaker.channel)
            if not allowed:
                return _refused(topic, payload, "native", record.station, record.channel)
        elif isinstance(record, Fix | SignOfLife):
            sender = sender_of(record.source, record.station, "unit", record.unit)
            known = registry.resolve(record.source, sender) is not None
            if known and not registry.may_speak(speaker, record.source, sender):
                signals: list[Record] = [
                    replace(item, marks=item.marks | {Mark.UNVERIFIED})
                    for item in records
                    if isinstance(item, Signal)
                ]
                return signals or _refused(topic, payload, record.source, record.station, sender)
    return records


def _refused(topic: str, payload: bytes, source: str, station: str, sender: str) -> Rejected:
    return Rejected(
        Reason.IDENTITY, topic, payload, "not a device of this key", station or UNKNOWN_STATION, source, sender
    )
