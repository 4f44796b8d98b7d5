"""Where the API is and what it works with, in a file of its own: naming it must not load FastAPI into a start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dashboard.access.looks import Looks
from dashboard.live.purposes import Purposes
from models.records.base import Millis
from store.database import Database
from store.follower import Follower

#: Where the API is.
PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the API works with. `live_s` and `lost_s` as in the settings; `zone` is the zone of every time told."""

    db: Database
    follower: Follower
    clock: Callable[[], Millis]
    zone: ZoneInfo
    purposes: Purposes
    looks: Looks
    live_s: int = 30
    lost_s: int = 300
