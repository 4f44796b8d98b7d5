"""What decoding gives: the records a message can become, and the shape of a decoder."""

from __future__ import annotations

from collections.abc import Callable

from models.records.base import Millis, Rejected
from models.records.camera import CameraStatus
from models.records.change import Heartbeat
from models.records.checkpoint import CheckpointScan
from models.records.incident import IncidentReport
from models.records.position import Fix, SignOfLife
from models.records.report import CitizenReport
from models.records.sos import BoxOnline, Signal
from models.records.unit import StatusReport

Record = (
    Fix
    | SignOfLife
    | StatusReport
    | Signal
    | BoxOnline
    | IncidentReport
    | CitizenReport
    | CheckpointScan
    | CameraStatus
    | Heartbeat
)

#: An empty list is an accepted message that says nothing we keep (a cleared retained topic, an OwnTracks card).
Decoded = list[Record] | Rejected

#: (topic or HTTP path, payload, arrival time) -> what it says
Decoder = Callable[[str, bytes, Millis], Decoded]
