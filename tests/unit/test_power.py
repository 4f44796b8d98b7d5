"""How large a change a zone could have shown: against statsmodels and against plain throwing of dice."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.rates import power_poisson_ratio_2indep

from models.analysis.power import power, smallest
from models.analysis.rate_ratio import limits


@pytest.mark.parametrize(("before", "ratio", "times"), [(20, 0.4, 1.0), (40, 1.6, 1.0), (80, 0.2, 0.1)])
def test_power_is_how_often_thrown_counts_show_the_change(before: int, ratio: float, times: float) -> None:
    rng = np.random.default_rng(9)
    a, b = rng.poisson(before, 20_000), rng.poisson(before * ratio * times, 20_000)
    low, high = limits(a, b, times)
    shown = (high < 1) if ratio < 1 else (low > 1)
    assert power(before, ratio, times) == pytest.approx(float(shown.mean()), abs=0.012)


@pytest.mark.parametrize(("before", "ratio", "times"), [(200, 0.8, 1.0), (500, 1.15, 1.0)])
def test_many_cases_have_the_power_statsmodels_says(before: int, ratio: float, times: float) -> None:
    told = power_poisson_ratio_2indep(
        ratio,
        1.0,
        before,
        nobs_ratio=times,
        value=1.0,
        alternative="two-sided",
        method_var="alt",
        return_results=False,
    )
    assert power(before, ratio, times) == pytest.approx(float(told), abs=1e-4)


def test_the_few_cases_of_a_zone_show_large_changes_only() -> None:
    few, more, many = smallest(5), smallest(20), smallest(2_000)
    assert few.fall is None  # not even a fall from five to none is found in 80 of 100
    assert few.rise is not None
    assert few.rise > 3
    assert more.fall == pytest.approx(0.30, abs=0.02)
    assert many.fall == pytest.approx(0.915, abs=0.01)
    assert smallest(0).fall is None
    # A longer later period shows more.
    longer = smallest(20, 2.0)
    assert longer.fall is not None
    assert more.fall is not None
    assert longer.fall > more.fall
    with pytest.raises(ValueError, match="count"):
        smallest(-1)
