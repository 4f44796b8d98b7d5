"""Who sent it: topic identities and foreign ids become a station and a unit or box, through the registry. Pure."""

from __future__ import annotations

from dataclasses import replace

from ingest.decode.records import Record
from models.records.base import UNKNOWN_STATION, Reason, Rejected
from models.records.camera import CameraStatus
from models.records.change import Heartbeat
from models.records.checkpoint import CheckpointScan
from models.records.position import Fix, SignOfLife
from models.records.sos import BoxOnline, Mark, Signal
from models.records.unit import StatusReport
from models.signature import is_signed
from store.registry import NATIVE, Registry, Target, native_id

_UNVERIFIED = frozenset({Mark.UNVERIFIED})
_UNKNOWN = frozenset({Mark.UNVERIFIED, Mark.UNKNOWN_BOX})


def sender_of(source: str, station: str, kind: str, name: str) -> str:
    """The registry's name of a sender: native ones carry station and kind, foreign ones what their format says."""
    return native_id(Target(station, kind, name)) if source == NATIVE else name


def _refused(reason: Reason, topic: str, payload: bytes, source: str, sender: str, station: str) -> Rejected:
    return Rejected(reason, topic, payload, station=station or UNKNOWN_STATION, source=source, foreign_id=sender)


def _unknown(registry: Registry, topic: str, payload: bytes, source: str, sender: str, station: str) -> Rejected:
    known = station if station in registry.stations else UNKNOWN_STATION
    return _refused(Reason.UNKNOWN_DEVICE, topic, payload, source, sender, known)


def _unit(
    record: Fix | SignOfLife | StatusReport, registry: Registry, topic: str, payload: bytes
) -> Fix | SignOfLife | StatusReport | Rejected:
    if record.source == NATIVE:
        if registry.native(record.station, "unit", record.unit):
            return record
        sender = sender_of(NATIVE, record.station, "unit", record.unit)
        return _unknown(registry, topic, payload, NATIVE, sender, record.station)
    target = registry.resolve(record.source, record.unit)
    if target is None:
        return _unknown(registry, topic, payload, record.source, record.unit, "")
    if target.kind != "unit":
        return _refused(Reason.IDENTITY, topic, payload, record.source, record.unit, target.station)
    if isinstance(record, StatusReport):
        return replace(record, station=target.station, unit=target.id)
    return record._replace(station=target.station, unit=target.id)


def _signal(signal: Signal, registry: Registry) -> Signal:
    """An SOS is never refused for its sender: an unknown one is marked and goes to the station of its topic."""
    if signal.source == NATIVE:
        if not registry.native(signal.station, signal.origin_kind, signal.origin):
            return _stranger(signal, registry)
        return signal if _signed(signal, registry) else replace(signal, marks=signal.marks | _UNVERIFIED)
    target = registry.resolve(signal.source, signal.origin)
    if target is None:
        return _stranger(signal, registry)
    return replace(signal, station=target.station, origin_kind=target.kind, origin=target.id)


def _stranger(signal: Signal, registry: Registry) -> Signal:
    station = signal.station if signal.station in registry.stations else UNKNOWN_STATION
    return replace(signal, station=station, marks=signal.marks | _UNKNOWN)


def _signed(signal: Signal, registry: Registry) -> bool:
    """A native box must sign; a unit, like a foreign button, is vouched for by the registry."""
    if signal.origin_kind != "box":
        return True
    secret = registry.secrets.get((signal.station, signal.origin))
    if not secret or not signal.sig:
        return False
    return is_signed(signal.sig, secret, signal.station, signal.origin, signal.id, signal.at, signal.kind.value)


def _box(record: BoxOnline, registry: Registry, topic: str, payload: bytes) -> BoxOnline | Rejected:
    if record.source == NATIVE:
        if registry.native(record.station, "box", record.box):
            return record
        sender = sender_of(NATIVE, record.station, "box", record.box)
        return _unknown(registry, topic, payload, NATIVE, sender, record.station)
    target = registry.resolve(record.source, record.box)
    if target is None or target.kind != "box":
        return _unknown(registry, topic, payload, record.source, record.box, "")
    return replace(record, station=target.station, box=target.id)


def _spot(
    record: CameraStatus | CheckpointScan, registry: Registry, topic: str, payload: bytes
) -> CameraStatus | CheckpointScan | Rejected:
    """What stands in the street must be in its register, and who scans a red box must be an approved unit of its
    station. A scan that names a unit of another station claims to be somebody else's: no unit of ours sends it there.
    """
    if isinstance(record, CameraStatus):
        kind, name, known = "camera", record.point, (record.station, record.point) in registry.cameras
    else:
        kind, name, known = "checkpoint", record.box, (record.station, record.box) in registry.checkpoints
        if known and not registry.native(record.station, "unit", record.unit):
            if registry.a_unit_somewhere(record.unit):
                sender = sender_of(NATIVE, record.station, "checkpoint", record.box)
                refused = _refused(Reason.IDENTITY, topic, payload, NATIVE, sender, record.station)
                return replace(refused, detail="unit in the payload is another station's")
            kind, name, known = "unit", record.unit, False
    if known:
        return record
    return _unknown(registry, topic, payload, NATIVE, sender_of(NATIVE, record.station, kind, name), record.station)


def identify(record: Record, registry: Registry, topic: str, payload: bytes) -> Record | Rejected:
    """The record with its station and unit or box, or why it cannot be placed."""
    if isinstance(record, Fix | SignOfLife | StatusReport):
        return _unit(record, registry, topic, payload)
    if isinstance(record, Signal):
        return _signal(record, registry)
    if isinstance(record, Heartbeat):
        return record
    if isinstance(record, BoxOnline):
        return _box(record, registry, topic, payload)
    if record.station not in registry.stations:
        return _refused(Reason.UNKNOWN_STATION, topic, payload, NATIVE, record.station, UNKNOWN_STATION)
    if isinstance(record, CameraStatus | CheckpointScan):
        return _spot(record, registry, topic, payload)
    return record
