"""Zones by shift, sparse families: the map the gate would have drawn beside counting each cell and shift."""

from __future__ import annotations

from benchmarks.cities import NAIVE, SHIFTS, ZONES, runs
from benchmarks.report import Figure, Line
from benchmarks.rig import Rig
from models.analysis.backtest import CHOSEN, Plan

NAME = "backtest-shift"
SHARES = (0.05, 0.10)


def measure(rig: Rig) -> Figure:
    """The figure."""
    lines: list[Line] = []
    samples: dict[str, object] = {}
    for made in runs(Plan(28, SHARES, SHIFTS, most_origins=rig.of(26, 6)), rig.of(ZONES, 6)):
        for share in SHARES:
            told, gain = made.score(CHOSEN, share), made.gain(CHOSEN, NAIVE, share)
            lines.append(
                Line(
                    f"{made.name}, {share:.0%} of the area: hits more than cell x shift counts of 365 days",
                    f"{gain:+.1%} (n = {told.windows} windows, {told.cases:,.0f} cases; hit {told.hit.value:.1%})",
                    f"place alone {made.gain('mixture', NAIVE, share):+.1%}, by shift "
                    f"{made.gain('mixture_shift', NAIVE, share):+.1%}",
                    ">= +10 %",
                    gain >= 0.10,
                )
            )
        samples[made.name] = made.samples()
    how = (
        f"The {rig.of(ZONES, 6)} busiest squares of 1.5 km, cells of 100 m, horizon 28 days, shifts of eight hours "
        "from midnight: a map for each shift, scored by the cases of that shift."
    )
    return Figure(NAME, "Backtest: zones by shift", how, lines, samples)
