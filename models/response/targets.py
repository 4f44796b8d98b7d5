"""What a response is measured against. Pure, and light: settings and wiring read it."""

from __future__ import annotations

from dataclasses import dataclass

from models.records.base import Millis


@dataclass(frozen=True, slots=True)
class Targets:
    """ms allowed from the arrival to the acknowledgement, and from the press to the scene; and the hours, ascending,
    at which shifts begin. Five minutes to the scene is the standard of 191 (2557).
    """

    acknowledge_ms: Millis = 15_000
    scene_ms: Millis = 300_000
    shifts: tuple[int, ...] = (0, 8, 16)


#: The usual ones.
TARGETS = Targets()
