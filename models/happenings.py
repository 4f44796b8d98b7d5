"""What the live picture is told: the tagged values a change-log row carries, and their JSON form. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import orjson

from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.change import Heartbeat
from models.records.position import Fix, SignOfLife
from models.records.unit import StatusReport, UnitStatus


@dataclass(frozen=True, slots=True)
class BoxPlaced:
    """A box of the register: where it stands and what it is called."""

    station: str
    box: str
    lat: float
    lon: float
    name_th: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class BoxHeard:
    """What a box said at a moment (`at`: arrival at our door). None = not said."""

    station: str
    box: str
    at: Millis
    online: bool | None = None
    battery_pct: float | None = None
    mains: bool | None = None
    fault: str | None = None
    tested_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class SignalStored:
    """A press or panic is safe in the store (or was already): what was shown as "not yet stored" no longer is.

    `key` is the `Signal.key`; `alarm` the id of the alarm it raised or joined, empty for none.
    """

    station: str
    key: str
    at: Millis
    alarm: str = ""


@dataclass(frozen=True, slots=True)
class SourceHeard:
    """A source delivered something for a station; `at` is the newest arrival."""

    source: str
    station: str
    at: Millis


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source's connection went or came back."""

    source: str
    at: Millis
    connected: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RegisterChanged:
    """A register of a station changed (zones, boxes, cameras …): screens read it again."""

    station: str
    register: str
    at: Millis


Happening = (
    Fix
    | SignOfLife
    | StatusReport
    | BoxPlaced
    | BoxHeard
    | AlarmNow
    | SignalStored
    | Heartbeat
    | SourceHeard
    | SourceState
    | RegisterChanged
)

_TAGS: dict[str, type] = {
    "life": SignOfLife,
    "status": StatusReport,
    "box_placed": BoxPlaced,
    "box": BoxHeard,
    "alarm": AlarmNow,
    "signal": SignalStored,
    "beat": Heartbeat,
    "source": SourceHeard,
    "source_state": SourceState,
    "register": RegisterChanged,
}
_TAG_OF = {kind: tag for tag, kind in _TAGS.items()}


def to_json(happenings: Iterable[Happening]) -> str:
    """The JSON list of a change-log row: `[["fix", …12 values], ["alarm", {…}], …]`."""
    rows: list[list[object]] = []
    for item in happenings:
        if isinstance(item, Fix):
            rows.append(["fix", *item])
        elif isinstance(item, SignOfLife):
            rows.append(["life", *item])
        else:
            rows.append([_TAG_OF[type(item)], asdict(item)])
    return orjson.dumps(rows).decode()


def from_json(body: str) -> list[Happening]:
    """The happenings of a change-log row. Unknown tags (written by newer code) are passed over."""
    result: list[Happening] = []
    for row in orjson.loads(body):
        tag = row[0]
        if tag == "fix":
            result.append(Fix(*row[1:]))
        elif tag == "life":
            result.append(SignOfLife(*row[1:]))
        elif tag == "status":
            result.append(StatusReport(**{**row[1], "status": UnitStatus(row[1]["status"])}))
        elif tag in _TAGS:
            result.append(_TAGS[tag](**row[1]))
    return result
