"""An alarm's life as one table: state, step, next state, who may take it, for which alarms. Pure.

Everything that steps goes by this table: the store, the API, the screens. The diagram in `docs/alarms.md` is drawn
from it (`scripts/alarms_page.py`). There is no way back: an alarm that is closed stays closed, and the next press
raises a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from models.access.policy import Action, roles_of
from models.alarms.kinds import Family
from models.records.base import Millis


class State(StrEnum):
    """States of an alarm (contract, section 3)."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    ON_SCENE = "on_scene"
    CLOSED = "closed"


class Step(StrEnum):
    """What can happen to an alarm that is there."""

    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    ARRIVE = "arrive"
    CLOSE = "close"
    NOTE = "note"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    JOIN = "join"  # one more press, or the same trouble again
    ESCALATE = "escalate"
    NOTICE = "notice"  # somebody outside the room could not be told, or was in the end
    RESTORE = "restore"  # the trouble is gone
    SET_OUT = "set_out"  # the unit sent is on its way
    DRILL_OVER = "drill_over"  # a real press came on an answered drill: it ends, the press raises its own alarm
    LEAVE = "leave"  # the unit sent is gone from the place, and the alarm still open


#: The step that a history begins with; it is of no table, for there is no state before it.
RAISE = "raise"

OUTCOMES = ("real", "helped", "not_found", "child_play", "technical", "test", "false")

#: Who answers alarms.
STEP_ROLES = roles_of(Action.STEP_ALARM)

#: The role of our own jobs and of messages from the street; no person has it.
SYSTEM = "system"

_PEOPLE = STEP_ROLES
_SYSTEM = frozenset({SYSTEM})
_ALL = frozenset(Family)
_TECHNICAL = frozenset({Family.TECHNICAL})
_HELP = frozenset({Family.HELP})


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    state: State
    step: Step
    then: State
    roles: frozenset[str] = _PEOPLE
    families: frozenset[Family] = _ALL


RULES: tuple[Rule, ...] = (
    Rule(State.RAISED, Step.ACKNOWLEDGE, State.ACKNOWLEDGED),
    Rule(State.RAISED, Step.NOTE, State.RAISED),
    Rule(State.RAISED, Step.JOIN, State.RAISED, _SYSTEM),
    Rule(State.RAISED, Step.ESCALATE, State.RAISED, _SYSTEM),
    Rule(State.RAISED, Step.NOTICE, State.RAISED, _SYSTEM),
    Rule(State.RAISED, Step.SHELVE, State.RAISED, _PEOPLE, _TECHNICAL),
    Rule(State.RAISED, Step.UNSHELVE, State.RAISED, _PEOPLE | _SYSTEM, _TECHNICAL),
    Rule(State.RAISED, Step.RESTORE, State.CLOSED, _SYSTEM, _TECHNICAL),
    Rule(State.ACKNOWLEDGED, Step.ASSIGN, State.ASSIGNED),
    Rule(State.ACKNOWLEDGED, Step.CLOSE, State.CLOSED),
    Rule(State.ACKNOWLEDGED, Step.NOTE, State.ACKNOWLEDGED),
    Rule(State.ACKNOWLEDGED, Step.JOIN, State.ACKNOWLEDGED, _SYSTEM),
    Rule(State.ACKNOWLEDGED, Step.SHELVE, State.ACKNOWLEDGED, _PEOPLE, _TECHNICAL),
    Rule(State.ACKNOWLEDGED, Step.UNSHELVE, State.ACKNOWLEDGED, _PEOPLE | _SYSTEM, _TECHNICAL),
    Rule(State.ACKNOWLEDGED, Step.RESTORE, State.CLOSED, _SYSTEM, _TECHNICAL),
    Rule(State.ACKNOWLEDGED, Step.DRILL_OVER, State.CLOSED, _SYSTEM, _HELP),
    Rule(State.ASSIGNED, Step.ASSIGN, State.ASSIGNED),
    Rule(State.ASSIGNED, Step.SET_OUT, State.ASSIGNED, _SYSTEM),
    Rule(State.ASSIGNED, Step.ARRIVE, State.ON_SCENE, _PEOPLE | _SYSTEM),
    Rule(State.ASSIGNED, Step.CLOSE, State.CLOSED),
    Rule(State.ASSIGNED, Step.NOTE, State.ASSIGNED),
    Rule(State.ASSIGNED, Step.JOIN, State.ASSIGNED, _SYSTEM),
    Rule(State.ASSIGNED, Step.UNSHELVE, State.ASSIGNED, _PEOPLE | _SYSTEM, _TECHNICAL),
    Rule(State.ASSIGNED, Step.RESTORE, State.CLOSED, _SYSTEM, _TECHNICAL),
    Rule(State.ASSIGNED, Step.DRILL_OVER, State.CLOSED, _SYSTEM, _HELP),
    # An arrival can be wrong, and who was there can be gone: then somebody must be sent again.
    Rule(State.ON_SCENE, Step.ASSIGN, State.ASSIGNED),
    Rule(State.ON_SCENE, Step.LEAVE, State.ON_SCENE, _SYSTEM),
    Rule(State.ON_SCENE, Step.CLOSE, State.CLOSED),
    Rule(State.ON_SCENE, Step.NOTE, State.ON_SCENE),
    Rule(State.ON_SCENE, Step.JOIN, State.ON_SCENE, _SYSTEM),
    Rule(State.ON_SCENE, Step.UNSHELVE, State.ON_SCENE, _PEOPLE | _SYSTEM, _TECHNICAL),
    Rule(State.ON_SCENE, Step.RESTORE, State.CLOSED, _SYSTEM, _TECHNICAL),
    Rule(State.ON_SCENE, Step.DRILL_OVER, State.CLOSED, _SYSTEM, _HELP),
    Rule(State.CLOSED, Step.NOTE, State.CLOSED),
)

