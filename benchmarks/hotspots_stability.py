"""Whether a map stays when nothing changes: flagged cells, ids, expected counts, and how long a map takes to make."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np
import shapely

from benchmarks.cities import SIDE_M, SPARSE, city
from benchmarks.report import Figure, Line, plain, spread
from benchmarks.rig import Rig
from models.analysis.backtest import Plan, moments
from models.analysis.build import Setting, build_map
from models.analysis.candidates import Question
from models.analysis.cases import LeftOut
from models.analysis.components import Ground
from models.analysis.hotspots import HotspotMap
from models.town.known_rates import DAY_MS, Kind, known_town

NAME = "hotspots-stability"
KINDS: tuple[Kind, ...] = ("sparse", "dense", "off80", "short")
#: A new spot takes a quarter of the cases from 90 days before the first origin on: only what is told is looked at.
TURNING: Kind = "emerging"
METHODS = ("365_all3", "mixture")
ORIGINS = 6
OVERLAP = 0.6
#: Of each family of the real cities: zones, and origins 28 days apart.
ZONES, CITY_ORIGINS = 20, 13


class Run(NamedTuple):
    """What came of the maps of one town, one origin after the other."""

    overlaps: list[float]
    under: int  # hotspots of a map on whose cells there is a hotspot in the next one
    kept: int  # of these, with the same id there
    counts: list[tuple[float, float, int, int, int, bool]]  # expected, true rate, low, high, what came, new spot
    seconds: list[float]
    whole: list[tuple[float, float, float, float]]  # expected and true, in the flagged cells and in the zone


def run(job: tuple[Kind, str, int]) -> Run:
    """The maps of a town, each told of the one before."""
    kind, method, seed = job
    town = known_town(kind, seed, windows=ORIGINS)
    ground = Ground.of(town.grid)
    made = Run([], 0, 0, [], [], [])
    under = kept = 0
    last: HotspotMap | None = None
    for at in town.origins:
        setting = Setting("robbery", town.polygon, LeftOut(), "bench", last=last)
        start = time.process_time()
        found = build_map(Question(town.cases, ground, at, 28), method, setting)
        made.seconds.append(time.process_time() - start)
        came, true = ground.counts(town.cases.between(at, at + 28 * DAY_MS)), town.expected(at, 28)
        made.counts.extend(
            (
                one.expected,
                float(true[list(one.cells)].sum()),
                one.expected_low,
                one.expected_high,
                int(came[list(one.cells)].sum()),
                bool(town.emerged[list(one.cells)].sum() * 28 > true[list(one.cells)].sum() / 2),
            )
            for one in found.hotspots
        )
        flagged = float(true[list(found.flagged)].sum())
        made.whole.append((found.expected_flagged, flagged, found.expected_total, float(true.sum())))
        if last is not None:
            before, now = set(last.flagged), set(found.flagged)
            made.overlaps.append(len(before & now) / max(len(before), len(now)))
            ids = {one.id for one in found.hotspots}
            ground_now = {cell for one in found.hotspots for cell in one.cells}
            still = [one for one in last.hotspots if ground_now & set(one.cells)]
            under += len(still)
            kept += sum(one.id in ids for one in still)
        last = found
    return made._replace(under=under, kept=kept)


def measure(rig: Rig) -> Figure:
    """The figure."""
    # The six windows of a town see the same past: of a dozen towns a sum goes 3 % up or down by chance.
    jobs = [(kind, method, seed) for kind in (*KINDS, TURNING) for method in METHODS for seed in range(rig.of(40, 2))]
    with ProcessPoolExecutor(2) as pool:
        found = dict(zip(jobs, pool.map(run, jobs), strict=True))
    lines: list[Line] = []
    samples: dict[str, object] = {}
    for method in METHODS:
        for kind in KINDS:
            runs = [one for (own, by, _), one in found.items() if (own, by) == (kind, method)]
            overlaps = [share for one in runs for share in one.overlaps]
            mean, least = float(np.mean(overlaps)), min(overlaps)
            lines.append(
                Line(f"{kind}, `{method}`: flagged cells that stay, of {len(overlaps)} pairs of origins",
                     f"mean {mean:.2f}, least {least:.2f}", target=f">= {OVERLAP}", held=mean >= OVERLAP)
            )  # fmt: skip
            under, kept = sum(one.under for one in runs), sum(one.kept for one in runs)
            lines.append(
                Line(f"{kind}, `{method}`: hotspots whose ground is still hot keep their id", f"{kept} of {under}",
                     target=">= 90 %", held=kept >= 0.9 * under)
            )  # fmt: skip
            counts = np.array([row for one in runs for row in one.counts])
            lines += _told(f"{kind}, `{method}`", counts)
            lines.append(_told_whole(f"{kind}, `{method}`", runs))
            samples[f"{kind}/{method}"] = {
                "overlap": plain(overlaps),
                "kept": kept,
                "under": under,
                "counts": counts.round(3).tolist(),
            }
        runs = [one for (of, by, _), one in found.items() if (of, by) == (TURNING, method)]
        counts = np.array([row for one in runs for row in one.counts])
        new = counts[:, 5] > 0
        lines += _told(f"{TURNING}, `{method}`, all hotspots", counts)
        lines += _told(f"{TURNING}, `{method}`, the new spots", counts[new])
        lines += _told(f"{TURNING}, `{method}`, the others", counts[~new])
        lines.append(_told_whole(f"{TURNING}, `{method}`", runs))
        samples[f"{TURNING}/{method}"] = {"counts": counts.round(3).tolist()}
    for name, (expected, came, spots) in of_cities(rig.of(ZONES, 2)).items():
        lines.append(
            Line(f"{name}, `365_all3`: what came in the hotspots by what was expected (n = {spots})",
                 "{:.2f}; in all flagged cells {:.2f}, in the whole zones {:.2f}".format(*np.divide(came, expected)))
        )  # fmt: skip
        samples[name] = {"expected": expected, "came": came, "hotspots": spots}
    seconds = [value for one in found.values() for value in one.seconds]
    lines.append(Line("a map with all its evidence, CPU time", spread([1000 * value for value in seconds])))
    samples["map_s"] = plain(seconds)
    how = (
        f"Towns whose rates do not change (`models/town/known_rates.py`), {ORIGINS} origins 28 days apart, 400 "
        "cells, each map told of the one before; two processes at once. Beside them towns of which a new spot "
        "takes a quarter of the cases from 90 days before the first origin on, and the others a quarter less. Of "
        f"real cities the {rig.of(ZONES, 2)} busiest squares of 1.5 km of each family, {CITY_ORIGINS} origins: true "
        "rates nobody knows, and a city does not stay as it was: no bar is set there."
    )
    return Figure(NAME, "Hotspots that stay", how, lines, samples)


def of_cities(zones: int) -> dict[str, tuple[list[float], list[float], int]]:
    """Of each sparse family what was expected and what came: in the hotspots, in the flagged cells of their maps and
    in the whole zones of these; and how many hotspots there were."""
    made = {}
    for name, family in SPARSE:
        found = city(name, family)
        _, origins = moments(int(found.cases.start[0]), Plan(28, (0.05,), most_origins=CITY_ORIGINS), found.until)
        expected, came, spots = np.zeros(3), np.zeros(3), 0
        for place in found.busiest(zones, SIDE_M, 100.0, origins[0]):
            grid, last = place.ground.grid, None
            zone = shapely.box(grid.x0, grid.y0, grid.x0 + SIDE_M, grid.y0 + SIDE_M)
            for at in origins:
                setting = Setting(family, grid.degrees(zone), LeftOut(), "bench", last=last)
                asked = Question(place.cases, place.ground, at, 28, place.others)
                last = build_map(asked, "365_all3", setting)
                if not last.hotspots:
                    continue
                cells = [cell for one in last.hotspots for cell in one.cells]
                each = place.ground.counts(place.cases.between(at, at + 28 * DAY_MS))
                told = sum(one.expected for one in last.hotspots)
                expected += (told, last.expected_flagged, last.expected_total)
                came += (each[cells].sum(), each[list(last.flagged)].sum(), each.sum())
                spots += len(last.hotspots)
        if spots:
            made[f"{name}, {family}"] = (expected.round(2).tolist(), came.tolist(), spots)
    return made


def _told_whole(of: str, runs: list[Run]) -> Line:
    """Of "6 of 24 cases" the first and the second beside the truth."""
    flagged, true, whole, all_true = np.array([row for one in runs for row in one.whole]).sum(axis=0)
    part, total = true / flagged, all_true / whole
    return Line(
        f"{of}: true cases of the flagged cells, and of the zone, by those expected", f"{part:.2f}, {total:.2f}",
        target="0.95 to 1.05", held=bool(min(part, total) >= 0.95 and max(part, total) <= 1.05),
    )  # fmt: skip


def _told(of: str, counts: np.ndarray) -> list[Line]:
    """What was expected beside the truth, and how often what came lay between what was told."""
    inside = float(((counts[:, 2] <= counts[:, 4]) & (counts[:, 4] <= counts[:, 3])).mean())
    came, true = counts[:, 4].sum() / counts[:, 0].sum(), counts[:, 1].sum() / counts[:, 0].sum()
    return [
        Line(f"{of}: true cases of the hotspots by those expected (n = {len(counts)})",
             f"{true:.2f} (what came: {came:.2f})", target="0.95 to 1.05", held=bool(0.95 <= true <= 1.05)),
        Line(f"{of}: what came lies in the interval", f"{inside:.1%}", target="90 to 97 %",
             held=0.90 <= inside <= 0.97),
    ]  # fmt: skip
