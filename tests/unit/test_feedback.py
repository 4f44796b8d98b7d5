"""Maps and record must not follow the patrols they send: what patrols find is left out, and that is what keeps them
right."""

from __future__ import annotations

from functools import cache

import numpy as np

from models.town.patrolled import Window, patrolled


@cache
def late(guard: bool) -> list[Window]:
    """The second half of the windows of six towns."""
    return [window for seed in range(6) for window in patrolled(seed, guard=guard)[6:]]


def mean(guard: bool, name: str) -> float:
    return float(np.mean([getattr(window, name) for window in late(guard)]))


def test_with_the_guard_the_record_tells_the_truth_and_the_map_moves_to_where_harm_is() -> None:
    assert 0.9 < mean(True, "measured") / mean(True, "true") < 1.1
    assert mean(True, "true") > 0.88 * mean(True, "best")
    assert mean(True, "same") < 0.8, "the first map was made of sixty days: the later ones know more"


def test_without_it_the_map_stays_where_it_was_and_the_record_praises_it() -> None:
    assert mean(False, "measured") > 1.5 * mean(False, "true")
    assert mean(False, "same") > mean(True, "same") + 0.1
    assert mean(False, "true") < mean(True, "true") - 0.01
