"""The surface: nothing is lost over the edge, the mixture finds what the data is made of, bad input is no crash."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from models.analysis.candidates import CANDIDATES, Question
from models.analysis.cases import Cases
from models.analysis.components import DAY_MS, NAMES, OTHERS, Ground, densities
from models.analysis.grid import Grid
from models.analysis.mixing import DEFAULT, FADE, Evidence, evidence_of, learn, past_evidence, pooled, windows_of
from models.analysis.shifts import HOUR_MS, Shifts
from models.analysis.surface import MultiScaleRate, level

NOW = 1_790_000_000_000
Floats = NDArray[np.float64]


def square(cells: int = 15, cell: float = 100.0) -> Grid:
    return Grid(32648, 0.0, 0.0, cell, cells, cells, np.full(cells * cells, cell * cell))


def cases_at(x: Floats, y: Floats, start: NDArray[np.int64]) -> Cases:
    order = np.argsort(start, kind="stable")
    start = start[order]
    known = np.ones(len(start), dtype=bool)
    words = np.array([f"t/{number}" for number in range(len(start))], dtype=object)
    return Cases(x[order], y[order], start, start, known, np.full(len(start), "theft", dtype=object), words)


def town(seed: int = 1, number: int = 900, days: int = 900, cells: int = 15) -> tuple[Cases, Grid, Floats]:
    """Cases of a fixed uneven rate, and that rate per cell (sums to 1)."""
    rng = np.random.default_rng(seed)
    grid = square(cells)
    rate = ndimage.gaussian_filter(rng.gamma(0.1, size=(cells, cells)), 0.75).ravel()
    rate /= rate.sum()
    where = rng.choice(cells * cells, number, p=rate)
    x = (where % cells + rng.random(number)) * 100.0
    y = (where // cells + rng.random(number)) * 100.0
    start = NOW - (rng.random(number) * days * DAY_MS).astype(np.int64) - 1
    return cases_at(x, y, start), grid, rate


def test_every_component_is_a_density_and_nothing_is_lost_over_the_edge() -> None:
    cases, grid, _ = town()
    made = densities(cases, Ground.of(grid), NOW, 28, cases)
    assert made.shape == (len(NAMES), len(grid.inside))
    assert made.sum(axis=1) == pytest.approx(np.ones(len(NAMES)))
    assert (made >= 0).all()
    corner = cases_at(np.full(40, 1.0), np.full(40, 1.0), np.arange(40) + NOW - 10 * DAY_MS)
    ground = Ground.of(grid)
    for width in (0.3, 0.75, 1.5, 4.0):
        assert ground.spread(ground.counts(corner), width).sum() == pytest.approx(40.0, rel=1e-9)


def test_nothing_after_the_moment_is_looked_at() -> None:
    cases, grid, _ = town()
    ground, at = Ground.of(grid), NOW - 100 * DAY_MS
    before = cases.take(slice(int(np.searchsorted(cases.start, at))))
    assert (densities(cases, ground, at, 28, cases) == densities(before, ground, at, 28, before)).all()
    for name, candidate in CANDIDATES.items():
        of_all, of_past = (candidate(Question(given, ground, at, 28, given)) for given in (cases, before))
        assert (of_all == of_past).all(), name


def test_weights_go_to_what_the_data_is_made_of_and_are_held_by_few_cases() -> None:
    rng = np.random.default_rng(2)
    true = np.zeros(len(NAMES))
    true[[3, 17]] = 0.5
    made = rng.gamma(0.3, size=(len(NAMES), 400))
    made /= made.sum(axis=1, keepdims=True)
    cells = rng.choice(400, 20_000, p=true @ made)
    rows = (made[:, cells] * 400).T.astype(np.float32)
    many = learn([Evidence(rows)], DEFAULT)
    assert many.sum() == pytest.approx(1.0)
    assert many[[3, 17]].sum() > 0.9
    few = learn([Evidence(rows[:20])], DEFAULT)
    assert np.abs(few - DEFAULT).sum() < 0.3 * np.abs(many - DEFAULT).sum()
    assert (learn([], DEFAULT) == DEFAULT).all()
    thin = pooled([Evidence(rows[start::10]) for start in range(10)], most_rows=2_000)
    assert np.abs(thin - true).sum() < 0.3
    with pytest.raises(ValueError):
        learn([Evidence(rows[:, :3])], DEFAULT)


def test_a_fit_says_how_many_cases_to_expect_and_the_same_twice() -> None:
    cases, grid, rate = town()
    made = MultiScaleRate().fit(cases, grid, NOW, others=cases, shifts=Shifts())
    expected = made.expected(28)
    assert expected.sum() == pytest.approx(28.0, rel=0.2)  # 900 cases in 900 days
    shifted = np.array([made.expected(28, shift) for shift in range(3)])
    assert shifted.sum(axis=0) == pytest.approx(expected)
    again = clone(made).fit(cases, grid, NOW, others=cases)
    assert (again.expected(28) == expected).all()
    known = MultiScaleRate().fit(cases, grid, NOW, weights=made.weights_, others=cases, known=True)
    assert (known.weights_ == made.weights_).all()
    # It sees more than a count of its own year does.
    counted = CANDIDATES["counts_365"](Question(cases, Ground.of(grid), NOW, 28))
    assert np.corrcoef(expected, rate)[0, 1] > np.corrcoef(counted, rate)[0, 1]
    with pytest.raises(NotFittedError):
        MultiScaleRate().expected(28)
    with pytest.raises(NotFittedError):
        again.expected(28, 1)


def test_a_cell_with_a_rhythm_of_its_own_keeps_it_and_a_quiet_one_has_the_zone_s() -> None:
    grid = square(2)
    night = np.arange(60, dtype=np.int64) * DAY_MS + (NOW - 70 * DAY_MS) // DAY_MS * DAY_MS + 18 * HOUR_MS  # 01:00
    one = cases_at(np.full(60, 50.0), np.full(60, 50.0), night)
    made = MultiScaleRate().fit(one, grid, NOW, shifts=Shifts())
    assert made.shares_[0, 0] > made.shares_[3, 0] - 1e-12
    assert made.shares_[0].sum() == pytest.approx(1.0)
    assert made.profile_[0] > 0.9


def test_a_station_s_weights_are_the_pooled_ones_until_its_own_cases_tell_more() -> None:
    cases, grid, _ = town(number=3_000, days=700)
    ground = Ground.of(grid)
    held = [
        np.abs(Question(cases.take(slice(0, None, step)), ground, NOW, 28, prior=DEFAULT).mix - DEFAULT).sum()
        for step in (60, 6, 1)
    ]
    assert held[0] == 0.0
    assert held[0] < held[1] < held[2]
    asked = Question(cases, ground, NOW, 28, prior=DEFAULT, shifts=Shifts())
    assert (asked.of_shift(1).mix == asked.mix).all()
    assert asked.for_days(7).mix is asked.mix
    assert (asked.weighing(DEFAULT).mix == DEFAULT).all()
    assert (Question(cases, ground, NOW, 28, weights=DEFAULT).mix == DEFAULT).all()


EMPTY = np.array([], dtype=float)
BURST = np.concatenate([np.array([NOW - 3650 * DAY_MS]), NOW - 5 * DAY_MS + np.arange(50)])
BAD = {
    "none": cases_at(EMPTY, EMPTY, EMPTY.astype(np.int64)),
    "one": cases_at(np.array([50.0]), np.array([50.0]), np.array([NOW - DAY_MS])),
    "four": cases_at(np.full(4, 50.0), np.full(4, 50.0), NOW - DAY_MS * np.arange(4)),
    "one point": cases_at(np.full(300, 750.0), np.full(300, 750.0), NOW - DAY_MS * np.arange(300)),
    "a line": cases_at(np.linspace(0, 1499, 300), np.full(300, 750.0), NOW - DAY_MS * np.arange(300)),
    "nowhere near": cases_at(np.full(30, 6e5), np.full(30, 6e5), NOW - DAY_MS * np.arange(30)),
    "the future": cases_at(np.full(30, 50.0), np.full(30, 50.0), NOW + DAY_MS * np.arange(30)),
    "ten years of nothing and then a burst": cases_at(np.full(51, 50.0), np.full(51, 50.0), BURST),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("cells", [1, 15])
def test_bad_input_is_an_answer_and_never_a_crash(name: str, cells: int) -> None:
    grid, cases = square(cells), BAD[name]
    expected = MultiScaleRate().fit(cases, grid, NOW, shifts=Shifts()).expected(28, 0)
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()
    for candidate in CANDIDATES.values():
        for shift in (None, 1):
            found = candidate(Question(cases, Ground.of(grid), NOW, 28, cases, shifts=Shifts(), shift=shift))
            assert np.isfinite(found).all()
            assert found.shape == (cells * cells,)
    known = replace(cases, hour_known=np.zeros(len(cases), dtype=bool), end=cases.start + 2 * DAY_MS)
    assert np.isfinite(MultiScaleRate().fit(known, grid, NOW, shifts=Shifts()).expected(7, 2)).all()


def test_evidence_stands_for_every_case_and_is_newest_first() -> None:
    cases, grid, _ = town(number=5_000, days=400)
    ground = Ground.of(grid)
    found = past_evidence(cases, ground, NOW, 28)
    assert len(found) == windows_of(28) == 13
    made = densities(cases, ground, NOW - 28 * DAY_MS, 28)
    newest = evidence_of(made, ground, cases.between(NOW - 28 * DAY_MS, NOW))
    assert (newest.rows == found[0].rows).all()
    for number, each in enumerate(found, 1):
        begin = NOW - number * 28 * DAY_MS
        stands_for = len(each.rows) * each.weight * 2 ** ((number - 1) / FADE)
        assert stands_for == pytest.approx(len(cases.between(begin, begin + 28 * DAY_MS)))
    assert past_evidence(cases, ground, int(cases.start[0]), 28) == []
    assert len(OTHERS) == 2
    assert level(cases, NOW) == pytest.approx(12.5, rel=0.1)
