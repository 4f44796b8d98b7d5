"""The web process, wiring only. Imported by a server it defines `app`; run as a script it shows the pages.

Streamlit finds the app by reading this file, so the call of `st.App` must stand here in so many words.
"""

from __future__ import annotations

import gc
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import streamlit as st
from anyio import to_thread
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import runtime
from dashboard.access.choosing import Choosing
from dashboard.access.headers import SecurityHeaders
from dashboard.access.kiosk import KioskDoor
from dashboard.access.looks import Looks
from dashboard.access.middleware import Gate
from dashboard.access.oidc_routes import OidcRoutes
from dashboard.access.own import OwnAccount
from dashboard.access.signin import Hashing, SignIn
from dashboard.access.signin_steps import StepPages
from dashboard.api.route import api_route
from dashboard.basemap.routes import basemap_routes
from dashboard.basemap.shown import Basemap
from dashboard.disk import DiskWatch
from dashboard.exports.routes import file_routes
from dashboard.exports.track_routes import track_file_routes
from dashboard.health import BeatAge, Health, health_routes
from dashboard.incidents.routes import case_routes
from dashboard.language import language_routes
from dashboard.live import assets_route
from dashboard.live.desk_routes import Parts as Desk
from dashboard.live.desk_routes import desk_routes
from dashboard.live.figures import Figures, figures_route
from dashboard.live.ground import Ground
from dashboard.live.hub import Hub, steady_ms
from dashboard.live.names import load_names, load_stored
from dashboard.live.near_routes import Parts as Near
from dashboard.live.near_routes import keeping, near_routes
from dashboard.live.past_routes import Parts as Past
from dashboard.live.past_routes import past_routes
from dashboard.live.procedures import Procedures
from dashboard.live.purposes import Purposes
from dashboard.live.routes import live_routes
from dashboard.live.shown import FirstShown, load_shown, writer
from dashboard.live.status import FeedStatus
from dashboard.live.status import Limits as FeedLimits
from dashboard.navigation import claim, navigate, page_failed
from dashboard.sheet.routes import sheet_routes
from dashboard.shell import Shell, map_page
from ingest.sources.http import HttpIn, in_routes
from jobs.notices import Courier
from jobs.sending import send_by_apprise
from models.notices.channels import without_addresses
from models.response.targets import Targets
from settings import Settings, load_settings
from starting import (
    make_choosing,
    make_http,
    make_keeper,
    make_provider,
    named_stations,
    now,
    open_store,
    say_nobodys_codes,
    start_feed,
)
from starting_jobs import make_jobs, make_refitting, open_channels, stop_jobs
from store.columns import Columns
from store.follower import Follower
from store.side import Opened


def values_of(settings: Settings) -> runtime.Values:
    """What screens and routes need of the settings."""
    return runtime.Values(
        language=settings.language,
        zone=settings.zone,
        demo=settings.demo,
        live_s=settings.live_s,
        lost_s=settings.lost_s,
        feed_stale_s=settings.feed_stale_s,
        box_silent_s=settings.box_silent_s,
        escalate_s=settings.escalate_s,
        data_dir=settings.data_dir,
        targets=Targets(settings.target_acknowledge_s * 1000, settings.target_scene_s * 1000, settings.shifts),
        box_test_days=settings.box_test_days,
        battery_low_pct=float(settings.battery_low_pct),
    )


