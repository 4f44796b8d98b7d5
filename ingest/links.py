"""The connections of a worker: which topics ride on which, under which client id, into which lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingest.alarm_lane import AlarmDoor
from ingest.heartbeat import beat_topic
from ingest.lanes import Lane
from ingest.rest import rest_door
from ingest.sources.endpoint import Endpoint
from ingest.sources.mqtt import Link
from models.records.base import Millis

#: Positions: many, may be spread over several workers. With them comes every native topic there is, so that what
#: nobody listens to is seen, counted and kept; what is another connection's is let go at the door (`ingest/rest.py`).
POSITIONS = ("ssz/#", "owntracks/+/+", "positions")

#: Alarms: few, never shared.
ALARMS = ("ssz/v1/+/sos/+/event", "ssz/v1/+/unit/+/alarm", "application/+/device/+/event/up")

#: Positions that can carry a panic; skimmed for it.
SKIMMED = ("ssz/v1/+/unit/+/position", "positions")

#: Everything else.
GENERAL = (
    "ssz/v1/+/unit/+/status",
    "ssz/v1/+/sos/+/online",
    "ssz/v1/+/incident/+",
    "ssz/v1/+/report/+",
    "ssz/v1/+/checkpoint/+/scan",
    "ssz/v1/+/camera/+/status",
)

#: Most unacknowledged messages of each of the two alarm connections.
ALARM_WINDOW = 2000

#: told (connection, connected, one line of detail)
LinkListener = Callable[[str, bool, str], None]


@dataclass(frozen=True, slots=True)
class Lanes:
    """The three lanes of a worker, and the door in front of the alarm lane."""

    position: Lane
    alarm: Lane
    general: Lane
    door: AlarmDoor

    def each(self) -> tuple[Lane, Lane, Lane]:
        """All three."""
        return self.position, self.alarm, self.general


def client_id(worker: str, name: str) -> str:
    """The fixed MQTT client id of a worker's connection: the broker keeps the queue under it."""
    return f"ssz-{worker}-{name}"


def shared(filters: tuple[str, ...], group: str | None) -> tuple[str, ...]:
    """The filters as a shared subscription, when there is a group."""
    return tuple(f"$share/{group}/{topic}" for topic in filters) if group else filters


def make_links(
    endpoint: Endpoint,
    worker: str,
    lanes: Lanes,
    clock: Callable[[], Millis],
    window: int,
    on_state: LinkListener,
    group: str | None = None,
    alarms_only: bool = False,
) -> dict[str, Link]:
    """The connections, not yet started. `window`: most unacknowledged messages of the position connection.

    `alarms_only`: the database is broken; the rest stays with the broker until it is mended.
    """

    def told(name: str) -> Callable[[bool, str], None]:
        return lambda connected, detail: on_state(name, connected, detail)

    def link(name: str, filters: tuple[str, ...], lane: Lane, sink: Callable[..., None], size: int) -> Link:
        return Link(endpoint, client_id(worker, name), filters, size, sink, lane.room, clock, told(name))

    door = lanes.door
    links = {
        "alarm": link("alarm", ALARMS, lanes.alarm, door.events, ALARM_WINDOW),
        "skim": link("skim", SKIMMED, lanes.alarm, door.skim, ALARM_WINDOW),
    }
    if not alarms_only:
        spread = shared(POSITIONS, group if endpoint.shares else None)
        links["position"] = link("position", spread, lanes.position, rest_door(lanes.position), window)
        quiet = (*GENERAL, beat_topic(worker))
        links["general"] = link("general", quiet, lanes.general, lanes.general.put, 500)
    return links
