"""Time and memory of the risk surface: a zone from nothing, scoring with known weights, a million cases.

The peer of the same run is one Gaussian kernel over the same cells: the least any map of risk must do.
"""

from __future__ import annotations

import resource
import sys
import time

import orjson

from benchmarks.cities import city
from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig, output_of, program
from models.analysis.build import Setting, build_map
from models.analysis.candidates import CANDIDATES, Question
from models.analysis.cases import LeftOut
from models.analysis.components import Ground
from models.analysis.grid import Grid
from models.analysis.shifts import Shifts
from models.analysis.surface import MultiScaleRate

NAME = "fit-time"
ZONE_S, SCORE_S, CITY_S, CITY_MB = 0.5, 0.5, 20.0, 1024


def measure(rig: Rig) -> Figure:
    """The figure."""
    found = city("vancouver", "break and enter")
    zone = found.busiest(1, 1500.0, 100.0, found.until)[0]
    grid: Grid = zone.ground.grid
    cold, known, bare, drawn = [], [], [], []
    setting = Setting("burglary", grid.degrees(grid.polygon(grid.inside)), LeftOut())
    weights = MultiScaleRate().fit(zone.cases, grid, found.until, others=zone.others).weights_
    for _ in range(rig.of(30, 3)):
        start = time.perf_counter()
        MultiScaleRate().fit(zone.cases, grid, found.until, others=zone.others, shifts=Shifts()).expected(28, 0)
        cold.append(time.perf_counter() - start)
        start = time.perf_counter()
        MultiScaleRate().fit(zone.cases, grid, found.until, weights, zone.others, known=True).expected(28)
        known.append(time.perf_counter() - start)
        start = time.perf_counter()
        asked = Question(zone.cases, Ground.of(grid), found.until, 28, zone.others, shifts=Shifts())
        build_map(asked, "mixture", setting)
        drawn.append(time.perf_counter() - start)
        start = time.perf_counter()
        CANDIDATES["kernel"](Question(zone.cases, Ground.of(grid), found.until, 28))
        bare.append(time.perf_counter() - start)
    big = [orjson.loads(output_of(program("benchmarks.fit_time"), 600)) for _ in range(rig.of(5, 1))]
    seconds, megabytes = [each["seconds"] for each in big], [each["megabytes"] for each in big]
    scored = [each["score_s"] for each in big]
    size = f"{len(zone.cases):,} cases, {len(zone.ground.inside)} cells"
    city_size = f"{big[0]['cases']:,} cases, {big[0]['cells']:,} cells"
    lines = [
        _line(f"cold fit of a zone ({size})", cold, ZONE_S, bare),
        _line("the zone with known weights", known, SCORE_S, bare),
        _line("the zone's map as the product draws it, with all its evidence", drawn, ZONE_S, bare),
        _line(f"cold fit of a city ({city_size})", seconds, CITY_S, [each["bare_s"] for each in big]),
        _line("the city with known weights", scored, SCORE_S, [each["bare_s"] for each in big]),
        Line(
            "greatest memory of the process that fits the city, with its file",
            f"{max(megabytes):.0f} MB (n = {len(big)})",
            f"{max(each['before_mb'] for each in big):.0f} MB before the fit",
            f"<= {CITY_MB} MB", max(megabytes) <= CITY_MB,
        ),
    ]  # fmt: skip
    samples: dict[str, object] = {
        "zone_s": plain(cold), "zone_known_s": plain(known), "zone_map_s": plain(drawn), "zone_kernel_s": plain(bare),
        "city": big,
    }  # fmt: skip
    how = (
        "Fit = densities of every component, evidence of 13 past windows, weights, and the surface: what the product "
        "(`build_map`) does before it looks for hotspots. The city is all of Chicago in cells of 250 m, each time in "
        "a process of its own that has read the file."
    )
    return Figure(NAME, "Time of the risk surface", how, lines, samples)


def _line(what: str, taken: list[float], most_s: float, bare: list[float]) -> Line:
    taken_ms, bare_ms = ([1000 * each for each in times] for times in (taken, bare))
    held = percentile(taken, 0.95) <= most_s
    return Line(what, spread(taken_ms), spread(bare_ms), f"p95 <= {most_s:g} s", held)


def one_city() -> dict[str, float]:
    """Fit all of Chicago once; times in s, memory in MB."""
    found = city("chicago")
    [place] = found.whole(250.0)
    before = _peak_mb()
    start = time.perf_counter()
    made = MultiScaleRate().fit(found.cases, place.ground.grid, found.until)
    made.expected(28)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    MultiScaleRate().fit(found.cases, place.ground, found.until, made.weights_, known=True).expected(28)
    score_s = time.perf_counter() - start
    start = time.perf_counter()
    CANDIDATES["kernel"](Question(found.cases, place.ground, found.until, 28))
    bare = time.perf_counter() - start
    return {
        "seconds": seconds, "score_s": score_s, "bare_s": bare, "megabytes": _peak_mb(), "before_mb": before,
        "cases": len(found.cases), "cells": len(place.ground.inside),
    }  # fmt: skip


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.stdout.write(orjson.dumps(one_city()).decode())
