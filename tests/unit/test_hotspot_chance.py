"""Chance: of maps without a hotspot at most one in twenty shows one; a real one is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from models.analysis.area import bounds_of
from models.analysis.build import Setting, build_map
from models.analysis.candidates import Question
from models.analysis.cases import Cases, Columns, LeftOut
from models.analysis.chance import ALPHA, _places, chances
from models.analysis.components import Ground
from models.analysis.events import reached
from models.analysis.grid import Grid
from models.analysis.hotspots import HotspotMap
from models.analysis.prepared import families_of, prepared
from models.analysis.task import Place, Task
from models.town.known_rates import BEGINS, DAY_MS, geocoded, known_town, random_town, square, thrice

AT = BEGINS + 366 * DAY_MS


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


@pytest.mark.parametrize("record", [thrice, lambda cases: geocoded(cases, 250.0, middles=True)])
def test_neither_repeated_records_nor_coarse_places_make_a_hotspot(record: Callable[[Cases], Cases]) -> None:
    claims = 0
    for seed in range(45):
        polygon, thrown = random_town((20, 50, 100)[seed % 3], seed, side_m=1500.0)
        asked = Question(record(thrown), Ground.of(Grid.of(polygon, 150.0)), AT, 28)
        found = build_map(asked, "365_all3", Setting("robbery", polygon, LeftOut()))
        assert found.cases == len(record(thrown))
        claims += bool(found.hotspots)
    assert claims <= binom.ppf(0.99, 45, ALPHA)


def test_three_victims_of_each_event_are_no_repeats_and_make_no_peak_and_no_trend() -> None:
    told: list[dict[tuple[int, ...], tuple[object, ...]]] = []
    for record in (lambda cases: cases, thrice):
        told.append({})
        for seed in (1, 4):
            town = known_town("off80", seed, windows=1)
            asked = Question(record(town.cases), Ground.of(town.grid), town.origins[0], 28)
            found = build_map(asked, "365_all3", Setting("robbery", town.polygon, LeftOut()))
            for one in found.hotspots:
                said = one.near_repeat, one.peak_hours, one.peak_days, one.trend
                told[-1][seed, *one.cells] = said
    once, repeated = told
    assert len(once) > 4
    assert once.keys() <= repeated.keys()
    assert {place: repeated[place] for place in once} == once


@pytest.mark.parametrize("cell", [50.0, 100.0, 125.0, 150.0])
def test_each_place_of_a_geocoder_draws_from_its_own_ground(cell: float) -> None:
    polygon, thrown = random_town(4_000, 9, side_m=1500.0)
    events = geocoded(thrown, 250.0)
    grid = Grid.of(polygon, cell)
    likely = reached(events.x, events.y, grid)
    assert likely is not None
    # On the rim half of a place's ground lies in the zone, at a corner a quarter. Places that fell on no cell: none.
    ground: dict[int, float] = {}
    for x, y in {(x, y) for x, y in zip(events.x.tolist(), events.y.tolist(), strict=True)}:
        [of] = grid.cell_of(np.array([x]), np.array([y])).tolist()
        sides = [125 + 125 * (125 < at < 1375) for at in (x - 660_000, y - 1_520_000)]
        if of >= 0:
            ground[of] = ground.get(of, 0) + sides[0] * sides[1]
    plain = np.zeros(len(grid.area))
    plain[list(ground)] = np.array(list(ground.values())) / sum(ground.values())
    assert likely == pytest.approx(plain, abs=0.06 * plain.max())


def test_a_busy_place_among_shared_ones_is_still_a_hotspot() -> None:
    polygon, thrown = random_town(150, 4, side_m=1500.0)
    coarse = geocoded(thrown, 250.0, middles=True)
    busy = np.arange(150) % 5 == 0
    busier = replace(
        coarse, x=np.where(busy, coarse.x[0], coarse.x), y=np.where(busy, coarse.y[0], coarse.y)
    )  # fmt: skip
    asked = Question(busier, Ground.of(Grid.of(polygon, 150.0)), AT, 28)
    [first, *_] = build_map(asked, "365_all3", Setting("robbery", polygon, LeftOut())).hotspots
    assert first.past >= 30


@pytest.mark.parametrize("far", [(0.0, 0.13), (0.045, 0.04)])
def test_one_case_far_away_makes_no_hotspot_of_a_random_town(far: tuple[float, float]) -> None:
    rng = np.random.default_rng(3)
    lat = np.r_[13.7 + rng.uniform(0, 0.018, 200), 13.7 + far[1]]
    lon = np.r_[100.5 + rng.uniform(0, 0.018, 200), 100.5 + far[0]]
    at = np.sort(AT - rng.uniform(1, 700, 201) * DAY_MS).astype(np.int64)
    words = [np.full(201, word, dtype=object) for word in ("snatching", "victim")]
    ids = np.array([f"file/{number}" for number in range(201)], dtype=object)
    columns = Columns(lat, lon, at, at, words[0], np.full(201, 2), words[1], ids)
    box = bounds_of(lat, lon, 100.0)
    assert box is not None
    zone = prepared(Task("s", AT, columns, np.full(201, "exact", dtype=object), ()), Place("", 0, box))
    [family] = families_of(zone, ["robbery"])
    found = build_map(Question(family.cases, zone.ground, AT, 28), "mixture", Setting("robbery", box, LeftOut()))
    assert (found.verdict, found.cases >= 200) == ("no_hotspot", True)


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


def test_the_indexed_search_finds_what_the_plain_one_finds() -> None:
    rng = np.random.default_rng(3)
    for number in (1, 2, 7, 225, 3_000):
        edges = np.cumsum(rng.gamma(0.2, size=number) + 1e-12)
        edges /= edges[-1]
        drawn = np.concatenate([rng.random(20_000), edges[:-1], [0.0, np.nextafter(1.0, 0.0)]])
        np.testing.assert_array_equal(_places(edges, drawn), np.searchsorted(edges, drawn, side="right"))


def test_a_place_that_others_leave_hardly_any_ground_is_no_hotspot_for_its_one_case() -> None:
    """Places of a geocoder 200 m apart with two cases each, and one a metre off another, over a cell's edge."""
    grid = Grid.of(square(6_000.0), 100.0)
    lattice = np.arange(99.5, 6_000, 200)
    x, y = (axis.ravel() for axis in np.meshgrid(grid.x0 + lattice, grid.y0 + lattice))
    x, y = np.r_[np.repeat(x, 2), x[400] + 1.0], np.r_[np.repeat(y, 2), y[400]]
    cells = grid.cell_of(x, y)
    likely = reached(x, y, grid)
    assert likely is not None
    assert (likely[cells[cells >= 0]] > 0).all()
    assert likely.sum() == pytest.approx(1.0)
    alone = cells[-1]
    assert (cells == alone).sum() == 1
    year = np.bincount(cells[cells >= 0], minlength=len(grid.area))
    assert chances([np.array([alone])], [year, np.zeros_like(year)], grid, 0.05, 1, 19, likely)[0] > ALPHA
