"""Whether what is said can be: the time at the device, and the place. Pure.

Jumps are judged where the track is known, see `models.track`.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.decode.records import Record
from models.device_clock import AHEAD_MS, OLDEST, incident_suspect, suspect
from models.records.base import Millis, Reason, Rejected
from models.records.camera import CameraStatus
from models.records.checkpoint import CheckpointScan
from models.records.incident import IncidentReport
from models.records.position import Fix, FixFlag, SignOfLife
from models.records.report import EMERGENCY, CitizenReport
from models.records.sos import Mark, Signal
from models.records.unit import StatusReport
from store.registry import Registry

#: A press that took longer than this to arrive is marked late, in ms.
LATE_MS = 60_000

_OUT_OF_AREA = int(FixFlag.OUT_OF_AREA)


def _signal(signal: Signal) -> Signal:
    """Never refused for its time."""
    if suspect(signal.at, signal.received_at):
        return replace(signal, marks=signal.marks | {Mark.CLOCK_SUSPECT})
    if signal.received_at - signal.at > LATE_MS and Mark.CLOCK_SUSPECT not in signal.marks:
        return replace(signal, marks=signal.marks | {Mark.LATE})
    return signal


def judge(record: Record, registry: Registry, received_at: Millis, topic: str, payload: bytes) -> Record | Rejected:
    """The record, flagged or marked where it must be, or why it is refused."""
    if isinstance(record, Fix):
        if record.at > received_at + AHEAD_MS or record.at < OLDEST:
            return _clock(record.station, record.unit, record.source, topic, payload)
        if registry.plausible(record.station, record.lat, record.lon):
            return record
        return record._replace(flags=record.flags | _OUT_OF_AREA)
    if isinstance(record, Signal):
        return _signal(record)
    if isinstance(record, SignOfLife | StatusReport) and suspect(record.at, received_at):
        return _clock(record.station, record.unit, record.source, topic, payload)
    if isinstance(record, IncidentReport) and incident_suspect(
        record.occurred_from, record.occurred_to, record.reported_at, received_at
    ):
        return _clock(record.station, "", record.source, topic, payload)
    if isinstance(record, CitizenReport) and record.kind == EMERGENCY:
        return record  # a person may need help: kept whatever its clock says, and its alarm is marked
    if isinstance(record, CitizenReport | CheckpointScan | CameraStatus) and suspect(record.at, received_at):
        return _clock(record.station, "", "native", topic, payload)
    return record


def _clock(station: str, sender: str, source: str, topic: str, payload: bytes) -> Rejected:
    return Rejected(Reason.CLOCK, topic, payload, station=station, source=source, foreign_id=sender)
