"""Units driving through the generated town: patrol, stop at red boxes, hurry to an SOS. Pure.

`advance(ground, state, dt)` is a function of its arguments: every choice a unit makes is drawn from the town's
seed, the unit and the number of the choice. Two runs that take the same steps agree to the byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from models.town.chance import chance
from models.town.graph import Graph
from models.town.ground import Point, gap
from models.town.motion import PATROL_MS, RESPONSE_MS, corner_ms, next_speed, point_and_heading, turn_deg

#: Seconds of one step. Fixed, so that the state after a time does not depend on how often one looked.
STEP_S = 0.5

#: A unit stays on scene at most this long when nobody closes the alarm, in s.
SCENE_S = 600.0


class Mode(StrEnum):
    """What a unit is doing."""

    PATROL = "patrol"
    STOP = "stop"
    RESPONSE = "response"
    SCENE = "scene"


class Ground(NamedTuple):
    """What units drive on: streets, red boxes by junction, and the middle round which they patrol."""

    seed: int
    graph: Graph
    checkpoints: Mapping[int, str]
    centre: Point


@dataclass(frozen=True, slots=True)
class UnitState:
    """One unit at a moment. `node` is the junction it left last, `route` the edges ahead, the first one under it."""

    unit: str
    node: int
    route: tuple[int, ...] = ()
    metres: float = 0.0
    speed: float = 0.0
    mode: Mode = Mode.STOP
    rest: float = 0.0
    mission: str = ""
    choice: int = 0
    facing: float = 0.0
    elapsed: float = 0.0


class Event(NamedTuple):
    """Something a unit did: `scan` (detail: red box), `on_scene` or `free` (detail: mission)."""

    kind: str
    unit: str
    detail: str


def start(ground: Ground, unit: str, place: int) -> UnitState:
    """A unit at the beginning: at a junction of its own, about to leave."""
    rng = chance(ground.seed, "start", unit)
    near = sorted(ground.graph.nodes, key=lambda node: (gap(ground.graph.nodes[node], ground.centre), node))
    node = near[(place * 37 + rng.randrange(30)) % (len(near) // 2)]
    return UnitState(unit, node, rest=rng.uniform(0.0, 3.0), facing=rng.uniform(0, 360))


def place(ground: Ground, state: UnitState) -> Point:
    """Where the unit truly is, in metres."""
    if not state.route:
        return ground.graph.nodes[state.node]
    line = ground.graph.edges[state.route[0]].line_from(state.node)
    return point_and_heading(line, state.metres)[0]


def respond(ground: Ground, state: UnitState, goal: int, mission: str) -> UnitState:
    """The unit turns to an SOS: it goes on to the junction ahead and takes the shortest way from there."""
    ahead = state.route[:1]
    junction = ground.graph.edges[ahead[0]].other(state.node) if ahead else state.node
    route = (*ahead, *ground.graph.way(junction, goal))
    return replace(state, route=route, mode=Mode.RESPONSE, mission=mission, rest=0.0)


def release(state: UnitState) -> UnitState:
    """The alarm is closed: the unit patrols again from where it is."""
    if not state.mission:
        return state
    return replace(state, mode=Mode.STOP, mission="", route=state.route[:1], rest=2.0)


def advance(ground: Ground, state: UnitState, dt: float) -> tuple[UnitState, tuple[Event, ...]]:
    """The unit `dt` seconds later, and what it did."""
    state = replace(state, elapsed=state.elapsed + dt)
    if state.mode is Mode.SCENE or (state.mode is Mode.STOP and not state.route):
        if state.rest > dt:
            return replace(state, rest=state.rest - dt, speed=0.0), ()
        free = (Event("free", state.unit, state.mission),) if state.mode is Mode.SCENE else ()
        return _choose(ground, state), free
    if not state.route:
        return _arrived(ground, state)
    return _roll(ground, state, dt)


def _roll(ground: Ground, state: UnitState, dt: float) -> tuple[UnitState, tuple[Event, ...]]:
    urgent = state.mode is Mode.RESPONSE
    piece = ground.graph.edges[state.route[0]]
    limit = (RESPONSE_MS if urgent else PATROL_MS)[piece.kind]
    speed = next_speed(state.speed, limit, _ahead(ground, state, urgent), dt, urgent)
    metres = state.metres + speed * dt
    left = piece.length - metres
    if left <= 0.3 and len(state.route) == 1:
        return _arrived(ground, replace(state, node=piece.other(state.node), route=(), metres=0.0, speed=0.0))
    if left <= 0:
        state = replace(state, node=piece.other(state.node), route=state.route[1:])
        metres = -left
    line = ground.graph.edges[state.route[0]].line_from(state.node)
    facing = point_and_heading(line, metres)[1]
    return replace(state, metres=metres, speed=speed, facing=facing), ()


def _ahead(ground: Ground, state: UnitState, urgent: bool) -> list[tuple[float, float]]:
    """Corners and the end of the way within 120 m."""
    found: list[tuple[float, float]] = []
    node, far = state.node, -state.metres
    for index, following in zip(state.route, (*state.route[1:], None), strict=True):
        piece = ground.graph.edges[index]
        far += piece.length
        if following is None:
            found.append((far, 0.4))
            break
        line = piece.line_from(node)
        node = piece.other(node)
        found.append((far, corner_ms(turn_deg(line, ground.graph.edges[following].line_from(node)), urgent)))
        if far > 120:
            break
    return found


def _arrived(ground: Ground, state: UnitState) -> tuple[UnitState, tuple[Event, ...]]:
    rng = chance(ground.seed, "stay", state.unit, state.choice)
    if state.mode is Mode.RESPONSE:
        scene = replace(state, mode=Mode.SCENE, rest=SCENE_S, speed=0.0)
        return scene, (Event("on_scene", state.unit, state.mission),)
    box = ground.checkpoints.get(state.node)
    if box is not None and state.mode is Mode.PATROL:
        return replace(state, mode=Mode.STOP, rest=rng.uniform(45, 110)), (Event("scan", state.unit, box),)
    return replace(state, mode=Mode.STOP, rest=rng.uniform(4, 25)), ()


def _choose(ground: Ground, state: UnitState) -> UnitState:
    """The next way: one in three to a red box, otherwise to a junction of the neighbourhood, by varied streets."""
    rng = chance(ground.seed, "choice", state.unit, state.choice)
    graph = ground.graph
    if rng.random() < 0.34:
        goal = rng.choice(sorted(ground.checkpoints))
    else:
        reach = 700.0 if rng.random() < 0.6 else 1_500.0
        goal = rng.choice([node for node, point in graph.nodes.items() if gap(point, ground.centre) < reach])
    liking = [rng.uniform(0.6, 1.6) for _ in graph.edges]
    route = graph.way(state.node, goal, lambda index: graph.edges[index].length * liking[index])
    mode = Mode.PATROL if route else Mode.STOP
    rest = 0.0 if route else 3.0
    return replace(
        state, route=route, metres=0.0, speed=0.0, mode=mode, rest=rest, mission="", choice=state.choice + 1
    )
