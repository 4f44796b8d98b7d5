"""How fast a unit drives: limits by street, turning, braking for what lies ahead. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from models.town.ground import Point, gap

KMH = 1 / 3.6

#: Patrol speed by street kind, and the speed on the way to an SOS, in m/s.
PATROL_MS = {"primary": 40 * KMH, "secondary": 34 * KMH, "residential": 25 * KMH, "service": 16 * KMH}
RESPONSE_MS = {"primary": 60 * KMH, "secondary": 60 * KMH, "residential": 48 * KMH, "service": 30 * KMH}

ACCELERATION = (1.3, 2.4)  # m/s2, on patrol and to an SOS
BRAKING = (1.8, 2.8)


def heading(one: Point, other: Point) -> float:
    """Degrees clockwise from north, from one point to another."""
    return math.degrees(math.atan2(other[0] - one[0], other[1] - one[1])) % 360.0


def turn_deg(before: Sequence[Point], after: Sequence[Point]) -> float:
    """How sharply one turns from the end of a line into the start of the next: 0 to 180 degrees."""
    change = heading(after[0], after[1]) - heading(before[-2], before[-1])
    return abs((change + 180.0) % 360.0 - 180.0)


def corner_ms(turn: float, urgent: bool) -> float:
    """The speed at which a corner is taken, in m/s."""
    if turn < 20:
        return 60 * KMH
    base = 30.0 if turn < 55 else 16.0 if turn < 120 else 7.0
    return base * KMH * (1.3 if urgent else 1.0)


def next_speed(speed: float, limit: float, ahead: Sequence[tuple[float, float]], dt: float, urgent: bool) -> float:
    """The speed after `dt` seconds.

    Args:
        speed: m/s now.
        limit: most allowed here, m/s.
        ahead: `(metres ahead, most allowed there in m/s)`, each braked for in time.
        dt: seconds.
        urgent: on the way to an SOS.
    """
    brake = BRAKING[urgent]
    wanted = limit
    for metres, most in ahead:
        wanted = min(wanted, math.sqrt(most * most + 2 * brake * max(0.0, metres)))
    if wanted > speed:
        return min(wanted, speed + ACCELERATION[urgent] * dt)
    return max(wanted, speed - 2 * brake * dt)


def point_and_heading(line: Sequence[Point], metres: float) -> tuple[Point, float]:
    """Where one is on a line, and which way one looks."""
    left = metres
    for one, other in itertools.pairwise(line):
        step = gap(one, other)
        if left <= step and step > 0:
            share = left / step
            return (one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share), heading(one, other)
        left -= step
    return line[-1], heading(line[-2], line[-1])
