"""A town whose true rates are known, so that a map can be held against the best one there could be. Pure, seeded.

Cases are Poisson in each ten-metre square: an even ground and hot pieces of street of unequal strength, as crime
is concentrated (Weisburd 2015). Five kinds: few cases, many, places recorded 80 m off, sixty days of past, and a
spot that was not there before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from models.analysis.cases import Cases
from models.analysis.grid import Grid
from models.records.base import Millis

Kind = Literal["sparse", "dense", "off80", "short", "emerging"]
KINDS: tuple[Kind, ...] = ("sparse", "dense", "off80", "short", "emerging")

DAY_MS = 86_400_000
#: Local midnight in Bangkok, 1 January 2567.
BEGINS: Millis = 1_704_042_000_000
EPSG = 32647
CELL_M = 100.0
#: Side of the square zone, and of the squares in which the truth is written, metres.
SIDE_M, FINE_M = 2_000.0, 10.0
_X0, _Y0 = 660_000.0, 1_520_000.0
#: Share of the cases that fall evenly, number of hot pieces, shape of the gamma of their strengths, least and most of
#: their widths (standard deviation) and of how near the rim their middles come, metres.
EVEN, SPOTS, STRENGTH = 0.3, 24, 0.7
WIDTHS_M, RIM_M = (35.0, 110.0), 50.0
#: Root mean square of the distance at which a place is recorded, `off80`.
OFF_M = 80.0
#: Days before the first origin at which the new spot begins, and its share of all cases from then on.
EMERGED_DAYS, EMERGED_SHARE = 90, 0.25

#: Cases a month, and days of past before the first origin. One and a half a day: 50 a month can be judged.
_MONTHLY: dict[Kind, float] = {"sparse": 13, "dense": 300, "off80": 50, "short": 50, "emerging": 50}
_PAST: dict[Kind, int] = {"sparse": 1095, "dense": 1095, "off80": 1095, "short": 60, "emerging": 1095}
_MONTH = 30.44
#: Robbery's day: rare in the morning, most between 18 and 2.
_HOURS = np.array([5, 4, 2, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 6, 7, 8, 8, 7, 6], dtype=np.float64)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class KnownTown:
    """Cases of all days and the rates that made them. `origins`: times to make a map at, each `days` apart.

    `steady`, `emerged`: true cases a day in each cell of `grid`, as they are recorded; the second only from
    `emerges` on, `calmer` is what the steady ones are multiplied with from then on.
    """

    polygon: str
    grid: Grid
    cases: Cases
    origins: tuple[Millis, ...]
    steady: Floats
    emerged: Floats
    emerges: Millis
    calmer: float

    def expected(self, at: Millis, days: int) -> Floats:
        """True cases in each cell in the `days` from `at` on: no map can know more."""
        late = np.clip((at + days * DAY_MS - self.emerges) / DAY_MS, 0, days)
        return np.asarray(self.steady * (days - late + late * self.calmer) + self.emerged * late, dtype=np.float64)


def square(side_m: float = SIDE_M) -> str:
    """The zone: a square in metres of `EPSG`, as GeoJSON (lon, lat)."""
    grid = Grid(EPSG, _X0, _Y0, side_m, 1, 1, np.array([side_m * side_m]))
    return grid.degrees(shapely.box(_X0, _Y0, _X0 + side_m, _Y0 + side_m))


def known_town(
    kind: Kind, seed: int, *, windows: int = 12, days: int = 28, monthly: float | None = None
) -> KnownTown:
    """A town of a kind. The same seed gives the same town; another seed has its hot places elsewhere.

    `windows`: how many origins, `days` apart, each with `days` of cases after it. `monthly`: cases a month, in place
    of what is usual for the kind.
    """
    rng = np.random.default_rng([KINDS.index(kind), seed])
    past = _PAST[kind]
    origins = tuple(BEGINS + (past + number * days) * DAY_MS for number in range(windows))
    last = past + windows * days
    daily = (monthly or _MONTHLY[kind]) / _MONTH
    steady = _truth(rng) * daily
    fresh = np.zeros_like(steady)
    emerges, calmer = last, 1.0
    if kind == "emerging":
        emerges, calmer = past - EMERGED_DAYS, 1.0 - EMERGED_SHARE
        fresh = _spot(rng.uniform(300, SIDE_M - 300, 2), 60.0) * daily * EMERGED_SHARE
    parts = [_draw(rng, steady, 0, emerges), _draw(rng, steady * calmer + fresh, emerges, last)]
    x, y, at = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    off = OFF_M / np.sqrt(2) if kind == "off80" else 0.0
    x, y = x + rng.normal(0, off, len(x)), y + rng.normal(0, off, len(y))
    grid = _grid()
    recorded = grid.cell_of(x, y) >= 0
    cases = _cases(x[recorded], y[recorded], at[recorded])
    before, after = (_to_cells(_recorded(truth, off)) for truth in (steady, fresh))
    return KnownTown(square(), grid, cases, origins, before, after, BEGINS + emerges * DAY_MS, calmer)


def random_town(cases: int, seed: int, *, days: int = 365, side_m: float = SIDE_M) -> tuple[str, Cases]:
    """So many cases anywhere in the square and at any time of the `days`: whoever sees a hotspot here is mistaken."""
    rng = np.random.default_rng([99, seed])
    x, y = _X0 + rng.uniform(0, side_m, cases), _Y0 + rng.uniform(0, side_m, cases)
    return square(side_m), _cases(x, y, BEGINS + (rng.random(cases) * days * DAY_MS).astype(np.int64))


def thrice(cases: Cases) -> Cases:
    """Each case three times, each with an id of its own: three victims of one event."""
    rows = np.repeat(np.arange(len(cases)), 3)
    ids = np.array([f"known/{number}" for number in range(len(rows))], dtype=object)
    return replace(cases.take(rows), ids=ids)


def geocoded(cases: Cases, side_m: float, *, middles: bool = False) -> Cases:
    """The same cases recorded at multiples of `side_m`, or at the middles of squares of that side."""

    def put(values: Floats) -> Floats:
        made: Floats = (np.floor(values / side_m) + 0.5 if middles else np.round(values / side_m)) * side_m
        return made

    return replace(cases, x=put(cases.x), y=put(cases.y))


def _grid() -> Grid:
    number = round(SIDE_M / CELL_M)
    return Grid(EPSG, _X0, _Y0, CELL_M, number, number, np.full(number * number, CELL_M * CELL_M))


def _truth(rng: np.random.Generator) -> Floats:
    number = round(SIDE_M / FINE_M)
    even = np.full((number, number), 1.0 / number**2)
    # Unequal strengths: of 24 pieces the first five hold about half.
    strength = rng.gamma(STRENGTH, 1.0, SPOTS)
    spots = sum(
        share * _spot(rng.uniform(RIM_M, SIDE_M - RIM_M, 2), rng.uniform(*WIDTHS_M))
        for share in strength / strength.sum()
    )
    made: Floats = EVEN * even + (1 - EVEN) * np.asarray(spots)
    return made


def _spot(middle: Floats, sigma: float) -> Floats:
    """A round spot of sum 1 on the fine squares, cut at the zone's rim."""
    at = (np.arange(round(SIDE_M / FINE_M)) + 0.5) * FINE_M
    wide, high = (np.exp(-0.5 * ((at - centre) / sigma) ** 2) for centre in middle)
    spot = np.outer(high, wide)
    return np.asarray(spot / spot.sum(), dtype=np.float64)


