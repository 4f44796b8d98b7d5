"""What the generated town does, and when: pure decisions; time comes in as an argument, messages go out as values.

Everything is drawn from the town's seed, so that two runs that start at one moment and hear the same agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from ingest.sources import demo_messages as messages
from ingest.sources.demo_presses import UNTESTED, Presses
from ingest.sources.mqtt_publish import Outgoing
from models.records.base import Millis
from models.town.chance import chance
from models.town.crime import one_incident
from models.town.drive import Event
from models.town.furniture import CameraSpot
from models.town.gps import Reading
from models.town.ground import to_degrees, to_metres
from models.town.patrol import Patrol
from models.town.places import Places, beside
from models.town.town import Town

#: Seconds between a unit's fixes, a box's heartbeats, and the reports of a camera point.
POSITION_S, HEARTBEAT_S, CAMERA_S = 2.0, 30.0, 300.0

#: Mean seconds between presses, reports and incidents; the least; and when the first press comes.
PRESS_S, REPORT_S, INCIDENT_S, LEAST_S, FIRST_PRESS_S = 240.0, 420.0, 900.0, 75.0, 45.0


_REPORTS = (
    ("light", "ไฟส่องสว่างดับ"), ("stranger", "พบบุคคลต้องสงสัยเดินวนเวียน"), ("tip", "แจ้งเบาะแสยาเสพติด"),
    ("camera", "กล้องหันผิดทิศ"), ("other", "รถจอดกีดขวางทางเข้าซอย"), ("emergency", "มีคนทะเลาะกันเสียงดัง"),
)  # fmt: skip


class Script:
    """The demo's story. `now` is epoch milliseconds; the story begins at `started`."""

    def __init__(self, town: Town, started: Millis) -> None:
        self.town = town
        self.presses = Presses(town)
        self.patrol = Patrol(town)
        self._started = started
        self._tag = f"{started:x}"
        self._rng = chance(town.seed, "script")
        self._places = Places(town.seed, town.graph, town.centre)
        self._units = {unit.unit: unit for unit in town.units}
        self._numbers: dict[str, int] = {}
        self._due = {
            "press": FIRST_PRESS_S,
            "report": self._pause(REPORT_S),
            "incident": self._pause(INCIDENT_S),
            **{f"unit {unit}": POSITION_S * k / len(self._units) for k, unit in enumerate(self._units)},
            **{f"box {box.id}": HEARTBEAT_S * k / len(town.boxes) for k, box in enumerate(town.boxes)},
            **{f"camera {each.spot.id}": CAMERA_S * k / len(town.cameras) for k, each in enumerate(town.cameras)},
        }

    def hello(self, now: Millis) -> list[Outgoing]:
        """What is said after each connecting: statuses and boxes, retained; and that boxes were tested."""
        station, boxes = self.town.station, self.town.boxes
        words = [messages.status(station, unit, now, self.patrol.status(unit.unit)) for unit in self.town.units]
        words += [messages.box_online(station, box.id, now, True) for box in boxes]
        return words + [self.presses.test(box.id, self._number("t"), now) for box in boxes if box.id not in UNTESTED]

    def goodbye(self, now: Millis) -> list[Outgoing]:
        """What is said before leaving: no box is connected any more."""
        return [messages.box_online(self.town.station, box.id, now, False) for box in self.town.boxes]

    def advance(self, now: Millis) -> list[Outgoing]:
        """Everything that falls due up to `now`. What was missed (a pause) is not made up, but units move on."""
        elapsed = (now - self._started) / 1000.0
        out = [message for event in self.patrol.drive_to(elapsed) for message in self._happened(event, now)]
        for name in [name for name, due in self._due.items() if due <= elapsed]:
            kind, _, which = name.partition(" ")
            pause, produced = self._turn(kind, which, now)
            self._due[name] = max(self._due[name] + pause, elapsed)
            out.extend(produced)
        return out + self.presses.resend(now)

    def press(self, box: str, event_id: str, now: Millis) -> list[Outgoing]:
        """Somebody presses a box."""
        return self.presses.press(box, event_id, now)

    def heard(self, topic: str, payload: bytes, now: Millis) -> list[Outgoing]:
        """A receipt for a box or a command for a unit. What cannot be read is passed over, as a device would."""
        parts = topic.split("/")
        try:
            body = orjson.loads(payload)
        except orjson.JSONDecodeError:
            return []
        if len(parts) != 6 or not isinstance(body, dict):
            return []
        if parts[3] == "sos" and parts[5] == "receipt":
            self.presses.receipt(parts[4], str(body.get("id", "")))
        if parts[3] == "unit" and parts[5] == "command":
            return self._command(parts[4], body, now)
        return []

    def _command(self, unit: str, body: dict[str, Any], now: Millis) -> list[Outgoing]:
        """The unit goes where it is sent, if that is a place, and patrols again when it is needed no more."""
        kind, alarm, lat, lon = (body.get(name) for name in ("kind", "alarm", "lat", "lon"))
        changed = False
        if isinstance(alarm, str) and alarm:
            if kind == "dispatched" and isinstance(lat, float) and isinstance(lon, float):
                changed = self.patrol.send(unit, self.town.graph.nearest(to_metres(lat, lon)), alarm)
            elif kind in ("recalled", "closed"):
                changed = self.patrol.release(unit, alarm)
        return [self._status(unit, now)] if changed else []

    def _turn(self, kind: str, which: str, now: Millis) -> tuple[float, list[Outgoing]]:
        """What is due, and the seconds until it is due again."""
        station = self.town.station
        if kind == "unit":
            return POSITION_S, [messages.position(station, which, now, self._reading(which))]
        if kind == "box":
            return HEARTBEAT_S, [self.presses.heartbeat(which, self._number("h"), now)]
        if kind == "camera":
            return CAMERA_S, [messages.camera(station, each, now) for each in self._cameras(which)]
        if kind == "press":
            box = self._rng.choice(self.town.boxes).id
            return self._pause(PRESS_S), self.press(box, self._number("p"), now)
        if kind == "report":
            return self._pause(REPORT_S), [self._report(now)]
        return self._pause(INCIDENT_S), [self._incident(now)]

    def _happened(self, event: Event, now: Millis) -> Iterator[Outgoing]:
        if event.kind == "scan":
            number = self._number("s")
            reading = self._reading(event.unit)
            yield messages.scan(self.town.station, event.detail, number, now, event.unit, reading)
        else:
            yield self._status(event.unit, now)

    def _status(self, unit: str, now: Millis) -> Outgoing:
        return messages.status(self.town.station, self._units[unit], now, self.patrol.status(unit))

    def _reading(self, unit: str) -> Reading:
        return self.patrol.reading(unit)

    def _cameras(self, point: str) -> list[CameraSpot]:
        return [each for each in self.town.cameras if each.spot.id == point]

    def _report(self, now: Millis) -> Outgoing:
        kind, text = self._rng.choice(_REPORTS)
        piece = self._places.piece(self._rng, 0.5)
        lat, lon = to_degrees(beside(self._rng, piece))
        where = f"{text} บริเวณ{piece.street}"
        return messages.report(self.town.station, self._number("r"), now, kind, where, lat, lon)

    def _incident(self, now: Millis) -> Outgoing:
        return messages.incident(one_incident(self.town, self._places, self._rng, now, self._number("i")))

    def _pause(self, mean: float) -> float:
        return min(max(LEAST_S, self._rng.expovariate(1.0 / mean)), 3 * mean)

    def _number(self, kind: str) -> str:
        """An id no other run of the demo has used."""
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return f"{self._tag}-{kind}{self._numbers[kind]}"
