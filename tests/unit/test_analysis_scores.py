"""Scores and the gate: known rankings have known figures, ties are no luck, intervals cover, chance wins nothing."""

from __future__ import annotations

import numpy as np
import pytest

from models.analysis.gate import DEFAULT, LEAST_ORIGINS, Choice, choose, difference
from models.analysis.grid import Grid
from models.analysis.scores import LEAST_SPREAD, Outcome, interval, noise_ceiling, outcome, score, spread_of

#: 20 cells in a row; the 5 % are one of them.
ROW = Grid(32648, 0.0, 0.0, 100.0, 20, 1, np.full(20, 1e4))
DAY = 86_400_000


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
    assert noise_ceiling(np.zeros(20), ROW, 0.05) == 0.0


def test_chance_leaves_less_to_a_perfect_map_the_fewer_the_cases() -> None:
    rate = np.random.default_rng(3).gamma(0.5, size=20)
    few, many = (noise_ceiling(rate * level, ROW, 0.05) for level in (0.2, 200.0))
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


def test_series_widen_the_interval() -> None:
    calm = [(10.0, 40.0)] * 12
    wild = [(2.0, 40.0), (18.0, 40.0)] * 6
    assert spread_of(calm) == LEAST_SPREAD
    assert spread_of(wild) > 5
    assert interval(120, 480, spread_of(wild)).low < interval(120, 480, spread_of(calm)).low


def made(hits: list[float], share: float = 0.05) -> list[Outcome]:
    return [Outcome(number * DAY, share, each, 100.0, 60.0, 5.0) for number, each in enumerate(hits)]


RULE = [20.0, 22.0, 19.0, 21.0, 20.0, 23.0]


def test_the_rule_stays_until_another_is_better_by_more_than_its_error() -> None:
    better = [each + gain for each, gain in zip(RULE, (3, 2, 4, 3, 2, 4), strict=True)]
    lucky = [each + gain for each, gain in zip(RULE, (12, -5, -4, 9, -6, -3), strict=True)]
    assert choose({DEFAULT: made(RULE), "mixture": made(better), "kernel": made(lucky)}).method == "mixture"
    stays = choose({DEFAULT: made(RULE), "kernel": made(lucky)})
    assert (stays.method, stays.why) == (DEFAULT, "default")
    assert stays.table["kernel"].mean > 0
    short = LEAST_ORIGINS - 1
    assert choose({DEFAULT: made(RULE[:short]), "mixture": made(better[:short])}).method == DEFAULT
    assert choose({DEFAULT: made(RULE), "mixture": made(RULE)}).method == DEFAULT


def test_a_sure_difference_nobody_would_notice_is_no_reason_to_change() -> None:
    """A thousandth more at every origin is far beyond its error."""
    rule = [each * 100 for each in RULE]
    slightly = difference(made([each + 2 + number % 2 for number, each in enumerate(rule)]), made(rule))
    assert slightly.mean > slightly.error
    assert not slightly.above
    clearly = difference(made([each + 30 + number % 2 for number, each in enumerate(rule)]), made(rule))
    assert clearly.above


def test_a_station_s_own_past_overrules_by_the_same_test_and_no_backtest_is_said() -> None:
    better = [each + 3 + number % 2 for number, each in enumerate(RULE)]
    pooled = {DEFAULT: made(RULE), "mixture": made(better)}
    own = {DEFAULT: made(better), "mixture": made(RULE)}
    found = choose(pooled, own)
    assert (found.method, found.why) == (DEFAULT, "own")
    assert choose(pooled, {DEFAULT: made(RULE), "mixture": made(RULE)}).why == "pooled"
    assert choose({}) == Choice(DEFAULT, "no_backtest", {})
    assert choose({DEFAULT: []}).why == "no_backtest"
