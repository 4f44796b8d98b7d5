"""The demo's SOS boxes as the contract has them: a press, and that a box was tested, is sent again until the receipt
shows its id. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ingest.sources import demo_messages as messages
from ingest.sources.mqtt_publish import Outgoing
from models.records.base import Millis
from models.town.town import Town

#: Seconds before the first repetition; each next one waits twice as long, at most the second figure.
FIRST_AGAIN_S, LONGEST_S = 2.0, 30.0

#: How many receipts are remembered.
REMEMBERED = 1_000

#: A box that runs on its battery, so that not every box of the demo is well.
ON_BATTERY = "sos-11"

#: Boxes nobody has tested lately, and how many days ago they were: one is due, one overdue.
UNTESTED: Mapping[str, int] = MappingProxyType({"sos-05": 26, "sos-08": 40})


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An event whose receipt has not come."""

    message: Outgoing
    due: Millis
    pause_s: float


class Presses:
    """Boxes, their sequence numbers, and the events that still wait for a receipt."""

    def __init__(self, town: Town) -> None:
        self._station = town.station
        self._secrets = {box.id: messages.box_secret(town.seed, box.id) for box in town.boxes}
        self._seq = dict.fromkeys(self._secrets, 0)
        self._waiting: dict[tuple[str, str], _Waiting] = {}
        self._taken: dict[tuple[str, str], None] = {}

    @property
    def waiting(self) -> frozenset[tuple[str, str]]:
        """The events without a receipt, as `(box, id)`."""
        return frozenset(self._waiting)

    def taken(self, box: str, event_id: str) -> bool:
        """Whether the receipt of a press has come; remembered for the newest `REMEMBERED` presses."""
        return (box, event_id) in self._taken

    def press(self, box: str, event_id: str, now: Millis) -> list[Outgoing]:
        """A press of a box.

        Raises:
            KeyError: the town has no such box.
        """
        return [self._repeated(box, event_id, "press", now)]

    def test(self, box: str, event_id: str, now: Millis) -> Outgoing:
        """A box was tested; it says so until that is stored."""
        return self._repeated(box, event_id, "test", now)

    def _repeated(self, box: str, event_id: str, kind: str, now: Millis) -> Outgoing:
        message = self._event(box, event_id, kind, now)
        self._waiting[box, event_id] = _Waiting(message, now + int(FIRST_AGAIN_S * 1000), FIRST_AGAIN_S)
        return message

    def receipt(self, box: str, event_id: str) -> None:
        """The press is stored: it is not sent again."""
        if self._waiting.pop((box, event_id), None) is not None:
            self._taken[box, event_id] = None
            if len(self._taken) > REMEMBERED:
                del self._taken[next(iter(self._taken))]

    def resend(self, now: Millis) -> list[Outgoing]:
        """The events whose time has come again, byte for byte as they were."""
        again = [(key, each) for key, each in self._waiting.items() if each.due <= now]
        for key, each in again:
            pause = min(LONGEST_S, each.pause_s * 2)
            self._waiting[key] = _Waiting(each.message, now + int(pause * 1000), pause)
        return [each.message for _, each in again]

    def heartbeat(self, box: str, event_id: str, now: Millis) -> Outgoing:
        """A box says that it is well."""
        return self._event(box, event_id, "heartbeat", now)

    def _event(self, box: str, event_id: str, kind: str, now: Millis) -> Outgoing:
        self._seq[box] += 1
        weak = box == ON_BATTERY
        extra = {"battery_pct": 71.0 if weak else 100.0, "mains": not weak, "seq": self._seq[box]}
        return messages.box_event(self._station, box, self._secrets[box], event_id, now, kind, extra)
