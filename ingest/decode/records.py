"""What decoding gives: the records a message can become."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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

#: What a decoder of one format is: (topic, payload, arrival) -> records; it raises `BadPayloadError`.
Decode = Callable[[str, bytes, Millis], Sequence[Record]]

#: An empty list is a message that is known and says nothing we keep: a cleared retained topic, an OwnTracks card.
Decoded = list[Record] | Rejected
