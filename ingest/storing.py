"""What a sorted batch is to the store: one transaction, written in a fixed order, duplicates counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import orjson

from ingest.crowd import Crowd
from ingest.decode import redact
from ingest.decode.records import Record
from ingest.pipeline import Sorted, has_strangers, read_batch, station_of
from ingest.security_events import SecurityEvents
from ingest.sources.mqtt_client import Arrivals
from ingest.sources.mqtt_packets import Message
from models.fold import apply_all
from models.happenings import SignalStored
from models.picture import Key, Picture, UnitNow
from models.records.base import SYSTEM_STATION, UNKNOWN_STATION, Millis, Reason, Rejected
from models.records.camera import CameraStatus
from models.records.change import Heartbeat
from models.records.checkpoint import CheckpointScan
from models.records.incident import IncidentReport
from models.records.position import Fix
from models.records.report import CitizenReport
from models.records.sos import BoxOnline, Signal
from models.records.unit import StatusReport
from store import (
    audit,
    boxes,
    cameras,
    checkpoints,
    devices,
    incidents,
    positions,
    quarantine,
    raw,
    reports,
    sos,
    sources,
    units,
)
from store.database import Database, Lane, Tx
from store.follower import Follower
from store.registry import NATIVE, Registry, Target, native_id

#: (source, station, reason) -> how many
Counts = Counter[tuple[str, str, str]]

#: How long a batch waits for the write lock before the storage is said to be slow, in s.
PATIENCE_S = 2.0

#: Keeps signals in a database of their own while the main one is broken; True when they are safe there.
SideStore = Callable[[Sequence[Signal]], bool]


@dataclass(frozen=True, slots=True)
class Stored:
    """How many records of a batch were new and how many were there already."""

    new: int
    duplicates: int


def write_fixes(tx: Tx, fixes: Sequence[Fix], picture: Picture, counts: Counts) -> Stored:
    """Store fixes, tell the pictures, count new, repeated and late ones by source and station."""
    groups: dict[tuple[str, str], list[Fix]] = {}
    for fix in fixes:
        groups.setdefault((fix.station, fix.source), []).append(fix)
    new = duplicates = 0
    known: Mapping[Key, UnitNow] = picture.units
    stations = Counter(station for station, _ in groups)
    for (station, source), group in groups.items():
        inserted = positions.insert_fixes(tx, group, known)
        tx.tell(*inserted.fixes)
        counts[source, station, sources.ACCEPTED] += inserted.new
        counts[source, station, sources.DUPLICATE] += inserted.duplicates
        counts[source, station, sources.LATE] += _late(group, known)
        new, duplicates = new + inserted.new, duplicates + inserted.duplicates
        if stations[station] > 1:  # the same unit may speak through two sources: the second is judged after the first
            known = apply_all(Picture(units=known), inserted.fixes).units
    return Stored(new, duplicates)


def _late(fixes: Sequence[Fix], known: Mapping[Key, UnitNow]) -> int:
    number = 0
    for fix in fixes:
        unit = known.get((fix.station, fix.unit))
        if unit and unit.tail and fix.at < unit.tail[-1].at:
            number += 1
    return number


def take_other(tx: Tx, record: Record) -> bool:
    """Store one record of the quiet feeds; False when it was there already."""
    if isinstance(record, Heartbeat):
        tx.tell(record)
        return True
    if isinstance(record, StatusReport):
        return units.take(tx, record)
    if isinstance(record, BoxOnline):
        return boxes.take(tx, record)
    if isinstance(record, IncidentReport):
        return incidents.take(tx, record)
    if isinstance(record, CitizenReport):
        return reports.take(tx, record)
    if isinstance(record, CheckpointScan):
        return checkpoints.take(tx, record)
    if isinstance(record, CameraStatus):
        return cameras.take(tx, record)
    raise TypeError(f"no place in the store for a {type(record).__name__}")


class Storing:
    """Writes batches through one writer lane of the database; the `Handler` of the position and general lanes."""

    def __init__(
        self,
        db: Database,
        follower: Follower,
        registry: Callable[[], Registry],
        clock: Callable[[], Millis],
        lane: Lane = Lane.NORMAL,
        quarantine_bytes: int = 256 * 1024 * 1024,
        keep_raw: bool = True,
        crowd: Crowd | None = None,
        renew: Callable[[], Registry] | None = None,
        room: quarantine.Room | None = None,
    ) -> None:
        """`registry` gives what is known of devices at this moment, `renew` the same without a moment's delay.

        `quarantine_bytes` bounds the quarantine, when it is not shared with another lane as `room`.
        """
        self.registry = registry
        self.clock = clock
        self._db = db
        self._follower = follower
        self._lane = lane
        self._room = room or quarantine.Room(quarantine_bytes)
        self._keep_raw = keep_raw
        self._crowd = crowd or Crowd()
        self.renew = renew or registry
        self._events = SecurityEvents()

    def store(self, batch: Sequence[Arrivals]) -> None:
        """One transaction for the batch.

        Raises:
            StorageError: nothing was written.
        """
        result = read_batch(batch, self.registry())
        if has_strangers(result.rejected):  # they may have been registered a moment ago
            result = read_batch(batch, self.renew())
        result.signals.clear()  # a panic in a position is the alarm lane's, which reads the same topics
        self.write(result)

    def write(self, batch: Sorted, credential: str = "", patience_s: float = PATIENCE_S) -> Stored:
        """Store what a batch became. `credential` names the key it came with, when it did not come by MQTT.

        Raises:
            StorageError: nothing was written.
        """
        now = self.clock()
        counts: Counts = Counter()
        new = duplicates = 0
        with self._db.write(self._lane, patience_s) as tx:
            for signal in batch.signals:
                taken = sos.take_signal(tx, self._crowd.mark(signal, credential), now)
                counts[signal.source, signal.station, _word(not taken.duplicate)] += 1
                new, duplicates = new + (not taken.duplicate), duplicates + taken.duplicate
            # Told under another name before it was stored: what waits on a screen under that name is safe.
            tx.tell(*(SignalStored(signal.station, signal.key, now) for signal in batch.renamed))
            if batch.fixes:
                self._follower.catch_up(tx.conn)
                stored = write_fixes(tx, batch.fixes, self._follower.picture, counts)
                new, duplicates = new + stored.new, duplicates + stored.duplicates
            for life in batch.lives:
                tx.tell(life)
                counts[life.source, life.station, Reason.NO_FIX.value] += 1
            refused = list(batch.rejected)
            for record in batch.others:
                if isinstance(record, CheckpointScan) and (metres := checkpoints.away_m(tx.conn, record)) is not None:
                    refused.append(_elsewhere(record, metres))
                    continue
                fresh = take_other(tx, record)
                counts[_source_of(record), _station_of(record), _word(fresh)] += 1
                new, duplicates = new + fresh, duplicates + (not fresh)
            self._refuse(tx, refused, counts, now)
            for event in self._events.of(refused, now):
                audit.record(tx, event)
            sources.count_all(tx, counts, batch.newest or now)
            if self._keep_raw and batch.raw:
                raw.keep(tx, batch.raw)
        self._events.noted(refused, now)
        return Stored(new, duplicates)

    def _refuse(self, tx: Tx, rejected: Sequence[Rejected], counts: Counts, now: Millis) -> None:
        if not rejected:
            return
        # A station nobody registered has no line of its own in the counts: made-up names would fill them.
        known = {*self.registry().stations, SYSTEM_STATION}
        rejected = [item if item.station in known else replace(item, station=UNKNOWN_STATION) for item in rejected]
        # Redacted here, for whatever reason and at whatever step it was refused.
        kept = [replace(item, payload=redact(item.topic, item.payload)) for item in rejected]
        self._room.keep(tx, kept, now)
        for item in rejected:
            counts[item.source or "mqtt", item.station, item.reason.value] += 1
            if item.reason is Reason.UNKNOWN_DEVICE:
                devices.heard_unknown(tx, item.source, item.foreign_id, now)

    def set_aside(self, message: Message, received_at: Millis, error: Exception) -> None:
        """Quarantine a message the database refuses."""
        topic, payload = message[0], message[1]
        detail = f"could not be stored: {type(error).__name__}"
        item = Rejected(Reason.WRONG_TYPE, topic, payload, detail, station_of(topic), "mqtt")
        self.write(Sorted(rejected=[item], newest=received_at))

    def broken(self, batch: Sequence[Arrivals]) -> bool:
        """Nothing but an SOS has another place to go: the rest waits with the broker."""
        return False


def _word(fresh: bool) -> str:
    return sources.ACCEPTED if fresh else sources.DUPLICATE


def _elsewhere(scan: CheckpointScan, metres: float) -> Rejected:
    """A scan whose unit says itself that it was elsewhere: made in another's name. Kept as it was understood."""
    topic = f"ssz/v1/{scan.station}/checkpoint/{scan.box}/scan"
    sender = native_id(Target(scan.station, "checkpoint", scan.box))
    body = orjson.dumps({name: value for name, value in asdict(scan).items() if name not in ("station", "box")})
    detail = f"unit in the payload was at least {metres:.0f} m away by its own fixes"
    return Rejected(Reason.IDENTITY, topic, body, detail, scan.station, NATIVE, sender)


def _source_of(record: Record) -> str:
    if isinstance(record, Heartbeat):
        return "system"
    if isinstance(record, IncidentReport):
        return NATIVE  # its `source` is the topic's level: whose list it is from
    return str(getattr(record, "source", NATIVE))


def _station_of(record: Record) -> str:
    return SYSTEM_STATION if isinstance(record, Heartbeat) else record.station
