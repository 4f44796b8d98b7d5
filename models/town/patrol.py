"""All units of the town together, moved in fixed steps; who is nearest to a box. Pure: no clock, no threads."""

from __future__ import annotations

from collections.abc import Sequence

from models.town import drive
from models.town.drive import STEP_S, Event, Ground, Mode, UnitState
from models.town.gps import Reading, read
from models.town.town import Town

#: Kinds of unit that are sent to an SOS; partners are not.
SENT = frozenset({"car", "motorcycle"})


class Patrol:
    """The moving units. What happens depends only on the seed, the steps taken and the orders given between them."""

    def __init__(self, town: Town) -> None:
        checkpoints = {spot.node: spot.id for spot in town.checkpoints}
        self.ground = Ground(town.seed, town.graph, checkpoints, town.centre)
        self._kinds = {unit.unit: unit.kind for unit in town.units}
        self.states: dict[str, UnitState] = {
            unit.unit: drive.start(self.ground, unit.unit, number) for number, unit in enumerate(town.units)
        }
        self.steps = 0

    @property
    def elapsed(self) -> float:
        """Seconds driven so far."""
        return self.steps * STEP_S

    def drive_to(self, elapsed: float) -> list[Event]:
        """Take whole steps up to a time in seconds; returns what units did."""
        events: list[Event] = []
        while (self.steps + 1) * STEP_S <= elapsed + 1e-9:
            for unit, state in self.states.items():
                self.states[unit], done = drive.advance(self.ground, state, STEP_S)
                events.extend(done)
            self.steps += 1
        return events

    def reading(self, unit: str) -> Reading:
        """One unit's fix now."""
        return read(self.ground, self.states[unit])

    def send_nearest(self, node: int, mission: str, busy: Sequence[str] = ()) -> str | None:
        """Send the free unit that is nearest by street; None when no unit is free or one is on its way already."""
        if any(state.mission == mission for state in self.states.values()):
            return None
        distances, _ = self.ground.graph.distances(node)
        free = [
            state
            for unit, state in self.states.items()
            if not state.mission and unit not in busy and self._kinds[unit] in SENT
        ]
        if not free:
            return None
        best = min(free, key=lambda state: (drive.way_length(self.ground, state, distances), state.unit))
        self.states[best.unit] = drive.respond(self.ground, best, node, mission)
        return best.unit

    def close(self, mission: str) -> str | None:
        """The alarm is closed: its unit patrols again; returns the unit."""
        for unit, state in self.states.items():
            if mission and state.mission == mission:
                self.states[unit] = drive.release(state)
                return unit
        return None

    def status(self, unit: str) -> str:
        """The unit's status in the words of the contract."""
        state = self.states[unit]
        if state.mode is Mode.RESPONSE:
            return "enroute"
        return "on_scene" if state.mode is Mode.SCENE else "available"
