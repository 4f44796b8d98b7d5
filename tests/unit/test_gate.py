"""The gate: what is drawn is proved on the past, and chance alone overrules no oftener than it says."""

from __future__ import annotations

import numpy as np

from models.analysis.gate import DEFAULT, LEAST_ORIGINS, Choice, choose, difference, errors_asked, nested
from models.analysis.scores import Outcome, score

DAY = 86_400_000


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


METHODS = (DEFAULT, "mixture", "counts_28", "counts_365", "counts_all", "kernel")


def alike(rng: np.random.Generator, per_window: float, windows: int = 13) -> dict[str, list[Outcome]]:
    """Six methods of one and the same true hit rate."""
    came = rng.poisson(per_window, windows)
    return {
        name: [
            Outcome(number * DAY, 0.05, float(hits), float(cases), float(cases), 5.0)
            for number, (hits, cases) in enumerate(zip(rng.binomial(came, 0.2), came, strict=True))
        ]
        for name in METHODS
    }


def test_of_six_equally_good_methods_chance_overrules_in_no_more_than_16_of_100() -> None:
    """The family of tests is held at one standard error of one test, not each of them."""
    rng = np.random.default_rng(7)
    pooled = {name: made([20.0] * 13) for name in METHODS}
    for per_window in (5, 10, 60):
        own = [choose(pooled, alike(rng, per_window)).why == "own" for _ in range(400)]
        assert sum(own) / len(own) <= 0.16 + 2 * 0.018  # two standard errors of 400 draws
    assert 1.0 < errors_asked(1, 13) < 1.1 < errors_asked(5, 13) < errors_asked(5, 5)


def test_all_stations_together_replace_the_rule_by_one_standard_error() -> None:
    """Better by 1.2 errors: enough for the pooled past, and of two challengers too little for one station's."""
    gains = [3.0, -3.0, 2.0, 0.5, 3.0, -1.0, 1.0, -2.0, 3.0, 0.0, 2.0, -1.0, 1.0]
    better = {
        DEFAULT: made([20.0] * 13),
        "mixture": made([20.0 + gain for gain in gains]),
        "kernel": made([20.0] * 13),
    }
    found = difference(better["mixture"], better[DEFAULT])
    assert 1.0 < errors_asked(1, 13) < found.mean / found.error < errors_asked(2, 13)
    same = {name: made([20.0] * 13) for name in better}
    assert (choose(better).method, choose(better).why) == ("mixture", "pooled")
    assert choose(same, better).why == "default"


def test_one_case_overrules_nothing() -> None:
    """Windows without a case are no origins; one window with one has no error to speak of."""

    def once(hits: float) -> list[Outcome]:
        full = Outcome(0, 0.05, hits, 1.0, 1.0, 5.0)
        return [full, *(Outcome(number * DAY, 0.05, 0.0, 0.0, 0.0, 5.0) for number in range(1, 13))]

    found = difference(once(1.0), once(0.0))
    assert (found.origins, found.above) == (1, False)
    pooled = {DEFAULT: made(RULE), "kernel": made(RULE)}
    assert choose(pooled, {DEFAULT: once(0.0), "kernel": once(1.0)}).why == "default"


def test_under_fifty_cases_nothing_overrules() -> None:
    few = [Outcome(number * DAY, 0.05, hits, 4.0, 4.0, 5.0) for number, hits in enumerate((3.0, 4.0) * 6)]
    none = [Outcome(number * DAY, 0.05, 0.0, 4.0, 4.0, 5.0) for number in range(12)]
    pooled = {DEFAULT: made(RULE), "kernel": made(RULE)}
    assert choose(pooled, {DEFAULT: none, "kernel": few}).why == "default"
    shares = [[Outcome(o.at, share, o.hits, o.cases, o.best, o.cells) for o in few] for share in (0.05, 0.1)]
    assert difference(shares[0] + shares[1], shares[0] + shares[1]).cases == 48, "a case at two shares is one case"


def test_the_record_that_is_told_does_not_flatter() -> None:
    """Of the method picked by the same windows the hit rate is above the true one; of what was drawn it is not."""
    rng = np.random.default_rng(11)
    towns = [alike(rng, 40) for _ in range(150)]
    picked = [max((score(found) for found in town.values()), key=lambda one: one.hit.value) for town in towns]
    drawn = [score(nested(town)) for town in towns]
    assert np.mean([one.hit.value for one in picked]) > 0.205
    assert abs(np.mean([one.hit.value for one in drawn]) - 0.2) < 0.004
    assert all(one.windows == 13 for one in drawn)
