"""How often the interval of a hit rate holds the true one, in towns whose rates are known."""

from __future__ import annotations

import numpy as np

from benchmarks.report import Figure, Line
from benchmarks.rig import Rig
from models.analysis.grid import Grid
from models.analysis.scores import Outcome, by_origin, outcome, score

NAME = "hit-interval"
ORIGINS = 13
#: Cases a window, cells, and whether cases come in pairs at one place (near repeats).
TOWNS = ((5, 400, False), (13, 225, False), (50, 225, False), (300, 400, False), (50, 225, True))


def held(rng: np.random.Generator, cases: float, cells: int, paired: bool) -> tuple[bool, float]:
    """One town: whether the interval of its backtest held the true rate, and the interval's width."""
    side = round(cells**0.5)
    grid = Grid(32647, 0.0, 0.0, 100.0, side, side, np.full(cells, 1e4))
    rates = rng.gamma(0.3, size=cells)
    rates *= cases / rates.sum()
    past = rng.poisson(rates * 13).astype(float)
    outcomes: list[Outcome] = []
    true = 0.0
    for at in range(ORIGINS):
        came = rng.poisson(rates / 2 if paired else rates) * (2 if paired else 1)
        outcomes.append(outcome(past, came.astype(float), grid, 0.05, at))
        # What the flagged cells would get in the long run, weighed as the hit rate weighs its windows.
        true += outcome(past, rates, grid, 0.05).hits / cases * came.sum()
        past = past + came
    total = sum(number for _, number in by_origin(outcomes))
    hit = score(outcomes).hit
    return hit.low <= true / max(total, 1e-9) <= hit.high, hit.high - hit.low


def measure(rig: Rig) -> Figure:
    """The figure."""
    rng = np.random.default_rng(1006)
    number = rig.of(2_000, 100)
    lines: list[Line] = []
    samples: dict[str, object] = {}
    every: list[bool] = []
    for cases, cells, paired in TOWNS:
        found = [held(rng, cases, cells, paired) for _ in range(number)]
        share = float(np.mean([good for good, _ in found]))
        every += [good for good, _ in found]
        what = f"{cases} cases a window, {cells} cells{', in pairs' if paired else ''}"
        width = float(np.mean([wide for _, wide in found]))
        lines.append(
            Line(what, f"{share:.1%} (n = {number} towns; mean width {100 * width:.1f} of 100)", "",
                 "90 to 97 %", 0.90 <= share <= 0.97)
        )  # fmt: skip
        samples[what] = [int(good) for good, _ in found]
    how = (
        f"Towns of known rates, {ORIGINS} origins, the map of counts so far, 5 % of the cells flagged with shared "
        "credit: how often the 95 % interval of the pooled hit rate holds the one its maps have in the long run."
    )
    return Figure(NAME, "Interval of the hit rate", how, lines, samples)
