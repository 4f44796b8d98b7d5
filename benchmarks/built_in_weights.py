"""The mixture's built-in weights, learnt anew: `python -m benchmarks.built_in_weights` prints them for `mixing.py`,
and those of pasts cut short for `short_past.py`.

Only windows that had ended before the first origin any backtest here scores: Chicago's of 2015-16, Vancouver's of
2020. Nine families, the 20 squares of 1.5 km busiest by then, cells of 100 m, 28 days; each family counts alike.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from benchmarks.cities import SIDE_M, ZONES, city
from models.analysis.backtest import Plan, moments
from models.analysis.cases import Cases
from models.analysis.components import NAMES, Floats, Ground
from models.analysis.mixing import Evidence, learn, past_evidence, windows_of
from models.analysis.short_past import short_evidence
from models.records.base import Millis

DAYS = 28
FAMILIES = (
    ("chicago", "robbery"),
    ("chicago", "burglary"),
    ("chicago", "motor vehicle theft"),
    ("chicago", "assault"),
    ("chicago", "criminal damage"),
    ("vancouver", "break and enter"),
    ("vancouver", "theft of vehicle"),
    ("vancouver", "theft from vehicle"),
    ("vancouver", "mischief"),
)


def learnt() -> Iterator[tuple[str, str, int, list[Floats]]]:
    """City, family, cases that taught, weights: with and without other families, then the same of pasts cut short."""
    even = np.full(len(NAMES), 1 / len(NAMES))
    for name, family in FAMILIES:
        found = city(name, family)
        # Of the city's earliest origin, whatever the family's: no scored window teaches.
        first = moments(int(city(name).cases.start[0]), Plan(DAYS), city(name).until)[1][0]
        places = found.busiest(ZONES, SIDE_M, 100.0, first)
        weights = []
        for told in (past_evidence, _cut):
            for others in (True, False):
                evidence = [
                    each
                    for place in places
                    for each in told(place.cases, place.ground, first, DAYS, place.others if others else None)
                ]
                weights.append(learn(evidence, even, 50.0))
        yield name, family, sum(len(each.rows) for each in evidence), weights


def _cut(cases: Cases, ground: Ground, at: Millis, days: int, others: Cases | None) -> list[Evidence]:
    return list(short_evidence(cases, ground, at, days, others, range(1, windows_of(days) + 1)))


def main() -> None:
    """Print them."""
    every = []
    for name, family, number, weights in learnt():
        sys.stdout.write(f"{name}, {family}: {number} cases\n")
        every.append(weights)
    for which, word in enumerate(("DEFAULT", "ALONE", "SHORT", "SHORT_ALONE")):
        mean = np.mean([each[which] for each in every], axis=0)
        sys.stdout.write(f"{word}\n")
        for first in range(0, len(mean), 5):
            sys.stdout.write("        " + ", ".join(f"{value:.3f}" for value in mean[first : first + 5]) + ",\n")


if __name__ == "__main__":
    main()
