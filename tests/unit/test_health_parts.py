"""Heartbeat age by a clock that only goes forward, and the page of figures."""

from __future__ import annotations

import math
from types import MappingProxyType

from dashboard.health import BeatAge
from dashboard.metrics import exposition
from models.fold import apply_all
from models.happenings import SourceHeard, SourceState
from models.picture import Picture
from models.records.change import Heartbeat
from store.sources import Counted

HOUR = 3_600_000


class Clock:
    """A clock that is moved by hand."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


def test_no_heartbeat_has_no_age() -> None:
    assert BeatAge(Clock(5), Clock(5)).age_ms(Picture()) is None


def test_a_restored_heartbeat_is_dated_by_the_wall_clock() -> None:
    picture = apply_all(Picture(), [Heartbeat("main", 1_000, 1_000)])
    wall = Clock(21_000)
    assert BeatAge(wall, Clock(0)).age_ms(picture) == 20_000
    wall.at = 0
    assert BeatAge(wall, Clock(0)).age_ms(picture) == 0


def test_a_jump_of_the_wall_clock_makes_no_heartbeat_old() -> None:
    wall, steady = Clock(HOUR), Clock(77)
    beat = BeatAge(wall, steady)
    picture = apply_all(Picture(), [Heartbeat("main", HOUR, HOUR)])
    beat.folded(picture, 1, [Heartbeat("main", HOUR, HOUR)])
    for jump in (HOUR, -HOUR):
        wall.at = HOUR + jump
        assert beat.age_ms(picture) == 0
    steady.at += 5_000
    assert beat.age_ms(picture) == 5_000


def test_the_page_of_figures() -> None:
    picture = apply_all(
        Picture(units=MappingProxyType({})),
        [SourceHeard("mqtt", "lumphini", 40_000), SourceState("mqtt", 1, True), SourceState("inbox", 1, False)],
        seq=9,
    )
    counted = [Counted("mqtt", "lumphini", "accepted", 12, 1), Counted("mqtt", 'a"b\n', "not_json", 1, 1)]
    lines = exposition(picture, counted, 1_500, now=50_000).decode().splitlines()
    assert 'ssz_messages_total{reason="accepted",source="mqtt",station="lumphini"} 12.0' in lines
    assert 'ssz_messages_total{reason="not_json",source="mqtt",station="a\\"b\\n"} 1.0' in lines
    assert 'ssz_source_age_seconds{source="mqtt",station="lumphini"} 10.0' in lines
    assert 'ssz_source_connected{source="inbox"} 0.0' in lines
    assert "ssz_heartbeat_age_seconds 1.5" in lines
    assert "ssz_change_seq 9.0" in lines


def test_a_heartbeat_never_heard_is_no_number() -> None:
    lines = exposition(Picture(), [], None, 0).decode().splitlines()
    (line,) = [line for line in lines if line.startswith("ssz_heartbeat_age_seconds ")]
    assert math.isnan(float(line.split()[1]))
