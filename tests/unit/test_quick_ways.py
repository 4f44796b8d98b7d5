"""What is reckoned a quicker way has the answer of the plain way: of SciPy's, scikit-learn's and of one at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from scipy.stats import false_discovery_control, nbinom
from sklearn.cluster import DBSCAN

from models.analysis import chance
from models.analysis.blur import blur
from models.analysis.cases import Cases
from models.analysis.chance import ALPHA, LOOKS, THROWS, Chance, _thrown
from models.analysis.components import MEMORIES, Dots, Ground, densities, densities_each
from models.analysis.discoveries import discoveries
from models.analysis.events import are_events
from models.analysis.flagging import flag, flag_all
from models.analysis.forecast import _greatest_sum, noise_ceiling
from models.analysis.grid import Grid
from models.analysis.outlines import group
from models.analysis.peaks import LONGEST, _shortest
from models.analysis.regress import _reaching, _upto
from models.town.known_rates import BEGINS, DAY_MS, EPSG, known_town, thrice

RNG = np.random.default_rng(8)


def grid_of(rows: int, columns: int, rng: np.random.Generator) -> Grid:
    """A zone with cut cells on its rim and holes in it."""
    area = np.where(rng.random(rows * columns) < 0.3, rng.random(rows * columns) * 1e4, 1e4)
    area[rng.random(rows * columns) < 0.2] = 0.0
    area[0] = 1e4
    return Grid(EPSG, 660_000.0, 1_520_000.0, 100.0, columns, rows, area)


@pytest.mark.parametrize("shape", [(3, 15, 17), (2, 3, 1), (170, 4), (2, 2, 15, 15)])
@pytest.mark.parametrize("width", [0.3, 1.0, 4.0])
def test_a_blur_is_scipy_s(shape: tuple[int, ...], width: float) -> None:
    values = RNG.random(shape)
    along = (*(0.0 for _ in shape[:-2]), width, width)
    for truncate in (3.5, 4.0):
        plain = ndimage.gaussian_filter(values, along, mode="constant", truncate=truncate)
        assert blur(values, width, truncate) == pytest.approx(plain, abs=1e-12)


def test_groups_are_those_of_scikit_learn_s_dbscan() -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        grid = Grid(EPSG, 0.0, 0.0, 100.0, 12, 9, np.full(108, 1e4))
        flagged = rng.permutation(108)[: rng.integers(1, 60)]
        middles = np.stack([flagged % 12, flagged // 12], axis=1)
        label = DBSCAN(eps=1.5, min_samples=1).fit_predict(middles)
        plain = [np.sort(flagged[label == number]).tolist() for number in range(label.max() + 1)]
        assert [cells.tolist() for cells in group(flagged, grid)] == plain


@pytest.mark.parametrize("shape", [(1,), (7,), (40,), (5, 7), (3, 0)])
def test_discoveries_are_scipy_s(shape: tuple[int, ...]) -> None:
    for power in (1, 6, 40):
        p = RNG.random(shape) ** power
        plain = false_discovery_control(p, axis=-1) <= 0.05 if p.size else np.zeros(shape, dtype=bool)
        assert (discoveries(p, 0.05) == plain).all()


def test_densities_of_many_moments_are_those_of_each() -> None:
    town = known_town("sparse", 1)
    ground, cases = Ground.of(town.grid), town.cases
    mine, others = cases.take(slice(0, None, 3)), cases.take(slice(1, None, 3))
    moments = [town.origins[0] - number * 28 * DAY_MS for number in range(30)]
    for around in (None, others):
        told = None if around is None else Dots.of(around, ground)
        many = list(densities_each(Dots.of(mine, ground), ground, moments, 28, told))
        for at, made in zip(moments, many, strict=True):
            cut = mine.take(mine.start < at), None if around is None else around.take(around.start < at)
            assert made == pytest.approx(densities(cut[0], ground, at, 28, cut[1]), abs=1e-14)


def test_cells_are_flagged_as_when_all_of_them_are_ordered() -> None:
    for seed in range(60):
        rng = np.random.default_rng(seed)
        grid = grid_of(int(rng.integers(1, 20)), int(rng.integers(1, 20)), rng)
        counts = rng.poisson(rng.choice([0.1, 1.0, 5.0]), len(grid.area)).astype(np.float64)
        counts[grid.area <= 0] = 0.0
        for share in (0.02, 0.3):
            assert flag(counts, grid, share).tolist() == ordered(counts, grid, share)


def test_many_surfaces_are_flagged_as_each_by_itself() -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        grid = grid_of(int(rng.integers(1, 20)), int(rng.integers(1, 20)), rng)
        many = rng.poisson(0.3, (7, len(grid.area))) * rng.choice([0.0, 1.0, 1.7], (7, 1))
        many[0] = 0.0
        for share in (0.02, 0.3):
            together = [cells.tolist() for cells in flag_all(many, grid, share)]
            assert together == [flag(each, grid, share).tolist() for each in many]


def ordered(counts: NDArray[np.float64], grid: Grid, share: float) -> list[int]:
    """The plain way: every cell in its place, then as many as fit."""
    near = blur(counts.reshape(grid.rows, grid.columns), 1.0).ravel()
    near = np.rint(near * (1e9 / (near.max() or 1.0)))
    cells = sorted(np.flatnonzero(counts > 0).tolist(), key=lambda cell: (-counts[cell], -near[cell], cell))
    room = share * grid.total_m2 * (1 + 1e-6)
    made: list[int] = []
    for cell in cells:
        room -= float(grid.area[cell])
        if room < 0 and made:
            break
        made.append(cell)
    return made


def test_events_are_those_of_comparing_every_case() -> None:
    cases = thrice(known_town("sparse", 2).cases)
    some = replace(cases, start=cases.start // DAY_MS * DAY_MS, x=np.round(cases.x, -3), y=np.round(cases.y, -3))
    for one in (cases, some, some.take(slice(0, 0)), some.take(slice(0, 1))):
        assert (are_events(one) == plainly(one)).all()


def plainly(cases: Cases) -> NDArray[np.bool_]:
    what = {name: getattr(cases, name) for name in ("offence", "start", "end")}
    return ~pd.DataFrame(what | {"x": np.round(cases.x), "y": np.round(cases.y)}).duplicated().to_numpy()


@pytest.mark.parametrize("events", [(40, 9), (4_000, 900)])
def test_events_fall_into_each_cell_as_often_as_it_is_likely(events: tuple[int, int]) -> None:
    p = np.array([0.0, 0.5, 0.2, 0.0, 0.3])
    cases = np.array(events)
    made = _thrown(cases, p, np.random.default_rng(3), 500)
    assert made.shape == (2, 500, 5)
    assert (made.sum(axis=2) == cases[:, None]).all()
    assert not made[:, :, [0, 3]].any()
    spread = np.sqrt(500 * cases[:, None] * p * (1 - p))
    assert (np.abs(made.sum(axis=1) - 500 * cases[:, None] * p) <= 4 * spread + 1e-9).all()


@pytest.mark.parametrize("whole", [8.0, 5_000.0])
def test_the_ceiling_is_that_of_poisson_counts_of_every_cell(whole: float) -> None:
    rng = np.random.default_rng(int(whole))
    rates = rng.gamma(0.3, 1.0, 225)
    rates *= whole / rates.sum()
    flagged = np.argsort(-rates)[:11]
    drawn = rng.poisson(rates, (20_000, 225))
    plain = drawn[:, flagged].sum() / np.sort(drawn, axis=1)[:, -11:].sum()
    assert noise_ceiling(rates, flagged) == pytest.approx(plain, abs=0.04)


@pytest.mark.parametrize("mean", [0.02, 1.0, 9.0, 400.0])
def test_the_best_of_each_draw_are_those_of_putting_it_in_order(mean: float) -> None:
    drawn = RNG.poisson(mean, (30, 70))
    for count in (1, 4, 70):
        assert _greatest_sum(drawn, count) == int(np.sort(drawn, axis=1)[:, -count:].sum())


def test_what_a_memory_holds_is_counted_from_edge_to_edge() -> None:
    start = np.sort(RNG.integers(0, 900 * DAY_MS, 400))
    dots = Dots(start, RNG.integers(0, 30, 400))
    moments = [-DAY_MS, 0, 100 * DAY_MS, int(start[200]), int(start[200]) + 1, 2_000 * DAY_MS]
    each = dots.remembered(moments, MEMORIES, 30)
    assert (each == replace(dots, weights=np.ones(400)).remembered(moments, MEMORIES, 30)).all()
    assert each[-1, -1].sum() == 400
    assert each[3, -1].sum() == np.searchsorted(start, start[200])
    assert not Dots(start[:0], dots.cell[:0]).remembered(moments, MEMORIES, 30).any()


def test_the_shortest_run_of_hours_is_that_of_trying_every_one() -> None:
    for seed in range(200):
        rng = np.random.default_rng(seed)
        hours = rng.poisson(0.2 if seed % 2 else rng.choice([0.1, 3.0], 24), 24).astype(np.float64)
        runs = [
            (width, -sum(hours[(first + each) % 24] for each in range(width)), first)
            for width in range(1, LONGEST + 1)
            for first in range(24)
        ]
        enough = [(width, most, first) for width, most, first in runs if -most >= hours.sum() / 2]
        assert _shortest(hours) == ((min(enough)[0], min(enough)[2]) if enough else None)


def test_cases_before_the_beginning_are_none() -> None:
    town = known_town("sparse", 1)
    ground = Ground.of(town.grid)
    [made] = densities_each(Dots.of(town.cases, ground), ground, [BEGINS - DAY_MS], 28)
    assert made == pytest.approx(np.broadcast_to(ground.uniform, made.shape))


def test_quantiles_of_a_negative_binomial_are_scipy_s() -> None:
    past = np.concatenate([np.arange(300), RNG.integers(300, 1_000_000, 300)]) + 0.5
    for times in (1e-9, 0.003, 0.08, 1.0, 5.0):
        known = past, past / (past + past * times)
        for share in (0.05, 0.9, 0.999):
            plain = nbinom.ppf(share, *known)
            assert _reaching(share, *known).tolist() == plain.tolist()
            assert _upto(plain - 1, *known) == pytest.approx(nbinom.cdf(plain - 1, *known), abs=1e-9)


def test_throws_that_end_early_claim_what_all_of_them_do(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = Grid(EPSG, 0.0, 0.0, 100.0, 15, 15, np.full(225, 1e4))
    groups = [np.array([each]) for each in (3, 60, 61, 100, 180)]
    rates = np.full(225, 1.0)
    rates[[3, 60, 100]] = (5.0, 9.0, 20.0)
    towns = [np.random.default_rng(seed).poisson(rates * size) for size in (0.1, 0.4, 1.0) for seed in range(12)]

    def claims() -> tuple[list[bool], int]:
        made = [Chance([town, town * 0], grid, 0.05, number) for number, town in enumerate(towns)]
        said = [bool(p <= ALPHA) for one in made for p in one.of(groups)]
        return said, sum(len(one._best) for one in made)

    early, thrown = claims()
    monkeypatch.setattr(chance, "LOOKS", ())
    plain, all_of_them = claims()
    assert all_of_them == THROWS * len(towns)
    assert LOOKS[0] * len(towns) <= thrown <= 0.7 * all_of_them
    assert 20 <= sum(plain) <= 150
    # The last of a hundred throws may match what was sure after nineteen; seldom.
    assert sum(one != other for one, other in zip(early, plain, strict=True)) <= 2