async def start(settings: Settings, stack: AsyncExitStack) -> HttpIn:
    """Start everything in order and hold it as the runtime; the stack stops it in reverse."""
    channels = await to_thread.run_sync(open_channels, settings)
    opened, life, unwritten = await to_thread.run_sync(open_store, settings)
    db = opened.database
    stack.callback(db.close)
    follower = Follower(db, now)
    await to_thread.run_sync(follower.start)
    stack.push_async_callback(to_thread.run_sync, follower.stop)
    beat = BeatAge(now)
    stack.callback(follower.subscribe(beat.folded))
    keeper = make_keeper(settings, db)
    stack.push_async_callback(to_thread.run_sync, keeper.close)
    stack.callback(follower.subscribe(keeper.memory.happened))

    status = FeedStatus(FeedLimits(settings.feed_stale_s, settings.live_s, settings.lost_s, settings.demo))
    stored = await to_thread.run_sync(load_stored, db, now())
    shown = FirstShown(writer(db), await to_thread.run_sync(load_shown, db), now)
    hub = Hub(
        follower, status, lambda: load_names(db), boot=secrets.token_hex(8), clock=now, stored=stored,
        first_shown=shown,
    )  # fmt: skip
    await hub.start()
    stack.push_async_callback(hub.stop)
    if opened.health.readonly:
        hub.intake.on_storage("readonly")
    stop_feed = start_feed(settings, opened, life, follower, hub)
    stack.push_async_callback(to_thread.run_sync, stop_feed)
    stack.enter_context(DiskWatch(settings.data_dir, settings.disk_low_mb, hub.intake.on_disk).running())
    courier = Courier(db, channels, send_by_apprise, now, settings.zone) if channels.channels else None
    refitting = make_refitting(settings)
    jobs = make_jobs(settings, db, courier, unwritten, refitting)
    jobs.start()
    stack.push_async_callback(to_thread.run_sync, stop_jobs, jobs, courier, refitting)
    health = Health(
        db, lambda: follower.picture, beat, stale_ms=settings.feed_stale_s * 1000, clock=now,
        keeper=lambda: keeper, alive=lambda: hub.alive, words=lambda: words_of(status, opened),
        viewers=lambda: hub.viewers,
    )  # fmt: skip
    ground = Ground(db, settings.zone)
    basemap = Basemap(settings.basemap, "" if settings.demo else settings.map_credit)
    await to_thread.run_sync(basemap.now)  # a bad file is said in the log now, not at the first look
    past = Past(db, now, Purposes(db, now), settings.retention_position_days)
    near = Near(
        now, lambda: follower.picture, lambda: hub.names,
        keeping(db, settings.live_s, settings.lost_s, settings.response_kmh),
    )  # fmt: skip
    figures = Figures(db, now, settings.zone, settings.escalate_s)
    values = replace(
        values_of(settings), channels=without_addresses(channels), named_stations=named_stations(settings, channels)
    )
    await to_thread.run_sync(say_nobodys_codes, db, values.named_stations)
    looks = Looks(db, now)
    stack.push_async_callback(to_thread.run_sync, looks.close)
    desk = Desk(db, now, Procedures(settings.data_dir / "procedures"), looks)
    columns = Columns(db, follower, now, settings.zone)
    stack.push_async_callback(to_thread.run_sync, columns.stop)
    runtime.hold(
        runtime.Runtime(
            values,
            now,
            db,
            follower,
            hub,
            ground,
            keeper,
            health,
            past,
            near,
            figures,
            desk,
            make_choosing(settings, db, keeper),
            columns,
            basemap,
        )
    )
    stack.callback(runtime.release)
    return make_http(settings, db, follower, hub, stack)


def words_of(status: FeedStatus, opened: Opened) -> dict[str, str]:
    """What `/readyz` says of broker and storage to those with a token."""
    feed = status.feed(now(), steady_ms(), replay=False)
    return {"broker": feed["broker"], "storage": feed["storage"], "storage_reason": opened.health.reason}


def choosing() -> Choosing:
    """How people sign in; there once the server has started."""
    return runtime.current().choosing


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, HttpIn]]:
    """From before the first visitor until the last has gone."""
    async with AsyncExitStack() as stack:
        try:
            http = await start(SETTINGS, stack)
        except BaseException as error:
            runtime.fail(error)
            raise
        # What was made so far stays for good: the collector, put off by the launcher, need not look at it ever.
        gc.freeze()
        gc.enable()
        yield {"http": http}


if get_script_run_ctx(suppress_warning=True) is not None:
    navigate()
else:
    SETTINGS = load_settings()
    HASHING, PROVIDER = Hashing(), make_provider(SETTINGS)
    claim()
    app: st.App = st.App(
        __file__,
        lifespan=lifespan,
        routes=[
            *health_routes(lambda: runtime.current().health),
            *SignIn(choosing, now, HASHING, assets_route.FACES, SETTINGS.oidc_name if PROVIDER else "").routes(),
            *OidcRoutes(choosing, PROVIDER, now).routes(),
            *StepPages(choosing, now, HASHING).routes(),
            *OwnAccount(
                choosing, lambda: runtime.current().people, SETTINGS.zone, SETTINGS.language, HASHING
            ).routes(),
            *KioskDoor(lambda: runtime.current().keeper, now).routes(),
            *language_routes(),
            *in_routes(lambda: app.state["http"]),
            api_route(lambda: runtime.current().api),
            *live_routes(lambda: runtime.current().hub, lambda: runtime.current().ground),
            *past_routes(lambda: runtime.current().past),
            *sheet_routes(lambda: runtime.current().sheets),
            *file_routes(lambda: runtime.current().files),
            *track_file_routes(lambda: runtime.current().track_files),
            *near_routes(lambda: runtime.current().near),
            *desk_routes(lambda: runtime.current().desk),
            *case_routes(lambda: runtime.current().cases),
            figures_route(lambda: runtime.current().figures),
            *assets_route.routes(),
            *basemap_routes(lambda: runtime.current().basemap),
        ],
        middleware=[
            Middleware(SecurityHeaders, allowed_hosts=SETTINGS.hosts, page=map_page()),
            Middleware(Gate, keeper=lambda: runtime.current().keeper, allowed_hosts=SETTINGS.hosts),
            Middleware(Shell, values=lambda: runtime.current().values),
        ],
        on_script_error=page_failed,
    )