def _recorded(truth: Floats, off: float) -> Floats:
    """Rates of the recorded places: what is recorded outside is lost."""
    made: Floats = ndimage.gaussian_filter(truth, off / FINE_M, mode="constant", truncate=5) if off else truth
    return made


def _to_cells(fine: Floats) -> Floats:
    number, each = round(SIDE_M / CELL_M), round(CELL_M / FINE_M)
    summed: Floats = fine.reshape(number, each, number, each).sum(axis=(1, 3))
    return summed.ravel()


def _draw(
    rng: np.random.Generator, daily: Floats, first: int, until: int
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    number = int(rng.poisson(daily.sum() * (until - first)))
    square = rng.choice(daily.size, number, p=(daily / daily.sum()).ravel())
    x = _X0 + (square % daily.shape[1] + rng.random(number)) * FINE_M
    y = _Y0 + (square // daily.shape[1] + rng.random(number)) * FINE_M
    hour = rng.choice(24, number, p=_HOURS / _HOURS.sum())
    day = rng.integers(first, max(first + 1, until), number)
    at = BEGINS + day * DAY_MS + ((hour + rng.random(number)) * 3_600_000).astype(np.int64)
    return x, y, at


def _cases(x: Floats, y: Floats, at: NDArray[np.int64]) -> Cases:
    order = np.argsort(at, kind="stable")
    x, y, at = x[order], y[order], at[order]
    number = len(at)
    ids = np.array([f"known/{index}" for index in range(number)], dtype=object)
    return Cases(x, y, at, at, np.ones(number, dtype=bool), np.full(number, "robbery", dtype=object), ids)
