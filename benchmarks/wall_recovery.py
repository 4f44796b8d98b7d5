"""An open wall nobody touches, after each kind of fault: how soon it is back, and how soon it called its data old."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from benchmarks.browser import chromium
from benchmarks.report import Figure, Line
from benchmarks.rig import Rig
from tests.e2e.recovery import BACK_S, OpenWall, opened, standing_still

NAME = "wall-recovery"

#: As shipped, in s.
STALE_S = 15.0

DOWN_S, CUT_S, ASLEEP_S = 2.0, 20.0, 12.0

#: Holds the fault; gives s from the last frame to the band of old data, None when it is not waited for.
Fault = Callable[[OpenWall], float | None]


def nothing(wall: OpenWall) -> None:
    """The wall as it is every day: what the others are held against."""
    wall.press()


def killed(wall: OpenWall) -> None:
    """kill -9 of the server; over when the new one answers."""
    wall.web.kill()
    wall.press()
    wall.page.wait_for_timeout(DOWN_S * 1000)
    wall.web.start()
    wall.web.wait()


def stopped(wall: OpenWall) -> float:
    """The whole server stands still (SIGSTOP) until the page says so."""
    wall.web.pause()
    wall.press()
    old = wall.called_old("server stopped")
    wall.web.resume()
    return old


def unplugged(wall: OpenWall) -> float:
    """Bytes vanish both ways and nobody is told, not even afterwards."""
    begun = time.monotonic()
    wall.proxy.swallow()
    wall.press()
    old = wall.called_old("cable pulled")
    wall.page.wait_for_timeout(max(0.0, begun + CUT_S - time.monotonic()) * 1000)
    wall.proxy.heal(closing=False)
    return old


def asleep(wall: OpenWall) -> None:
    """Every process of the browser stands still."""
    with standing_still():
        wall.press()
        time.sleep(ASLEEP_S)


#: (what, fault, how often)
FAULTS: list[tuple[str, Fault, int]] = [
    ("no fault", nothing, 3),
    (f"server killed, {DOWN_S:.0f} s down", killed, 5),
    ("server stood still", stopped, 3),
    (f"cable pulled for {CUT_S:.0f} s", unplugged, 3),
    (f"browser asleep for {ASLEEP_S:.0f} s", asleep, 3),
]


@contextmanager
def _wall(rig: Rig) -> Iterator[OpenWall]:
    with rig.station(ground=False, demo=1) as station, chromium() as browser:
        station.start()
        with opened(browser, station.web, station.url, station.broker.port, STALE_S) as wall:
            yield wall


def measure(rig: Rig) -> Figure:
    """The figure."""
    lines: list[Line] = []
    samples: dict[str, object] = {}
    bare = ""
    with _wall(rig) as wall:
        for what, fault, times in FAULTS:
            wall.returns.clear()
            old: list[float] = []
            for _ in range(rig.of(times, 1)):
                with wall.back_after(what):
                    seconds = fault(wall)
                old += [] if seconds is None else [seconds]
            back = [max(one.shown, one.sounded, one.of_now) for one in wall.returns]
            samples[what] = {"returns_s": [asdict(one) for one in wall.returns], "called_old_s": old}
            told = f"worst {max(back):.1f} s (n = {len(back)})"
            if fault is nothing:
                bare = told
                continue
            lines.append(Line(f"{what}: back", told, bare, f"<= {BACK_S} s", max(back) <= BACK_S))
            if old:
                worst = f"worst {max(old):.1f} s (n = {len(old)})"
                lines.append(Line(f"{what}: called old", worst, "", f"<= {STALE_S:.0f} s", max(old) <= STALE_S))
    how = (
        "One open wall of the driving town in Chromium, behind a proxy, its sound permitted by one click and "
        "nothing touched from then on; in each fault a box is pressed, on the wire. Back: from the end of the "
        "fault (of a killed server: from its answering) until that press is listed, the loudspeaker is given a "
        "sound, and the light of the data is fresh with no band of old data. Called old: from the last frame to "
        "the band, by the page's own clock. Throughout a script in the page looks twenty times a second that no "
        "unit's fix becomes older than it was; one would end the run. Bare: the same on the undisturbed wall. "
        "Longer outages are in `SOAK.md`."
    )
    return Figure(NAME, "An untouched wall comes back", how, lines, samples)
