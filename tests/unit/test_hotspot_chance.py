"""Chance: of maps without a hotspot at most one in twenty shows one; a real one is seen."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

from models.analysis.build import Setting, build_map
from models.analysis.candidates import Question
from models.analysis.cases import LeftOut
from models.analysis.chance import ALPHA, chances
from models.analysis.components import Ground
from models.analysis.grid import Grid
from models.analysis.hotspots import HotspotMap
from models.town.known_rates import BEGINS, DAY_MS, random_town


def of_random(cases: int, seed: int, method: str) -> HotspotMap:
    polygon, thrown = random_town(cases, seed, side_m=1500.0)
    asked = Question(thrown, Ground.of(Grid.of(polygon, 100.0)), BEGINS + 366 * DAY_MS, 28)
    return build_map(asked, method, Setting("robbery", polygon, LeftOut()))


def test_random_cases_hold_no_hotspot_in_nineteen_maps_of_twenty() -> None:
    sizes = (5, 10, 20, 50, 100, 200)
    maps = [of_random(sizes[seed % 6], seed, ("365_all3", "mixture")[seed % 2]) for seed in range(90)]
    claims = sum(bool(found.hotspots) for found in maps)
    # A test that were wrong in three maps of twenty would pass here once in a hundred towns.
    assert claims <= binom.ppf(0.99, len(maps), ALPHA)
    assert {found.verdict for found in maps if not found.hotspots} == {"no_hotspot"}
    assert {found.why for found in maps if not found.hotspots} == {"chance"}


def test_a_group_that_is_strong_is_never_matched_and_a_weak_one_often() -> None:
    polygon, thrown = random_town(100, 1)
    grid = Grid.of(polygon, 100.0)
    counts = np.bincount(grid.cell_of(thrown.x, thrown.y), minlength=len(grid.area))
    strong, weak = grid.inside[[50]], grid.inside[[200]]
    counts[strong], counts[weak] = 15, 2
    p = chances([strong, weak], [counts, np.zeros_like(counts)], grid, 0.05, 1)
    assert p[0] == 1 / 100
    assert p[1] > 0.5
    # The same cases before the last year count as well.
    assert chances([strong], [np.zeros_like(counts), counts], grid, 0.05, 1)[0] == 1 / 100


def test_a_spot_that_is_hot_only_lately_beats_chance_by_its_year() -> None:
    polygon, thrown = random_town(600, 2)
    grid = Grid.of(polygon, 100.0)
    before = np.bincount(grid.cell_of(thrown.x, thrown.y), minlength=len(grid.area))
    year = np.zeros_like(before)
    spot = grid.inside[[120]]
    before[spot], year[spot], year[grid.inside[:10]] = 0, 6, 1
    assert chances([spot], [year, before], grid, 0.05, 1)[0] <= ALPHA
