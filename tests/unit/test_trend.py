"""The eight classes of emerging hot spot analysis, and the words where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from models.analysis.hotspots import Trend
from models.analysis.trend import named, slice_days, trends

NOT, HOT = [False], [True]


@pytest.mark.parametrize(
    ("hot", "cold", "way", "word"),
    [
        (NOT * 11 + HOT, NOT * 12, 0, "new"),
        (NOT * 8 + HOT * 4, NOT * 12, 0, "consecutive"),
        (HOT * 12, NOT * 12, 1, "intensifying"),
        (HOT * 12, NOT * 12, 0, "persistent"),
        (NOT + HOT * 11, NOT * 12, 0, "persistent"),
        (HOT * 12, NOT * 12, -1, "diminishing"),
        (NOT * 2 + HOT * 3 + NOT * 3 + HOT * 4, NOT * 12, 0, "sporadic"),
        (NOT * 2 + HOT * 3 + NOT * 3 + HOT * 4, HOT + NOT * 11, 0, "oscillating"),
        (HOT * 11 + NOT, NOT * 12, -1, "historical"),
        (HOT * 5 + NOT * 7, NOT * 12, -1, "none"),
        (NOT * 12, HOT + NOT * 11, 1, "none"),
    ],
)
def test_each_class_has_its_rule(hot: list[bool], cold: list[bool], way: int, word: Trend) -> None:
    assert named(np.array(hot), np.array(cold), way) == word


def test_counts_become_classes() -> None:
    zone = [100] * 24
    flat, rising, fallen, fresh = [12] * 24, list(range(8, 32)), [14] * 21 + [0] * 3, [0] * 22 + [10, 18]
    found = trends([flat, rising, fallen, fresh, [1] * 24, [0] * 21 + [3, 3, 3]], zone, [0.02] * 6)
    assert found == ["persistent", "intensifying", "historical", "consecutive", "none", "too_few"]
    assert trends([fallen[9:]], zone[9:], [0.02]) == ["none"]
    assert trends([[14] * 23 + [0]], zone, [0.02]) == ["persistent"], "with the one before it is hot"


def test_places_no_hotter_than_the_rest_get_no_class() -> None:
    rng = np.random.default_rng(1)
    zone = rng.poisson(60, 24)
    counts = rng.poisson(60 * 0.05, (60, 24))
    named_so = [word for word in trends(list(counts), list(zone), [0.05] * 60) if word != "none"]
    assert len(named_so) <= 3


def test_too_short_a_history_tells_no_trend() -> None:
    assert slice_days(69) == (0, 0)
    assert slice_days(70) == (7, 10)
    assert slice_days(365) == (28, 13)
    assert slice_days(4000) == (28, 26)
    assert trends([[5] * 9], [50] * 9, [0.1]) == ["too_few"]
    assert trends([], [50] * 12, []) == []
