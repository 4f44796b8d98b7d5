"""What a unit's GPS would say: the true place with an error of 3 to 5 m that wanders, and a battery. Pure."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from models.town.chance import chance
from models.town.drive import Ground, UnitState, place
from models.town.ground import to_degrees

#: Metres of error on each axis at most from the slow part, and the spread of the quick part.
WANDER_M, JITTER_M = 4.0, 0.8

#: Seconds in which a battery goes down to its lowest and is charged again.
BATTERY_CYCLE_S = 6 * 3600.0

#: Below this a receiver reports standing, in m/s.
STANDING_MS = 0.4


class Reading(NamedTuple):
    """One fix as a device would send it."""

    lat: float
    lon: float
    speed_kmh: float
    heading_deg: float
    accuracy_m: float
    battery_pct: float


@lru_cache(maxsize=256)
def _error_waves(seed: int, unit: str) -> tuple[tuple[float, float], ...]:
    """Four slow waves `(pace, phase)`: two for east, two for north, of 40 to 170 s."""
    rng = chance(seed, "gps", unit)
    return tuple((math.tau / rng.uniform(40, 170), rng.uniform(0, math.tau)) for _ in range(4))


def read(ground: Ground, state: UnitState) -> Reading:
    """The fix of a unit's state; a function of seed, unit and elapsed time alone."""
    waves = _error_waves(ground.seed, state.unit)
    swing = [math.sin(pace * state.elapsed + phase) for pace, phase in waves]
    rng = chance(ground.seed, "fix", state.unit, round(state.elapsed * 10))
    east = WANDER_M * (0.6 * swing[0] + 0.4 * swing[1]) + rng.gauss(0, JITTER_M)
    north = WANDER_M * (0.6 * swing[2] + 0.4 * swing[3]) + rng.gauss(0, JITTER_M)
    x, y = place(ground, state)
    lat, lon = to_degrees((x + east, y + north))
    moving = state.speed > STANDING_MS
    speed = max(0.0, state.speed * 3.6 + rng.gauss(0, 0.5)) if moving else 0.0
    facing = (state.facing + (rng.gauss(0, 2.0) if moving else 0.0)) % 360.0
    return Reading(
        lat=lat,
        lon=lon,
        speed_kmh=round(speed, 1),
        heading_deg=round(facing, 1) % 360.0,
        accuracy_m=round(3.0 + 2.0 * abs(swing[0]) + rng.random(), 1),
        battery_pct=_battery(ground.seed, state.unit, state.elapsed),
    )


def _battery(seed: int, unit: str, elapsed: float) -> float:
    offset = chance(seed, "battery", unit).random()
    share = (elapsed / BATTERY_CYCLE_S + offset) % 1.0
    drained = share / 0.8 if share < 0.8 else (1.0 - share) / 0.2
    return round(100.0 - 45.0 * drained, 1)
