"""The parts of the web process, each as the settings want it; wiring only. In which order they start stands in
`streamlit_app.py`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import NamedTuple, cast

from anyio import to_thread

from dashboard import runtime
from dashboard.access.choosing import Choosing
from dashboard.access.entrance import Entrance
from dashboard.access.oidc import Client, Provider
from dashboard.access.seal import Seal
from dashboard.access.sessions import Keeper, Limits
from dashboard.live.hub import Hub, steady_ms
from dashboard.live.status import Broker, Storage
from ingest.assembly import http_pipeline, start_ingest, start_watch
from ingest.registry_keeper import RegistryKeeper
from ingest.sources.broker import BrokerError
from ingest.sources.demo_ground import DemoRefusedError, NoTownError
from ingest.sources.demo_life import Life
from ingest.sources.http import HttpIn
from ingest.status import IngestStatus
from models.accounts.claims import Mapped, pairs
from models.audit.deeds import Deed, Did, by_system
from models.notices.channels import Channels
from models.records.base import Millis
from models.records.change import Heartbeat
from models.records.named import nobodys_codes
from settings import Settings
from store import audit, registers
from store.audit.fitting import OTHER_KEY, fits
from store.audit.keys import audit_keys, demo_secret
from store.database import Database
from store.errors import StorageError
from store.follower import Follower
from store.side import Opened, open_safely

_LOG = logging.getLogger(__name__)


def now() -> Millis:
    """The clock of this process."""
    return time.time_ns() // 1_000_000


class Store(NamedTuple):
    """What a start has opened. `unwritten`: that it started, when the audit log could not be written."""

    opened: Opened
    life: Life | None
    unwritten: Deed | None


def open_store(settings: Settings) -> Store:
    """The migrated store, beside a damaged one the side database; and with the demo its town, written into it.

    Raises:
        CannotStartError: it is newer than this program or not to be reached, its audit log was written with another
            secret, or there is no town of the demo's seed.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        opened = open_safely(settings.database_url, now())
        opened.database.audit_keys = audit_keys(
            settings.secret, settings.old_secrets, demo=settings.demo, data_dir=settings.data_dir
        )
        _must_fit(opened.database)
        unwritten = _write_start(opened.database)
        if not settings.demo:
            return Store(opened, None, unwritten)
        life = Life(opened.database, settings.demo_seed, now)
        life.furnish()
        return Store(opened, life, unwritten)
    except StorageError as error:
        raise runtime.CannotStartError(f"database: {error}") from error
    except DemoRefusedError as error:
        raise runtime.CannotStartError(f"demo: {error}") from error
    except NoTownError as error:
        raise runtime.CannotStartError(f"setting SSZ_DEMO_SEED: {error}") from error
    except OSError as error:
        raise runtime.CannotStartError(f"cannot write to {settings.data_dir}: {error.strerror}") from error


def _must_fit(database: Database) -> None:
    keys = database.audit_keys
    if keys is None:
        return
    with database.read() as conn:
        if not fits(conn, keys):
            raise runtime.CannotStartError(OTHER_KEY)


def _write_start(database: Database) -> Deed | None:
    """Write the start down. A full disk must not keep the desk shut: then it is handed back, to be written later."""
    started = by_system(now(), Did.STARTED, object="web")
    try:
        with database.write(patience_s=30.0) as tx:
            audit.record(tx, started)
    except StorageError as error:
        _LOG.error("the start is not in the audit log: %s", error)
        return started
    return None


def start_feed(
    settings: Settings, opened: Opened, life: Life | None, follower: Follower, hub: Hub
) -> Callable[[], None]:
    """Ingest in this process, or an ear on the broker beside ingest workers of their own; returns how to stop.

    To be called in a thread that lives as long as the process: a broker of our own ends with the thread that
    started it.

    Raises:
        CannotStartError: a broker of our own is needed and its port is taken.
    """

    def on_broker(word: str) -> None:
        hub.intake.on_broker(cast("Broker", word))

    def on_status(status: IngestStatus) -> None:
        on_broker(status.broker)
        hub.intake.on_storage("readonly" if opened.health.readonly else cast("Storage", status.worst_storage))

    def on_beat(beat: Heartbeat) -> None:
        hub.intake.on_beat(beat.worker, beat.at)

    db = opened.database
    try:
        if settings.ingest == "external":
            return start_watch(settings, db, follower, now, hub.intake.on_arrival, on_beat, on_broker)
        side = opened.health.readonly
        ingest = start_ingest(
            settings, db, follower, now, hub.intake.on_arrival, on_status, alarms_only=side, life=life
        )
    except BrokerError as error:
        raise runtime.CannotStartError(f"broker: {error}") from error
    return ingest.stop


def make_http(settings: Settings, db: Database, follower: Follower, hub: Hub, stack: AsyncExitStack) -> HttpIn:
    """What serves `/in/*`, in every layout in the web process."""
    registry = RegistryKeeper(db, follower)
    registry.start()
    stack.push_async_callback(to_thread.run_sync, registry.stop)
    pipeline = http_pipeline(settings, db, follower, registry, now, hub.intake.on_arrival)
    return HttpIn(pipeline.take, lambda key: registry.registry.speaker(key), now, steady_ms)


def make_choosing(settings: Settings, db: Database, keeper: Keeper) -> Choosing:
    """How people sign in, and what they choose for themselves."""
    secret = settings.secret or demo_secret(settings.data_dir)
    return Choosing(Entrance(db, keeper, Seal(secret, settings.old_secrets), now, settings.second_factor_roles))


def make_provider(settings: Settings) -> Provider | None:
    """The identity provider of the settings; None: there is none."""
    if settings.oidc_issuer is None:
        return None
    secret = settings.oidc_client_secret
    mapped = Mapped(
        settings.oidc_role_claim, pairs(settings.oidc_roles),
        settings.oidc_station_claim, pairs(settings.oidc_stations), settings.oidc_everywhere,
    )  # fmt: skip
    client = Client(
        settings.oidc_issuer, settings.oidc_client_id, secret.get_secret_value() if secret else "",
        settings.oidc_name, settings.oidc_scopes, mapped,
    )  # fmt: skip
    return Provider(client, now)


def make_keeper(settings: Settings, db: Database) -> Keeper:
    """The door's memory of sessions and tokens."""
    limits = Limits(settings.session_hours * 3_600_000, settings.session_idle_minutes * 60_000)
    token = settings.metrics_token
    return Keeper(db, now, limits, token.get_secret_value() if token else None)


def named_stations(settings: Settings, channels: Channels) -> dict[str, frozenset[str]]:
    """Setting -> codes of the stations that it names."""
    told = [channel.stations or frozenset() for channel in channels.channels]
    return {
        "SSZ_ESCALATE_STATIONS": frozenset(settings.ladders.own),
        "SSZ_NOTIFY_FILE": frozenset[str]().union(*told),
    }


def say_nobodys_codes(db: Database, named: Mapping[str, frozenset[str]]) -> None:
    """Log the settings that name a station nobody knows. No reason not to start: its register may come later."""
    with db.read() as conn:
        known = [station.code for station in registers.stations(conn, None)]
    for setting, codes in nobodys_codes(named, known).items():
        _LOG.warning("setting %s names stations that are not in the register: %s", setting, ", ".join(codes))
