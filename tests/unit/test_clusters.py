"""Clusters over weighted squares are those of DBSCAN over the cases themselves."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import DBSCAN
from sklearn.metrics import adjusted_rand_score

from benchmarks.clusters_agree import agreement
from models.analysis.clusters import Clusters, clusters


def town(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    middle = rng.uniform(0, 5000, (25, 2))
    spots = np.concatenate([rng.normal(one, rng.uniform(30, 150), (300, 2)) for one in middle])
    places = np.concatenate([spots, rng.uniform(0, 5000, (3000, 2))])
    return places[:, 0], places[:, 1]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_they_are_those_of_the_cases(seed: int) -> None:
    x, y = town(seed)
    made = clusters(x, y, fewest=40)
    raw = DBSCAN(eps=100.0, min_samples=40).fit_predict(np.stack([x, y], axis=1))
    assert len(made.sizes) > 5
    assert agreement(made, x, y, raw) >= 0.95
    other = DBSCAN(eps=60.0, min_samples=40).fit_predict(np.stack([x, y], axis=1))
    assert agreement(made, x, y, other) < 0.9, "the measure tells them apart"


@pytest.mark.parametrize("seed", [4, 5])
def test_they_are_those_of_scikit_learn_over_the_same_squares(seed: int) -> None:
    x, y = town(seed)
    # Squares of a millimetre hold a case each: nothing is rounded away but the weights' ones.
    made = clusters(x, y, fewest=40, bin_m=0.001)
    theirs = DBSCAN(eps=100.0, min_samples=40).fit_predict(np.stack([made.x, made.y], axis=1))
    assert ((made.label >= 0) == (theirs >= 0)).all()
    # A square at the rim of two clusters may go to either; all others agree.
    assert adjusted_rand_score(made.label, theirs) > 0.999
    weighted = clusters(np.repeat(x, 3), np.repeat(y, 3), fewest=120, bin_m=0.001)
    assert weighted.label.tolist() == made.label.tolist(), "three cases on each square count three times"


def test_the_largest_comes_first_and_has_a_shape() -> None:
    x = np.r_[np.full(30, 10.0), np.full(50, 1010.0), 3000.0, np.nan]
    made = clusters(x, np.where(np.isnan(x), 0.0, 40.0), fewest=10)
    assert made.sizes.tolist() == [50, 30]
    assert made.cases.sum() == 81
    assert made.shape(0).bounds == (1010.0, 40.0, 1015.0, 45.0)
    assert made.label.tolist() == [1, 0, -1]


def test_nothing_has_no_cluster() -> None:
    none: Clusters = clusters(np.zeros(0), np.zeros(0), fewest=5)
    assert none.sizes.tolist() == []
    assert clusters(np.array([1.0]), np.array([1.0]), fewest=5).sizes.tolist() == []
    with pytest.raises(ValueError, match="above 0"):
        clusters(np.zeros(1), np.zeros(1), fewest=0)


def test_clusterings_without_a_common_square_agree_nowhere_and_none_with_none() -> None:
    x, y = np.zeros(10), np.zeros(10)
    none = np.full(10, -1, dtype=np.int64)
    assert agreement(clusters(x, y, fewest=11), x, y, none) == 1.0
    assert agreement(clusters(x, y, fewest=5), x, y, none) == 0.0
