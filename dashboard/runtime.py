"""What a web process holds while it runs, and where routes, scripts and pages find it.

Made once by `streamlit_app.py` when the server starts. Streamlit's scripts run in threads of the same process and
ask for it with `current()`; nothing is made by a visit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from dashboard.access.choosing import Choosing
from dashboard.access.people import People
from dashboard.access.sessions import Keeper
from dashboard.api.parts import Parts
from dashboard.basemap.shown import Basemap
from dashboard.exports.routes import Parts as Files
from dashboard.exports.track_routes import Parts as TrackFiles
from dashboard.health import Health
from dashboard.incidents.routes import Parts as Cases
from dashboard.live.desk_routes import Parts as Desk
from dashboard.live.figures import Figures
from dashboard.live.ground import Ground
from dashboard.live.hub import Hub
from dashboard.live.near_routes import Parts as Near
from dashboard.live.past_routes import Parts as Past
from dashboard.sheet.routes import Parts as Sheets
from models.notices.channels import Channel
from models.records.base import Millis
from models.response.targets import TARGETS, Targets
from store.columns import Columns
from store.database import Database
from store.follower import Follower


@dataclass(frozen=True, slots=True)
class Values:
    """The settings that screens and routes need, as plain values. Ages in seconds."""

    language: str
    zone: ZoneInfo
    demo: bool
    live_s: int
    lost_s: int
    feed_stale_s: int
    box_silent_s: int
    escalate_s: int
    data_dir: Path
    box_test_days: int = 30
    battery_low_pct: float = 20.0
    channels: tuple[Channel, ...] = ()
    targets: Targets = TARGETS
    #: Setting -> codes of stations that it names.
    named_stations: Mapping[str, frozenset[str]] = field(default_factory=dict)


#: No file is named and no street is imported: plain ground.
NO_BASEMAP = Basemap(None, "")


@dataclass(frozen=True, slots=True)
class Runtime:
    """The running web process: the store, the live picture, the live feed, the door, and the clock all of it uses."""

    values: Values
    clock: Callable[[], Millis]
    db: Database
    follower: Follower
    hub: Hub
    ground: Ground
    keeper: Keeper
    health: Health
    past: Past
    near: Near
    figures: Figures
    desk: Desk
    choosing: Choosing
    columns: Columns
    basemap: Basemap = NO_BASEMAP

    @property
    def people(self) -> People:
        """Accounts and sessions, for those who manage them."""
        return People(self.db, self.clock, self.keeper.idle_ms)

    @property
    def sheets(self) -> Sheets:
        """What after-action sheets are made with."""
        return Sheets(self.db, self.clock, self.values.zone, self.values.language, self.past.purposes)

    @property
    def files(self) -> Files:
        """What files of incidents are made with."""
        values = self.values
        return Files(
            self.db, self.columns, self.past.purposes, self.clock, values.zone, values.targets, values.language,
            values.data_dir,
        )  # fmt: skip

    @property
    def track_files(self) -> TrackFiles:
        """What files of tracks are made with."""
        values = self.values
        return TrackFiles(self.db, self.past.purposes, self.clock, values.zone, values.language)

    @property
    def cases(self) -> Cases:
        """What the doors of the incidents' views work with."""
        values = self.values
        return Cases(self.db, self.columns, self.clock, values.zone, values.targets.shifts)

    @property
    def api(self) -> Parts:
        """What the API works with."""
        values = self.values
        return Parts(
            self.db,
            self.follower,
            self.clock,
            values.zone,
            self.past.purposes,
            self.desk.looks,
            values.live_s,
            values.lost_s,
        )


class NotRunningError(RuntimeError):
    """Asked for the runtime while no server of this process runs."""


class CannotStartError(Exception):
    """The product cannot start for a reason the operator can mend; `str()` is one line."""


class _Holder:
    runtime: Runtime | None = None
    failure: BaseException | None = None


_HOLDER = _Holder()


def hold(runtime: Runtime) -> None:
    """Make a runtime the one of this process."""
    _HOLDER.runtime = runtime


def release() -> None:
    """The server has stopped."""
    _HOLDER.runtime = None


def current() -> Runtime:
    """The runtime of this process.

    Raises:
        NotRunningError: no server has started, or it has stopped.
    """
    runtime = _HOLDER.runtime
    if runtime is None:
        raise NotRunningError("the web process has not been started by its lifespan")
    return runtime


def fail(error: BaseException) -> None:
    """Note why the server could not start, for the launcher to tell."""
    _HOLDER.failure = error


def failure() -> BaseException | None:
    """Why the server could not start; None when it did or was never asked to."""
    return _HOLDER.failure
