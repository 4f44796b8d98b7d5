"""All units of the town together, moved in fixed steps, and sent to alarms. Pure: no clock, no threads."""

from __future__ import annotations

from models.town import drive
from models.town.drive import STEP_S, Event, Ground, Mode, UnitState
from models.town.gps import Reading, read
from models.town.town import Town


class Patrol:
    """The moving units. What happens depends only on the seed, the steps taken and the orders given between them."""

    def __init__(self, town: Town) -> None:
        checkpoints = {spot.node: spot.id for spot in town.checkpoints}
        self.ground = Ground(town.seed, town.graph, checkpoints, town.centre)
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

    def send(self, unit: str, node: int, mission: str) -> bool:
        """A unit turns to an alarm at a junction, whatever it was doing; False when it did so already, or is none."""
        state = self.states.get(unit)
        if state is None or state.mission == mission:
            return False
        self.states[unit] = drive.respond(self.ground, state, node, mission)
        return True

    def release(self, unit: str, mission: str) -> bool:
        """A unit is needed no more at an alarm and patrols again; False when it was not sent there."""
        state = self.states.get(unit)
        if state is None or state.mission != mission:
            return False
        self.states[unit] = drive.release(state)
        return True

    def status(self, unit: str) -> str:
        """The unit's status in the words of the contract."""
        state = self.states[unit]
        if state.mode is Mode.RESPONSE:
            return "enroute"
        return "on_scene" if state.mode is Mode.SCENE else "available"
