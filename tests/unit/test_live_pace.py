"""The pace of the pump: a change after a quiet time waits for no tick, and what comes together is one frame."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from dashboard.live.hub import Hub
from dashboard.live.status import FeedStatus, Limits
from dashboard.live.views import NO_NAMES
from models.access.scope import Scope
from models.fold import apply_all
from models.picture import Picture
from models.records.position import Fix
from store.follower import Follower

NOW = 1_800_000_000_000


class Moving:
    """A follower whose picture is set by the test."""

    def __init__(self) -> None:
        self.picture = Picture()

    def subscribe(self, _listener: Callable[..., None]) -> Callable[[], None]:
        return lambda: None

    def move(self, hub: Hub, unit: str) -> None:
        seq = self.picture.seq + 1
        fix = Fix("demo", unit, NOW, 13.73, 100.54, received_at=NOW)
        self.picture = apply_all(self.picture, [fix], seq)
        hub.intake.happened(self.picture, seq, [])


def test_what_comes_together_after_a_quiet_time_is_one_frame_long_before_the_next_tick() -> None:
    async def run() -> None:
        town = Moving()
        hub = Hub(
            cast("Follower", town), FeedStatus(Limits(), "ok"), lambda: NO_NAMES, boot="b", clock=lambda: NOW,
            steady=lambda: 1_000, tick_s=3600,
        )  # fmt: skip
        await hub.start()
        viewer = hub.attach(Scope(None))
        await hub.next_frame(viewer)
        for number in range(20):
            town.move(hub, f"u{number:02d}")
        frame = await asyncio.wait_for(hub.next_frame(viewer), 60)
        assert isinstance(frame, bytes)
        assert all(f"u{number:02d}".encode() in frame for number in range(20))
        assert viewer.take() is None
        await hub.stop()

    asyncio.run(run())
