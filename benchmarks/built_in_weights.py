"""The mixture's built-in weights, learnt anew: `python -m benchmarks.built_in_weights` prints them for `mixing.py`.

Only windows that had ended before the first origin any backtest here scores: Chicago's of 2015-16, Vancouver's of
2020. Nine families, the 20 squares of 1.5 km busiest by then, cells of 100 m, 28 days; each family counts alike.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from benchmarks.cities import SIDE_M, ZONES, city
from models.analysis.backtest import Plan, moments
from models.analysis.components import NAMES, Floats
from models.analysis.mixing import learn, past_evidence

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


def learnt() -> Iterator[tuple[str, str, int, Floats, Floats]]:
    """City, family, cases that taught, weights with and without other families."""
    even = np.full(len(NAMES), 1 / len(NAMES))
    for name, family in FAMILIES:
        found = city(name, family)
        # Of the city's earliest origin, whatever the family's: no scored window teaches.
        first = moments(int(city(name).cases.start[0]), Plan(DAYS), city(name).until)[1][0]
        places = found.busiest(ZONES, SIDE_M, 100.0, first)
        told = [past_evidence(place.cases, place.ground, first, DAYS, place.others) for place in places]
        alone = [past_evidence(place.cases, place.ground, first, DAYS) for place in places]
        number = sum(len(each.rows) for window in told for each in window)
        with_others, without = (learn([each for w in windows for each in w], even, 50.0) for windows in (told, alone))
        yield name, family, number, with_others, without


def main() -> None:
    """Print them."""
    every = []
    for name, family, number, with_others, without in learnt():
        sys.stdout.write(f"{name}, {family}: {number} cases\n")
        every.append((with_others, without))
    for word, which in (("DEFAULT", 0), ("ALONE", 1)):
        mean = np.mean([each[which] for each in every], axis=0)
        sys.stdout.write(f"{word}\n")
        for first in range(0, len(mean), 5):
            sys.stdout.write("        " + ", ".join(f"{value:.3f}" for value in mean[first : first + 5]) + ",\n")


if __name__ == "__main__":
    main()
