"""Whom to send: fresh before old before unknown before busy, and nobody nearer is left out."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.dispatch.nearest import LINE_FACTOR, Along, Fleet, Near, nearest
from models.streets.net import net_of, reach
from tests.unit.test_streets import at, street

NAN = math.nan
best_of = partial(nearest, fresh_ms=30_000.0, lost_ms=300_000.0)
PLACE = at(0, 0)

#: (x, y) in metres, age in s, free, km/h
Row = tuple[tuple[float, float] | None, float, bool, float]


def fleet(*rows: Row) -> Fleet:
    places = [(NAN, NAN) if spot is None else at(*spot) for spot, *_ in rows]
    return Fleet(
        np.array([lat for lat, _ in places]),
        np.array([lon for _, lon in places]),
        np.array([age * 1000.0 for _, age, _, _ in rows]),
        np.array([free for *_, free, _ in rows]),
        np.array([kmh for *_, kmh in rows]),
    )


def order(found: list[Near]) -> list[int]:
    return [one.index for one in found]


def test_an_old_fix_is_listed_and_never_before_a_fresh_one_nor_a_busy_unit_before_a_free_one() -> None:
    found = best_of(
        fleet(
            ((10, 0), 5, False, 30),  # beside the place, and busy
            ((20, 0), 3600, True, 30),  # was beside it an hour ago
            (None, math.inf, True, 30),  # never said where it is
            ((100, 0), 60, True, 30),
            ((3000, 0), 5, True, 30),
            ((2000, 0), 5, True, 30),
        ),
        PLACE, None,
    )  # fmt: skip
    assert order(found) == [5, 4, 3, 1, 2, 0]
    assert [(one.fresh, one.free) for one in found] == [
        (True, True), (True, True), (False, True), (False, True), (False, True), (True, False),
    ]  # fmt: skip
    assert (found[4].metres, found[4].along, found[4].seconds) == (None, Along.NOTHING, None)


def test_the_way_and_the_time_are_said_with_what_they_were_measured_along() -> None:
    net = net_of([street((-100, 0), (1000, 0), (1000, 1000))])
    assert net is not None
    seen = reach(net, *PLACE)
    found = best_of(fleet(((1000, 1000), 5, True, 36), ((0, 500), 5, True, 36), ((0, 40), 5, True, 36)), PLACE, seen)
    assert order(found) == [2, 1, 0]
    beside, line, streets = found
    assert [one.along for one in found] == [Along.LINE, Along.LINE, Along.STREETS]
    assert beside.metres == pytest.approx(40 * LINE_FACTOR, abs=1)
    assert line.metres == pytest.approx(500 * LINE_FACTOR, abs=1)  # far from any street
    assert streets.metres == pytest.approx(2000, abs=15)
    assert streets.seconds == pytest.approx((streets.metres or 0.0) / 10)


def test_who_comes_sooner_is_nearer_than_who_is_nearer() -> None:
    found = best_of(fleet(((300, 0), 5, True, 5), ((900, 0), 5, True, 30)), PLACE, None)
    assert order(found) == [1, 0]


def test_without_a_place_the_free_and_fresh_are_still_first() -> None:
    found = best_of(fleet(((0, 0), 90, True, 30), ((9, 0), 5, True, 30), ((1, 0), 5, False, 30)), None, None)
    assert order(found) == [1, 0, 2]
    assert {one.metres for one in found} == {None}


def test_of_nobody_there_is_nobody() -> None:
    assert best_of(fleet(), PLACE, None) == []


rows = st.tuples(
    st.one_of(st.none(), st.tuples(st.integers(-3000, 3000), st.integers(-3000, 3000))),
    st.integers(0, 900), st.booleans(), st.sampled_from([5.0, 15.0, 30.0]),
)  # fmt: skip


#: A grid with one street across: near by the line is not nearby.
GRID = net_of(
    [street((x, -2000), (x, 2000)) for x in range(-2000, 2001, 500)] + [street((-2000, -2000), (2000, -2000))]
)


@settings(max_examples=20, deadline=None)
@given(st.lists(rows, max_size=20), st.integers(0, 2**32 - 1))
def test_a_few_looked_at_closely_give_what_all_looked_at_closely_would(few: list[Row], seed: int) -> None:
    rng = np.random.default_rng(seed)
    more: list[Row] = [  # more than are looked at closely
        ((float(x), float(y)), float(age), bool(free), 30.0)
        for x, y, age, free in zip(
            rng.uniform(-2000, 2000, 150), rng.uniform(-2000, 2000, 150), rng.choice([5.0, 100.0], 150, p=[0.9, 0.1]),
            rng.random(150) < 0.9, strict=True,
        )
    ]  # fmt: skip
    assert GRID is not None
    seen = reach(GRID, *PLACE)
    whole = fleet(*few, *more)
    best = best_of(whole, PLACE, seen)
    everything = best_of(whole, PLACE, seen, most=len(whole.lat))
    assert sorted(order(everything)) == list(range(len(whole.lat)))
    assert order(best) == order(everything)[:20]
    assert {(one.fresh, one.free) for one in best} == {(True, True)}
    assert [one.seconds for one in best] == sorted(one.seconds or math.inf for one in best)
