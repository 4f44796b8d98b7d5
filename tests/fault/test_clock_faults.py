"""Row 16 of the goal table: the server's wall clock jumps, boxes' clocks are wrong; nobody is told a falsehood."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.fault.counts import took
from tests.fault.faketime import Clock
from tests.fault.ground import BOXES, listening, prepare
from tests.fault.product import STATION, fresh, now_ms
from tests.fault.publisher import Publisher
from tests.fault.scale import scaled
from tests.fault.viewer import Viewer
from tests.fault.whole import Layout, running, stored_presses, whole
from tests.servers import Mosquitto, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.broker]

HOUR_S = 3600
HOUR_MS = 3_600_000


def ages_ms(screen: Viewer) -> list[int]:
    """Age of the data in every frame since the first heartbeat, as a page reckons it."""
    feeds = [seen.frame for seen in list(screen.frames) if seen.frame["feed"]["beat"]]
    return [frame["now"] - frame["feed"]["beat"] for frame in feeds]


def hour_of(screen: Viewer) -> int:
    """How many hours the server's clock is off now."""
    told: int = screen.frames[-1].frame["now"]
    return round((told - now_ms()) / HOUR_MS)


def newest(screen: Viewer, box: str) -> dict[str, Any]:
    """The newest word about a box's alarm."""
    return screen.alarms(box)[-1][1]


@pytest.mark.parametrize("layout", scaled(["external"], ["embedded", "external"]))
def test_row_16_jumps_of_the_servers_clock_make_no_false_alarm(
    layout: Layout, tmp_path: Path, sqlite_url: str, mosquitto: Mosquitto
) -> None:
    prepare(sqlite_url)
    clock = Clock(tmp_path)
    publisher = Publisher(mosquitto.port)
    product = whole(tmp_path, sqlite_url, mosquitto.port, layout, escalate_s=4)
    with running(product, **clock.env), product.viewer() as screen:
        listening(publisher, sqlite_url)
        wait_until(lambda: bool(ages_ms(screen)), 60, "the first heartbeat")
        screen.wait_storage("ok")
        began = len(screen.frames)
        for number, hours in enumerate((1, 0, -1, 0)):
            clock.set(hours * HOUR_S)
            wait_until(lambda hours=hours: hour_of(screen) == hours, 60, "the jump")  # type: ignore[misc]
            jumped = time.monotonic()
            publisher.press(STATION, BOXES[number], f"press-{number}")
            took("press stored after a jump", screen.wait_alarm(BOXES[number], stored=True) - jumped, 8)
            wait_until(lambda at=jumped: time.monotonic() - at > scaled(2, 25), 60, "some time")  # type: ignore[misc]
        # Each is escalated, though the clock was set back after it was raised.
        for box in BOXES[:4]:
            wait_until(lambda box=box: newest(screen, box)["level"] >= 1, 60, f"{box} to be escalated")  # type: ignore[misc]
        seen = screen.frames[began:]
        assert {len({alarm["id"] for _, alarm in screen.alarms(box)}) for box in BOXES[:4]} == {1}
        assert {frame.frame["feed"]["broker"] for frame in seen} == {"ok"}
        # Slow is told where a busy machine's lock took two seconds of the steady clock; and it ends.
        assert {frame.frame["feed"]["storage"] for frame in seen} <= {"ok", "slow"}
        screen.wait_storage("ok")
        ages = ages_ms(screen)
        assert min(ages) >= 0
        assert max(ages) < HOUR_MS // 60  # of a jump it would be an hour
        assert product.alive()
    publisher.close()
    assert stored_presses(sqlite_url) == [(BOXES[n], f"press-{n}") for n in range(4)]


def marks(database_url: str) -> dict[str, str]:
    """The marks of each box's press."""
    db = fresh(database_url)
    with db.read() as conn:
        rows = conn.execute(text("SELECT origin, marks FROM sos_event WHERE kind = 'press'")).all()
    db.close()
    return {str(row[0]): str(row[1]) for row in rows}


def test_row_16_a_box_whose_clock_is_wrong_is_heard_all_the_same(
    tmp_path: Path, sqlite_url: str, mosquitto: Mosquitto
) -> None:
    prepare(sqlite_url)
    now, year = now_ms(), 366 * 24 * HOUR_MS
    wrong = {
        "clock_suspect": [now + HOUR_MS, now + 80 * year, 0, now - 25 * year, -1],
        "late": [now - HOUR_MS, now - year],
    }
    publisher = Publisher(mosquitto.port)
    with running(whole(tmp_path, sqlite_url, mosquitto.port, "embedded")) as product, product.viewer() as screen:
        listening(publisher, sqlite_url)
        expected: dict[str, str] = {}
        for mark, times in wrong.items():
            for at in times:
                box = BOXES[len(expected)]
                expected[box] = mark
                publisher.press(STATION, box, f"press-{box}", at)
        for box, mark in expected.items():
            screen.wait_alarm(box, stored=True)
            alarm = newest(screen, box)
            assert mark in alarm["marks"], alarm
            assert 0 <= screen.frames[-1].frame["now"] - alarm["raised"] < 60_000
        assert product.alive()
    publisher.close()
    assert {box: mark in marks(sqlite_url)[box].split(",") for box, mark in expected.items()} == dict.fromkeys(
        expected, True
    )
