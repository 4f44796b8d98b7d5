"""Kept payloads decoded again by today's decoders: what was never stored is stored, everything else stays as it is.

A press that is stored, readable or not, is never raised again. One that truly never was is a person whom nobody saw:
it raises its alarm, marked `late`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import asdict, dataclass, field, replace

from ingest.decode import decode_http
from ingest.decode.records import Record
from ingest.decode.table import HTTP
from ingest.http_pipeline import said_with
from ingest.pipeline import STRANGERS, place
from ingest.storing import take_other, write_fixes
from models.records.base import Millis, Reason, Rejected
from models.records.position import Fix, SignOfLife
from models.records.sos import BoxOnline, Mark, Signal
from store import positions, quarantine, sos
from store.database import Database, Lane, Tx
from store.follower import Follower
from store.registry import Registry, fitting

#: Messages of one transaction: some ten milliseconds of the write lock.
PIECE = 200

#: How long a piece waits for its turn to write, in s.
_PATIENCE_S = 30.0

#: received_at, topic, payload
Kept = tuple[Millis, str, bytes]


class _DryError(Exception):
    """Ends a transaction whose changes were only to be counted."""


@dataclass(slots=True)
class Tally:
    """What became of the messages. `stored`, `known` by kind of record; `refused` by reason; `released` rows."""

    messages: int = 0
    stored: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    released: int = 0


class Again:
    """Decodes kept messages again, piece by piece. `dry` counts and changes nothing."""

    def __init__(
        self, db: Database, follower: Follower, registry: Registry, clock: Callable[[], Millis], dry: bool
    ) -> None:
        """`follower` must be started: late fixes are judged by the tracks in its picture."""
        self.tally = Tally()
        self._db = db
        self._follower = follower
        self._registry = registry
        self._clock = clock
        self._dry = dry
        self._seen: set[object] = set()  # of a dry run only: what an earlier piece would have stored

    def raw(self, messages: list[Kept]) -> None:
        """Payloads of messages that were accepted when they came."""
        for at in range(0, len(messages), PIECE):
            piece = messages[at : at + PIECE]
            outcomes = [self._read(*message) for message in piece]
            self._store(outcomes, [])

    def held(self, rows: list[tuple[quarantine.Held, str, bytes]]) -> None:
        """Rows of the quarantine. One of which everything is accepted now is taken out of it."""
        for at in range(0, len(rows), PIECE):
            outcomes: list[list[Record | Rejected]] = []
            released: list[int] = []
            for row, sender, payload in rows[at : at + PIECE]:
                if row.reason == Reason.RETAINED or not row.topic or not self._vouched(row, sender):
                    self.tally.messages += 1
                    self.tally.refused[row.reason] += 1
                    continue
                found = self._read(row.received_at, row.topic, payload)
                outcomes.append(found)
                if found and not any(isinstance(item, Rejected) for item in found):
                    released.append(row.id)
            self._store(outcomes, released)

    def _vouched(self, row: quarantine.Held, sender: str) -> bool:
        """What came by HTTP is its device's word only when it came with the key that now speaks for the device."""
        if row.topic not in HTTP and "/report/" not in row.topic:
            return True
        key = self._registry.key_of.get((row.source, fitting(sender)), "")
        return row.reason in STRANGERS and bool(key) and row.detail == said_with(key)

    def _read(self, received_at: Millis, topic: str, payload: bytes) -> list[Record | Rejected]:
        self.tally.messages += 1
        decoded = decode_http(topic, payload, received_at)
        return place(decoded, self._registry, received_at, topic, payload)

    def _store(self, outcomes: Iterable[list[Record | Rejected]], released: list[int]) -> None:
        records: list[Record] = []
        for item in (item for found in outcomes for item in found):
            if isinstance(item, Rejected):
                self.tally.refused[item.reason.value] += 1
            else:
                records.append(item)
        try:
            with self._db.write(Lane.NORMAL, _PATIENCE_S) as tx:
                stored, known = self._take(tx, records)
                quarantine.release(tx, released)
                if self._dry:
                    raise _DryError
        except _DryError:
            pass
        self.tally.stored += stored
        self.tally.known += known
        self.tally.released += len(released)

    def _take(self, tx: Tx, records: list[Record]) -> tuple[Counter[str], Counter[str]]:
        """Write what is not stored; (new, known) by kind."""
        stored: Counter[str] = Counter()
        known: Counter[str] = Counter()
        if self._dry:
            known.update(kind_of(record) for record in records if _identity(record) in self._seen)
            records = [record for record in records if _identity(record) not in self._seen]
        fixes = [record for record in records if isinstance(record, Fix)]
        missing = positions.not_stored(tx.conn, fixes)
        if missing:
            self._follower.catch_up(tx.conn)
            new = write_fixes(tx, missing, self._follower.picture, Counter()).new
            stored["position"] += new
        known["position"] += len(fixes) - (new if missing else 0)
        signals = [record for record in records if isinstance(record, Signal)]
        heard = sos.heard(tx.conn, [signal for signal in signals if not sos.is_stored(tx.conn, signal)])
        for record in records:
            if not isinstance(record, Fix):
                fresh = self._take_one(tx, record, heard)
                (stored if fresh else known)[kind_of(record)] += 1
        if self._dry:
            self._seen.update(_identity(record) for record in records)
        return stored, known

    def _take_one(self, tx: Tx, record: Record, heard: Container[tuple[str, bytes]]) -> bool:
        """`heard`: topic and bytes of presses stored before this piece, under whatever name."""
        if isinstance(record, Signal):
            if (record.topic, record.raw) in heard or sos.is_stored(tx.conn, record):
                return False
            late = replace(record, marks=record.marks | {Mark.LATE})
            return not sos.take_signal(tx, late, self._clock()).duplicate
        if isinstance(record, SignOfLife | BoxOnline):
            return False  # of a moment that is over: nothing of it is kept
        return take_other(tx, record)


def kind_of(record: Record) -> str:
    """The word for a record in the counts."""
    return _WORDS.get(type(record).__name__, type(record).__name__)


_WORDS = {
    "Fix": "position", "SignOfLife": "sign of life", "Signal": "alarm lane", "BoxOnline": "box online",
    "StatusReport": "unit status", "IncidentReport": "incident", "CitizenReport": "report",
    "CheckpointScan": "scan", "CameraStatus": "camera status",
}  # fmt: skip


def _identity(record: Record) -> object:
    """What makes two records of one run the same."""
    if isinstance(record, Fix | SignOfLife):
        return type(record).__name__, record.station, record.unit, record.at
    if isinstance(record, Signal):
        return record.key
    values = asdict(record)
    values.pop("received_at", None)
    return type(record).__name__, *values.values()