#: (state, step) -> its line. What is not here is not permitted, changes nothing and says why.
LIFE: Mapping[tuple[State, Step], Rule] = MappingProxyType({(rule.state, rule.step): rule for rule in RULES})

#: Steps of which the first person wins: a second one, who decided on what was there before, is told.
DECIDING = frozenset({Step.ACKNOWLEDGE, Step.ASSIGN, Step.ARRIVE, Step.CLOSE, Step.RESTORE, Step.DRILL_OVER})


class IllegalStepError(Exception):
    """A step that is not permitted; nothing was changed. `str()` says why.

    `by`, `at`, `state`: who brought the alarm into the state that forbids it, when (epoch ms), and that state; empty
    where nobody did.
    """

    def __init__(self, why: str, *, by: str = "", at: Millis | None = None, state: str = "") -> None:
        super().__init__(why)
        self.by = by
        self.at = at
        self.state = state


class ForbiddenStepError(IllegalStepError):
    """A step that this person may not take, whatever the state."""


def may(role: str, step: Step) -> bool:
    """Whether a role may take a step in any state at all."""
    return any(role in rule.roles for rule in RULES if rule.step is step)


def next_state(state: State, step: Step, family: Family, role: str) -> State:
    """The state after a step.

    Raises:
        ForbiddenStepError: the role may not take it.
        IllegalStepError: the family has no such step, or the state does not permit it.
    """
    if not may(role, step):
        raise ForbiddenStepError(f"the role {role} may not {step} an alarm")
    families = {one for rule in RULES if rule.step is step for one in rule.families}
    if family not in families:
        only = "calls for help" if families == _HELP else "technical alarms"
        raise IllegalStepError(f"{step} is for {only} only: an alarm of a person is never put aside")
    rule = LIFE.get((state, step))
    if rule is None or family not in rule.families or role not in rule.roles:
        raise IllegalStepError(f"{step} is not possible while the alarm is {state}", state=state.value)
    return rule.then
