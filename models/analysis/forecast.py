"""A forecast: what a map flags, frozen before its window begins, and how it turned out. Pure.

Beside the cells that were shown stand those of the model the gate chose and those of plain counting (each cell's own
cases of 365 days), frozen at the same moment from the same cases: so the two can be compared however one was shown.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import orjson
from numpy.typing import NDArray

from models.analysis.cases import Cases
from models.analysis.grid import Grid
from models.analysis.record import Scored
from models.records.base import Millis

Floats = NDArray[np.float64]

#: Draws for the noise ceiling, and cells drawn at most (32 MB); seeded, so that it is the same each time.
_DRAWS, _MOST_DRAWN = 200, 4_000_000
_SEED = 4

#: Up to this many cases of one cell and draw the best are summed by height.
_LOW = 12


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is kept of a map. Cells are indexes of `grid` (x0, y0, columns, rows; metres of `epsg`), best first.

    `shown` are the flagged cells; `model` and `naive` hold as much area as they do. `expected_*`: cases of the
    window, in the whole zone and in `shown`. `ceiling`: see `noise_ceiling`. `polygon`: the zone's outline then,
    GeoJSON.
    """

    epsg: int
    cell_m: float
    grid: tuple[float, float, int, int]
    polygon: str
    shown: tuple[int, ...]
    model: tuple[int, ...]
    naive: tuple[int, ...]
    area_share: float
    expected_cases: float
    expected_hits: float
    ceiling: float

    def for_days(self, part: float) -> Frozen:
        """Of a horizon that is `part` as long: the same cells, fewer cases. The ceiling stays that of the longer one,
        which is the stricter: with fewer cases more is luck."""
        return replace(self, expected_cases=self.expected_cases * part, expected_hits=self.expected_hits * part)

    def text(self) -> str:
        """As it is kept."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()


def thawed(text: str) -> Frozen:
    """The forecast of a kept text."""
    said = orjson.loads(text)
    for name in ("grid", "shown", "model", "naive"):
        said[name] = tuple(said[name])
    return Frozen(**said)


def noise_ceiling(expected: NDArray[np.float64], flagged: NDArray[np.int64]) -> float:
    """The share of the best cells' cases (known only afterwards) that one who knew the true rates could expect.

    Drawn from the map's own expectation taken for the truth: `flagged` against as many best cells of each draw. Under
    1 because the best cells of a window are partly luck (Poisson noise); 1 where nothing is expected.
    """
    rates = np.clip(expected, 0, None)
    count = len(flagged)
    if not count or rates.sum() <= 0:
        return 1.0
    draws = max(20, min(_DRAWS, _MOST_DRAWN // len(rates)))
    drawn = _drawn(rates, draws, np.random.default_rng(_SEED))
    best = _greatest_sum(drawn, count)
    return float(drawn[:, flagged].sum() / best) if best else 1.0


def _greatest_sum(drawn: NDArray[np.int64], count: int) -> int:
    """What the `count` greatest of each row hold together, over all rows: of counts that are small, a cell at a
    time is quicker than putting cells in order - each height above nothing adds as many as reach it."""
    highest = int(drawn.max(initial=0))
    if highest > _LOW:
        return int(np.partition(drawn, drawn.shape[1] - count, axis=1)[:, drawn.shape[1] - count :].sum())
    low = drawn.astype(np.uint8)
    return sum(
        int(np.minimum(np.count_nonzero(low >= height, axis=1), count).sum()) for height in range(1, highest + 1)
    )


def _drawn(rates: Floats, draws: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Poisson counts of each cell, (draws, cells)."""
    whole = float(rates.sum())
    if whole > len(rates):
        return rng.poisson(rates, (draws, len(rates))).astype(np.int64)
    # Few cases: how many there are is drawn first, then the cell of each, which asks fewer questions.
    number = rng.poisson(whole, draws)
    edges = np.cumsum(rates) / whole
    cell = np.searchsorted(edges / edges[-1], rng.random(int(number.sum())), side="right")
    cell += np.repeat(np.arange(draws), number) * len(rates)
    return np.bincount(cell, minlength=draws * len(rates)).reshape(draws, len(rates))


def turned_out(frozen: Frozen, cases: Cases, weights: NDArray[np.float64], scored_at: Millis) -> Scored:
    """How a forecast turned out on the cases of its window. `weights`: each case's share in the shift, or 1."""
    x0, y0, columns, rows = frozen.grid
    everywhere = np.ones(columns * rows)
    grid = Grid(frozen.epsg, x0, y0, frozen.cell_m, columns, rows, everywhere)
    cell = grid.cell_of(cases.x, cases.y)
    counts = np.bincount(cell[cell >= 0], weights=weights[cell >= 0], minlength=columns * rows)

    def within(cells: tuple[int, ...]) -> float:
        return float(counts[np.array(cells, dtype=np.int64)].sum())

    best = np.sort(counts)[::-1][: len(frozen.shown)].sum()
    return Scored(
        scored_at, float(weights.sum()), within(frozen.shown), within(frozen.model), within(frozen.naive),
        float(best), frozen.area_share, frozen.expected_cases, frozen.expected_hits, frozen.ceiling,
    )  # fmt: skip
