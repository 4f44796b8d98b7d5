"""The alarm's life is its table: what is not in it changes nothing."""

from __future__ import annotations

import itertools

import pytest

from models.records.alarm import LIFE, IllegalStepError, State, Step, next_state


@pytest.mark.parametrize(("state", "step"), list(itertools.product(State, Step)))
def test_every_pair_of_state_and_step_is_permitted_or_refused_as_the_table_says(state: State, step: Step) -> None:
    if step in LIFE[state]:
        assert next_state(state, step) is LIFE[state][step]
    else:
        with pytest.raises(IllegalStepError, match=f"{step} is not possible while the alarm is {state}"):
            next_state(state, step)


def test_nothing_leads_out_of_closed_and_everything_can_reach_it() -> None:
    assert set(LIFE[State.CLOSED].values()) == {State.CLOSED}
    reached = {State.RAISED}
    for _ in State:
        reached |= {after for state in reached for after in LIFE[state].values()}
    assert reached == set(State)
