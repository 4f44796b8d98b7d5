"""Wires ingest: the only module of this room that reads settings and knows every part."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import logs
from ingest.alarm_lane import AlarmDoor, AlarmStoring, ArrivalListener
from ingest.broker_watch import BrokerWatch
from ingest.crowd import Crowd
from ingest.decode import decode_http
from ingest.heartbeat import Heart
from ingest.http_pipeline import HttpPipeline
from ingest.lanes import Lane
from ingest.links import ALARM_WINDOW, Lanes, make_links
from ingest.publisher import Publisher
from ingest.registry_keeper import RegistryKeeper
from ingest.side import SideKeeper
from ingest.sources.broker import BrokerError, Endpoint, RunningBroker, endpoint_of, start_broker
from ingest.sources.demo_life import Life
from ingest.sources.inbox import Inbox
from ingest.sources.mosquitto import Mosquitto
from ingest.sources.mosquitto_log import LogReader, Refusal, refusals
from ingest.sources.mqtt import Link
from ingest.sources.mqtt_publish import Sender
from ingest.status import IngestStatus
from ingest.stopping import stop_signal
from ingest.storing import SideStore, Storing
from ingest.supervisor import Supervisor
from ingest.watch import BeatListener, BrokerListener, Watch
from models.audit.chain import Keys
from models.records.base import Millis
from settings import Settings, SettingsError, load_settings
from store import quarantine
from store.audit.fitting import OTHER_KEY, fits
from store.audit.keys import audit_keys
from store.database import Database
from store.database import Lane as StoreLane
from store.errors import StorageError
from store.follower import Follower
from store.side import open_safely

log = logging.getLogger("ingest")

#: Batches of the alarm and general lanes: small, and not waited for.
_SMALL_BATCH = 200

#: How long a worker started alone looks at its database before it writes, in s: a press is waiting.
_EXAMINE_S = 3.0

#: Presses that may wait for the store: more than both connections can have on their way, so that neither stops.
_ALARMS_WAITING = 2 * ALARM_WINDOW + 1000


@dataclass(slots=True)
class Ingest:
    """A running worker. `stop` ends it: nothing that was acknowledged is lost, the rest waits with the broker."""

    broker: RunningBroker
    supervisor: Supervisor
    lanes: Lanes
    _stops: list[Callable[[], None]] = field(default_factory=list)

    @property
    def status(self) -> IngestStatus:
        """How it is now."""
        return self.supervisor.status

    def stop(self) -> None:
        """End every part in order, a broker of our own last."""
        for stop in self._stops:
            stop()


def _lanes(
    settings: Settings,
    db: Database,
    follower: Follower,
    keeper: RegistryKeeper,
    clock: Callable[[], Millis],
    on_arrival: ArrivalListener | None,
    on_storage: Callable[[str, str], None],
    side_store: SideStore | None,
    room: quarantine.Room,
) -> Lanes:
    crowd = Crowd()
    normal, alarm = (
        Storing(
            db,
            follower,
            keeper,
            clock,
            lane,
            keep_raw=settings.retention_raw_days > 0,
            crowd=crowd,
            renew=keeper.renewed,
            room=room,
        )
        for lane in (StoreLane.NORMAL, StoreLane.ALARM)
    )
    wait_s = settings.batch_wait_ms / 1000
    position = Lane("position", normal, settings.batch_size, wait_s, on_storage)
    alarms = Lane("alarm", AlarmStoring(alarm, side_store), _SMALL_BATCH, 0.0, on_storage, _ALARMS_WAITING)
    general = Lane("general", normal, _SMALL_BATCH, 0.0, on_storage)
    return Lanes(position, alarms, general, AlarmDoor(alarms, keeper, crowd, on_arrival))


def start_ingest(
    settings: Settings,
    db: Database,
    follower: Follower,
    clock: Callable[[], Millis],
    on_arrival: ArrivalListener | None = None,
    on_status: Callable[[IngestStatus], None] | None = None,
    alarms_only: bool = False,
    life: Life | None = None,
) -> Ingest:
    """Start the broker if there must be one of our own, then the worker and the inbox.

    `on_arrival` is told of every press before it is stored; `on_status` of every change; both must be short.
    `alarms_only`: `db` is the side database; everything but alarms stays with the broker. `life`: a town that lives
    on this broker.

    Raises:
        BrokerError: the local broker could not be started; one line.
    """
    broker = start_broker(settings.mqtt_url, settings.mqtt_port, settings.data_dir, settings.mqtt_ca_file)
    endpoint, worker = _ours(broker.endpoint, settings), settings.worker
    keeper = RegistryKeeper(db, follower)
    window = min(2 * settings.batch_size, 65_535)

    def links(only_alarms: bool) -> dict[str, Link]:
        group, few = settings.mqtt_shared_group, alarms_only or only_alarms
        return make_links(endpoint, worker, lanes, clock, window, supervisor.link_state, group, few)

    storage = MappingProxyType({"store": "broken"} if alarms_only else {})
    supervisor = Supervisor(db, clock, IngestStatus(worker, endpoint.kind, storage=storage), links, on_status)
    side = SideKeeper(settings.database_url, clock)
    side_store = side if db.dialect == "sqlite" and not alarms_only else None
    room = quarantine.Room(settings.quarantine_max_mb * 1024 * 1024)
    lanes = _lanes(settings, db, follower, keeper, clock, on_arrival, supervisor.storage_state, side_store, room)
    # A name of its own: an idle worker of the same name must not throw the writing one off the broker.
    sender = Sender(endpoint, f"ssz-{worker}-publisher-{secrets.token_hex(4)}")
    heart = Heart(sender, worker, clock, lambda: supervisor.status.leads)
    publisher = Publisher(db, follower, sender, clock, supervisor.publishes)
    inbox = Inbox(db, settings.inbox_dir, settings.zone, clock)
    for part in (keeper, *lanes.each(), sender, publisher, heart, supervisor):
        part.start()
    stops: list[Callable[[], None]] = []
    if not alarms_only:
        inbox.start()
        refused = _refused(broker, settings)
        if refused is not None:
            refusing = BrokerWatch(refused, Storing(db, follower, keeper, clock, room=room), clock)
            refusing.start()
            stops.append(refusing.stop)
    # The lanes first: the batch at hand is stored and acknowledged while the connections still stand.
    parts = (inbox, *lanes.each(), supervisor, heart, publisher, sender, keeper, broker)
    if life is not None:
        life.start(broker.endpoint)
        stops.insert(0, life.stop)
    return Ingest(broker, supervisor, lanes, [*stops, *(part.stop for part in parts), side.close])


def _ours(endpoint: Endpoint, settings: Settings) -> Endpoint:
    """The broker as this process comes to it: with its own certificate and keepalive."""
    cert, key = settings.mqtt_cert_file, settings.mqtt_key_file
    return replace(endpoint, keepalive_s=settings.mqtt_keepalive_s, cert_file=cert, key_file=key)


def _refused(broker: RunningBroker, settings: Settings) -> Callable[[], list[Refusal]] | None:
    """How to ask what the broker cut off; None where its log cannot be read."""
    if isinstance(broker.own, Mosquitto):
        return broker.own.refused
    if settings.mqtt_url is None or settings.mqtt_log_file is None:
        return None
    reader = LogReader(settings.mqtt_log_file)
    return lambda: refusals(reader.new_lines())


def start_watch(
    settings: Settings,
    db: Database,
    follower: Follower,
    clock: Callable[[], Millis],
    on_arrival: ArrivalListener,
    on_beat: BeatListener,
    on_broker: BrokerListener,
) -> Callable[[], None]:
    """For a web process with an external ingest: hear presses and heartbeats at once; returns how to stop.

    `on_broker` is told `ok`, `down` or `demo` when the connection to the broker comes or goes.
    """
    keeper = RegistryKeeper(db, follower)
    found = endpoint_of(settings.mqtt_url, settings.mqtt_port, settings.mqtt_ca_file)
    endpoint = _ours(found, settings)
    watch = Watch(endpoint, keeper, clock, on_arrival, on_beat, on_broker)
    keeper.start()
    watch.start()

    def stop() -> None:
        watch.stop()
        keeper.stop()

    return stop


def http_pipeline(
    settings: Settings,
    db: Database,
    follower: Follower,
    keeper: RegistryKeeper,
    clock: Callable[[], Millis],
    on_arrival: ArrivalListener | None = None,
) -> HttpPipeline:
    """The door for `/in/*` of a web process. `keeper` is started and stopped by who made it."""
    return HttpPipeline(
        db, follower, keeper, clock, decode_http, settings.quarantine_max_mb * 1024 * 1024, on_arrival, keeper.renewed
    )


def now_ms() -> Millis:
    """The wall clock, in ms."""
    return time.time_ns() // 1_000_000


def _keys(settings: Settings, database: Database) -> Keys | None:
    """The keys of the audit log; None when it was written with others: presses come first, what is to be written down
    waits for a process with the right secret."""
    keys = audit_keys(settings.secret, settings.old_secrets, demo=settings.demo, data_dir=settings.data_dir)
    if keys is None:
        return None
    with database.read() as conn:
        if fits(conn, keys):
            return keys
    log.error("%s; what is to be written down waits", OTHER_KEY)
    return None


def main() -> int:
    """`python -m ingest`: the worker alone, until SIGTERM or Ctrl-C. 0, or 2 with one line when it cannot start."""
    logs.begin()
    try:
        settings = load_settings()
    except SettingsError as error:
        log.error("%s", error)
        return 2
    wait = stop_signal()
    with ExitStack() as stack:
        try:
            opened = open_safely(settings.database_url, now_ms(), budget_s=_EXAMINE_S)
            stack.callback(opened.database.close)
            opened.database.audit_keys = _keys(settings, opened.database)
            follower = Follower(opened.database, now_ms)
            follower.start()
            stack.callback(follower.stop)
            readonly = opened.health.readonly
            worker = start_ingest(settings, opened.database, follower, now_ms, alarms_only=readonly)
            stack.callback(worker.stop)
        except (StorageError, BrokerError, OSError) as error:
            log.error("%s", error)
            return 2
        log.info("ingest worker %s: %r", settings.worker, worker.broker.endpoint)
        wait()
    log.info("ingest worker %s stopped", settings.worker)
    return 0
