"""The weighted displacement quotient against worked examples, its verdicts, and its interval's hold; the placebo."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from models.analysis.displacement import Areas, Quotient, displacement, judged, quotient
from models.analysis.placebo import placebo
from models.analysis.windows import earlier_pairs


def test_the_quotient_of_worked_examples() -> None:
    # All that the zone lost came up in the ring (50/100 - 100/100 = -0.5; 150/100 - 100/100 = 0.5).
    assert quotient((100, 50), (100, 150), (100, 100)) == pytest.approx(-1.0)
    # Half as much as the zone gained was gained in the ring too.
    assert quotient((100, 50), (100, 75), (100, 100)) == pytest.approx(0.5)
    # Counts published by Wheeler and Ratcliffe (2018), by hand: (157/318 - 178/308) / (110/318 - 207/308).
    assert quotient((207, 110), (178, 157), (308, 318)) == pytest.approx(-0.084211 / -0.326166, abs=1e-5)
    assert quotient((10, 5), (10, 5), (0, 0)) is None
    assert quotient((10, 10), (10, 5), (20, 20)) is None


def test_change_over_the_rest_is_a_ratio_of_ratios() -> None:
    found = displacement(Areas((100, 50), (100, 150), (1000, 500)), 1)
    assert found.zone_to_rest.value == pytest.approx(1.0)
    assert found.ring_to_rest.value == pytest.approx(3.0)
    assert found.zone_to_rest.low is not None
    assert found.zone_to_rest.high is not None
    assert found.zone_to_rest.low < 1 < found.zone_to_rest.high


@pytest.mark.parametrize(
    ("areas", "verdict", "why"),
    [
        (Areas((100, 50), (100, 150), (1000, 1000)), "likely", ""),
        (Areas((300, 100), (300, 200), (2000, 2000)), "diffusion", ""),
        (Areas((400, 150), (400, 400), (4000, 4000)), "no_sign", ""),
        (Areas((40, 15), (40, 40), (400, 400)), "cannot_tell", "wide"),
        (Areas((100, 105), (100, 150), (1000, 1000)), "cannot_tell", "no_fall"),
        (Areas((4, 0), (100, 150), (1000, 1000)), "cannot_tell", "few"),
        (Areas((100, 50), (100, 150), (1000, 0)), "cannot_tell", "few"),
        (Areas((0, 0), (0, 0), (0, 0)), "cannot_tell", "few"),
    ],
)
def test_the_verdict_of_each_kind_of_counts(areas: Areas, verdict: str, why: str) -> None:
    found = displacement(areas, 7)
    assert (found.verdict, found.why) == (verdict, why)
    # Without a fall in the zone there is no end to what is left open.
    assert found.quotient.kind in {"few": ["none"], "no_fall": ["any", "outside"]}.get(why, ["between"])


def test_the_rule_is_asked_in_its_order() -> None:
    enough = Areas((50, 20), (50, 50), (500, 500))
    assert judged(enough, True, Quotient(-1.0, "between", -2.0, -0.1)) == ("likely", "")
    assert judged(enough, True, Quotient(1.0, "between", 0.1, 2.0)) == ("diffusion", "")
    assert judged(enough, True, Quotient(0.0, "between", -0.49, 0.5)) == ("no_sign", "")
    assert judged(enough, True, Quotient(0.0, "between", -0.51, 0.5)) == ("cannot_tell", "wide")
    assert judged(enough, False, Quotient(-1.0, "any")) == ("cannot_tell", "no_fall")


def test_the_same_counts_and_seed_give_the_same_interval() -> None:
    areas = Areas((100, 50), (100, 150), (1000, 1000))
    assert displacement(areas, 3) == displacement(areas, 3)
    assert displacement(areas, 3) != displacement(areas, 4)


def test_what_is_left_open_is_an_interval_all_but_a_middle_or_any_value() -> None:
    clear = displacement(Areas((100, 50), (100, 150), (1000, 1000)), 1).quotient
    assert (clear.kind, clear.holds(-1.0), clear.holds(0.5), clear.holds(-20.0)) == ("between", True, False, False)
    # The ring trebled and the zone hardly changed: no small quotient can be, and any large one of either sign may.
    hardly = displacement(Areas((100, 99), (100, 300), (1000, 1000)), 1).quotient
    assert hardly.kind == "outside"
    assert (hardly.holds(-50.0), hardly.holds(0.0), hardly.holds(50.0)) == (True, False, True)
    nothing = displacement(Areas((100, 100), (100, 100), (1000, 1000)), 1).quotient
    assert (nothing.kind, nothing.low, nothing.high, nothing.holds(7.0)) == ("any", None, None, True)
    assert not Quotient(None).holds(0.0)


@pytest.mark.parametrize("rates", [((40, 20), (40, 50), (400, 400)), ((60, 50), (60, 70), (600, 600))])
def test_what_is_told_holds_the_true_quotient_in_93_to_97_of_100(rates: tuple[tuple[int, int], ...]) -> None:
    """A light look, the second at a weak fall; the whole is measured by `before-after-coverage`."""
    true = quotient(*rates)
    assert true is not None
    seen = np.random.default_rng(20).poisson(rates, size=(1_500, 3, 2)).tolist()
    told = [displacement(Areas(tuple(a), tuple(b), tuple(c)), n, 600).quotient for n, (a, b, c) in enumerate(seen)]
    assert all(one.kind != "none" for one in told)
    assert 0.93 <= np.mean([one.holds(true) for one in told]) <= 0.97


def test_the_placebo_says_what_would_have_been_claimed_in_quiet_years() -> None:
    pairs = earlier_pairs(date(2026, 3, 1), 6, date(2021, 1, 1))
    assert [pair.after.first.year for pair in pairs] == [2024, 2023, 2022]
    quiet, moved, rose = (
        Areas((50, 50), (50, 50), (500, 500)),
        Areas((100, 50), (100, 150), (1000, 1000)),
        Areas((50, 90), (50, 50), (500, 500)),
    )
    found = placebo(pairs, [quiet, moved, rose], 5)
    assert [one.false for one in found] == [False, True, True]
    assert all(one.judged for one in found)
    [empty] = placebo(pairs[:1], [Areas((0, 0), (0, 0), (0, 0))], 5)
    assert (empty.judged, empty.false) == (False, False)
    assert [one.found.verdict for one in found] == ["cannot_tell", "likely", "cannot_tell"]
