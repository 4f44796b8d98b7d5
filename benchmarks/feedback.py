"""A town whose patrols find more cases where its maps send them, with and without the guard."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from benchmarks.report import Figure, Line
from benchmarks.rig import Rig
from models.town.patrolled import Window, patrolled

NAME = "hotspots-feedback"
TOWNS, WINDOWS = 40, 13
METHODS = ("365_all3", "mixture")
#: How far the measured hit rate may lie from the true one, and the map from the best there is.
NEAR, GOOD = 0.05, 0.9


def measure(rig: Rig) -> Figure:
    """The figure."""
    count = rig.of(TOWNS, 4)
    lines: list[Line] = []
    samples: dict[str, object] = {}
    for method in METHODS:
        for guard in (True, False):
            with ProcessPoolExecutor(2) as pool:
                one = partial(patrolled, guard=guard, windows=WINDOWS, method=method)
                towns = list(pool.map(one, range(count)))
            late = [window for town in towns for window in town[WINDOWS // 2 :]]
            lines += _lines(method, guard, late, rig.quick)
            samples[f"{method}_{'guard' if guard else 'bare'}"] = [
                [round(value, 4) for value in (each.measured, each.true, each.best, each.same)] for each in late
            ]
    return Figure(
        name=NAME,
        title="Maps that send patrols that find cases",
        how=f"{count} towns of steady true rates, sixty days of past, {WINDOWS} windows of 28 days, 5 % flagged; in "
        "each window patrols find as many cases in the flagged cells, anywhere in them, as people report in the "
        f"whole town. Told is the second half of the windows (n = {count * (WINDOWS - WINDOWS // 2)}).",
        lines=lines,
        samples=samples,
        notes=["Samples: measured, true, best hit rate and share of the first map's cells, of each window."],
    )


def _lines(method: str, guard: bool, late: list[Window], quick: bool) -> list[Line]:
    measured, true, best, same = (
        float(np.mean([getattr(window, name) for window in late])) for name in ("measured", "true", "best", "same")
    )
    name = f"{method}, {'reported cases only' if guard else 'patrol-found cases too'}"
    asked = f"within {NEAR:.0%} of the true one" if guard else ""
    wanted = f">= {GOOD:.0%} of the best map" if guard else ""
    return [
        Line(f"{name}: hit rate its record shows", f"{measured:.1%}", f"true: {true:.1%}", asked,
             None if not guard else quick or abs(measured / true - 1) <= NEAR),
        Line(f"{name}: harm in its cells", f"{true:.1%}", f"best map: {best:.1%}", wanted,
             None if not guard else quick or true >= GOOD * best),
        Line(f"{name}: cells still those of the first map", f"{same:.0%}"),
    ]  # fmt: skip
