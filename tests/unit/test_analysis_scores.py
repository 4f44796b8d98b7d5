"""Scores: known rankings have known figures, ties are no luck, intervals cover, no map is better than the best."""

from __future__ import annotations

import numpy as np
import pytest

from models.analysis.grid import Grid
from models.analysis.scores import LEAST_SPREAD, Outcome, by_chance, interval, outcome, score, spread_of

#: 20 cells in a row; the 5 % are one of them.
ROW = Grid(32648, 0.0, 0.0, 100.0, 20, 1, np.full(20, 1e4))


def test_known_rankings_have_known_figures() -> None:
    counts = np.zeros(20)
    counts[[0, 1, 2]] = [5, 3, 2]
    perfect = outcome(counts, counts, ROW, 0.05)
    assert (perfect.hits, perfect.best, perfect.cases, perfect.cells) == (5, 5, 10, 1)
    second = outcome(np.roll(counts, 1), counts, ROW, 0.05)
    found = score([second])
    assert (found.hit.value, found.pai.value, found.pei.value, found.per_cell.value) == (0.3, 6.0, 0.6, 3.0)
    assert found.hit.low < 0.3 < found.hit.high
    assert score([outcome(counts, counts, ROW, 1.0)]).pai.value == 1.0


def test_equal_cells_share_the_credit_whatever_their_order() -> None:
    counts = np.arange(20, dtype=float)
    flat = outcome(np.zeros(20), counts, ROW, 0.1)
    assert flat.hits == pytest.approx(0.1 * counts.sum())
    assert flat.cells == pytest.approx(2.0)
    rank = np.zeros(20)
    rank[7] = 1.0
    assert outcome(rank, counts, ROW, 0.1).hits == pytest.approx(7 + (counts.sum() - 7) / 19)
    order = np.random.default_rng(1).permutation(20)
    assert outcome(rank[order], counts[order], ROW, 0.1).hits == outcome(rank, counts, ROW, 0.1).hits


def test_a_sliver_at_the_rim_does_not_outrank_a_whole_cell() -> None:
    area = np.full(20, 1e4)
    area[3] = 10.0
    grid = Grid(32648, 0.0, 0.0, 100.0, 20, 1, area)
    counts = np.zeros(20)
    counts[[3, 9]] = [1, 20]
    assert outcome(counts, counts, grid, 1e4 / area.sum()).hits == 20


def test_nothing_to_score_is_no_crash_and_no_claim() -> None:
    none = score([outcome(np.ones(20), np.zeros(20), ROW, 0.05)])
    assert (none.cases, none.hit.value, none.hit.low, none.hit.high) == (0, 0.0, 0.0, 1.0)
    for bad in ([], [outcome(np.ones(20), np.ones(20), ROW, share) for share in (0.1, 0.2)]):
        with pytest.raises(ValueError):
            score(bad)
    assert by_chance(np.zeros(20), ROW, 0.05) == (0.0, 0.0)
    assert none.windows == 0


def test_chance_leaves_less_to_a_perfect_map_the_fewer_the_cases() -> None:
    rate = np.random.default_rng(3).gamma(0.5, size=20)
    few, many = (hits / best for hits, best in (by_chance(rate * level, ROW, 0.05) for level in (0.2, 200.0)))
    assert few < many <= 1.0
    assert many > 0.95


@pytest.mark.parametrize(("per_window", "hot"), [(4, 0.2), (25, 0.3), (400, 0.15)])
def test_intervals_hold_the_true_rate_as_often_as_they_say(per_window: int, hot: float) -> None:
    rng = np.random.default_rng(5)
    held, towns = 0, 600
    for _ in range(towns):
        cases = rng.poisson(per_window, 13)
        hits = rng.binomial(cases, hot)
        found = interval(
            float(hits.sum()),
            float(cases.sum()),
            spread_of(list(zip(map(float, hits), map(float, cases), strict=True))),
        )
        held += found.low <= hot <= found.high
    assert 0.92 <= held / towns <= 0.99  # 600 towns tell it to about 1 %; the benchmark has 4,000


def test_no_map_is_better_than_the_best_of_its_size() -> None:
    """Of clipped cells the best map takes those with most cases to the area, and a part of the last."""
    grid = Grid(32648, 0.0, 0.0, 100.0, 3, 1, np.array([1e4, 1e3, 1e3]))
    found = outcome(np.array([0.0, 2, 1]), np.array([2.0, 1, 1]), grid, 2e3 / 1.2e4)
    assert (found.hits, found.best) == (2, 2)
    rng = np.random.default_rng(2)
    for _ in range(200):
        area = rng.uniform(10, 1e4, 20)
        one = outcome(
            rng.poisson(1, 20).astype(np.float64), rng.poisson(1, 20).astype(np.float64),
            Grid(32648, 0.0, 0.0, 100.0, 20, 1, area), float(rng.uniform(0.02, 0.6)),
        )  # fmt: skip
        assert one.hits <= one.best + 1e-9
        told = score([one]).pei
        assert told.low <= told.value <= told.high <= 1


def test_empty_windows_neither_narrow_an_interval_nor_are_told() -> None:
    wild = [(2.0, 40.0), (18.0, 40.0)] * 6
    assert spread_of([*wild, *[(0.0, 0.0)] * 40]) == spread_of(wild)
    full = [Outcome(number, 0.05, hits, cases, cases, 5.0) for number, (hits, cases) in enumerate(wild)]
    empty = [Outcome(100 + number, 0.05, 0.0, 0.0, 0.0, 5.0) for number in range(40)]
    assert score(full + empty).windows == len(full)
    assert score(full + empty).hit == score(full).hit


def test_series_widen_the_interval() -> None:
    calm = [(10.0, 40.0)] * 12
    wild = [(2.0, 40.0), (18.0, 40.0)] * 6
    assert spread_of(calm) == LEAST_SPREAD
    assert spread_of(wild) > 5
    assert interval(120, 480, spread_of(wild)).low < interval(120, 480, spread_of(calm)).low
