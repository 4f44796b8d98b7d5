"""The alarm's life is its table: what is not in it changes nothing."""

from __future__ import annotations

import itertools

import pytest

from models.alarms.kinds import Family, Kind, Priority, cause_of, family_of, priority_of
from models.alarms.life import (
    LIFE,
    RULES,
    STEP_ROLES,
    SYSTEM,
    ForbiddenStepError,
    IllegalStepError,
    State,
    Step,
    may,
    next_state,
)
from tests import permitted_cases

ROLES = (*sorted(STEP_ROLES), SYSTEM, "analyst", "viewer")


@pytest.mark.parametrize(("state", "step"), list(itertools.product(State, Step)))
def test_every_step_is_permitted_or_refused_as_the_table_says(state: State, step: Step) -> None:
    rule = LIFE.get((state, step))
    for family, role in itertools.product(Family, ROLES):
        if rule is not None and family in rule.families and role in rule.roles:
            assert next_state(state, step, family, role) is rule.then
            continue
        with pytest.raises(IllegalStepError) as refused:
            next_state(state, step, family, role)
        assert isinstance(refused.value, ForbiddenStepError) is not may(role, step)
        assert step.value in str(refused.value)


def test_the_desks_page_is_held_to_the_same_table() -> None:
    text = permitted_cases.FILE.read_text(encoding="utf-8")
    assert text == permitted_cases.written(), "python -m tests.permitted_cases writes it anew"
    steps = {step for case in permitted_cases.cases()["cases"] for step in case["permits"]}
    assert steps == {"acknowledge", "assign", "arrive", "close", "note", "shelve", "unshelve"}


def test_another_unit_can_be_sent_to_a_place_where_nobody_is_after_all() -> None:
    assert next_state(State.ON_SCENE, Step.ASSIGN, Family.HELP, "dispatcher") is State.ASSIGNED


def test_the_table_has_one_line_for_a_state_and_step() -> None:
    assert len(LIFE) == len(RULES)


def test_nothing_leads_out_of_closed_and_everything_can_reach_it() -> None:
    assert {rule.then for rule in RULES if rule.state is State.CLOSED} == {State.CLOSED}
    reached = {State.RAISED}
    for _ in State:
        reached |= {rule.then for rule in RULES if rule.state in reached}
    assert reached == set(State)


def test_only_people_end_a_call_for_help_that_is_no_drill() -> None:
    ends = [rule for rule in RULES if rule.then is State.CLOSED and rule.state is not State.CLOSED]
    for rule in ends:
        if rule.step is Step.DRILL_OVER:  # of a drill alone, and never of one that nobody has answered
            assert rule.roles == {SYSTEM}
            assert rule.families == {Family.HELP}
            assert rule.state is not State.RAISED
        elif Family.HELP in rule.families or Family.REPORT in rule.families:
            assert rule.roles == STEP_ROLES
    assert not any(rule.step is Step.SHELVE and rule.families != {Family.TECHNICAL} for rule in RULES)


def test_a_call_for_help_is_first_and_a_kind_nobody_knows_is_one() -> None:
    order = [priority_of(kind) for kind in ("sos", "panic", "unreadable", "report", "tamper", "disk_full")]
    assert order == [1, 1, 1, 2, 3, 3]
    assert family_of("of_newer_code") is Family.HELP
    assert priority_of("of_newer_code") is Priority.HELP


def test_calls_for_help_share_a_cause_and_trouble_of_equipment_never_joins_them() -> None:
    assert {cause_of(kind) for kind in Kind if family_of(kind) is Family.HELP} == {""}
    others = [cause_of(kind) for kind in Kind if family_of(kind) is not Family.HELP]
    assert len(set(others)) == len(others)
    assert "" not in others
