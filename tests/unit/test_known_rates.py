"""The generator keeps what it promises: the same seed the same town, and cases as its rates say."""

from __future__ import annotations

import numpy as np
import pytest

from models.analysis.grid import Grid
from models.town.known_rates import DAY_MS, KINDS, Kind, known_town, random_town


@pytest.mark.parametrize("kind", KINDS)
def test_cases_fall_where_and_as_often_as_the_rates_say(kind: Kind) -> None:
    town = known_town(kind, 3)
    again = known_town(kind, 3)
    assert np.array_equal(town.cases.x, again.cases.x)
    assert np.array_equal(town.cases.start, again.cases.start)
    assert not np.array_equal(known_town(kind, 4).steady, town.steady)
    assert (np.diff(town.cases.start) >= 0).all()
    after = [town.cases.between(at, at + 28 * DAY_MS) for at in town.origins]
    seen = sum(np.bincount(town.grid.cell_of(part.x, part.y), minlength=len(town.steady)) for part in after)
    truth = np.sum([town.expected(at, 28) for at in town.origins], axis=0)
    # 400 independent Poisson counts: their squared deviations are 400 on average, give or take 28 and more if rare.
    assert ((seen - truth) ** 2 / truth).sum() == pytest.approx(400, rel=0.35)
    assert abs(np.sum(seen) - np.sum(truth)) < 4.5 * np.sqrt(np.sum(truth))


def test_the_new_spot_is_new_and_takes_its_share() -> None:
    town = known_town("emerging", 1)
    before = town.expected(town.emerges - 28 * DAY_MS, 28)
    after = town.expected(town.emerges, 28)
    half = town.expected(town.emerges - 14 * DAY_MS, 28)
    assert after.sum() == pytest.approx(before.sum())
    assert half == pytest.approx((before + after) / 2)
    gained = np.clip(after - before, 0, None)
    assert gained.sum() / after.sum() == pytest.approx(0.25, abs=0.03)
    assert (gained > 0.005 * gained.sum()).sum() < 20


def test_the_zone_is_the_ground_of_the_cells() -> None:
    town = known_town("short", 1)
    assert len(town.origins) == 12
    assert Grid.of(town.polygon, 100.0).total_m2 == pytest.approx(town.grid.total_m2, rel=1e-5)
    polygon, cases = random_town(50, 1)
    assert (Grid.of(polygon, 100.0).cell_of(cases.x, cases.y) >= 0).all()
    assert len(cases) == 50
