"""Zones of 1.5 km, sparse families: the map the gate would have drawn beside naive counting."""

from __future__ import annotations

from benchmarks.cities import NAIVE, ZONES, runs
from benchmarks.report import Figure, Line
from benchmarks.rig import Rig
from models.analysis.backtest import CHOSEN, Plan
from models.analysis.gate import DEFAULT

NAME = "backtest-zones"
SHARES = (0.01, 0.02, 0.05, 0.10)
TOLD = (0.05, 0.10)
#: The issue's own families; the others are shown beside them.
ASKED = ("robbery", "break and enter")


def measure(rig: Rig) -> Figure:
    """The figure."""
    lines: list[Line] = []
    samples: dict[str, object] = {}
    gains: list[float] = []
    for made in runs(Plan(28, SHARES, most_origins=rig.of(26, 6)), rig.of(ZONES, 6)):
        for share in TOLD:
            told, gain = made.score(CHOSEN, share), made.gain(CHOSEN, NAIVE, share)
            if made.name.partition(", ")[2] in ASKED:
                gains.append(gain)
            lines.append(
                Line(
                    f"{made.name}, {share:.0%} of the area: hits more than naive_365",
                    f"{gain:+.1%} (n = {told.windows} windows, {told.cases:,.0f} cases; hit {told.hit.value:.1%} "
                    f"({told.hit.low:.1%} to {told.hit.high:.1%}))",
                    f"`{DEFAULT}` {made.gain(DEFAULT, NAIVE, share):+.1%}; always the mixture "
                    f"{made.gain('mixture', NAIVE, share):+.1%}; PEI {told.pei.value:.2f}, chance leaves "
                    f"{made.made.ceiling[share]:.2f}",
                )
            )
        samples[made.name] = made.samples()
    mean = sum(gains) / len(gains)
    lines.insert(
        0,
        Line("robbery; break and enter, 5 and 10 %: mean gain", f"{mean:+.1%}", target=">= +5 %", held=mean >= 0.05),
    )
    how = (
        f"The {rig.of(ZONES, 6)} busiest squares of 1.5 km of each family, chosen by what was known before the first "
        "origin; cells of 100 m, horizon 28 days, rolling origins. Weights are pooled over the squares."
    )
    return Figure(NAME, "Backtest: zones, sparse families", how, lines, samples)
