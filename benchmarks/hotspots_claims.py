"""How often a hotspot is claimed where there is none, and how often where there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from scipy.stats import beta

from benchmarks.report import Figure, Line
from benchmarks.rig import Rig
from models.analysis.area import bounds_of
from models.analysis.build import Setting, build_map
from models.analysis.candidates import Question
from models.analysis.cases import Cases, Columns, LeftOut
from models.analysis.components import Ground
from models.analysis.grid import Grid
from models.analysis.prepared import families_of, prepared
from models.analysis.task import Place, Task
from models.town.known_rates import BEGINS, DAY_MS, Kind, geocoded, known_town, random_town, thrice

NAME = "hotspots-claims"
SIZES = (5, 10, 20, 50, 100, 200)
#: Cases of a town whose places are recorded in another way.
PLACED = (20, 50, 100, 200, 400)
METHODS = ("365_all3", "mixture")
AT = BEGINS + 366 * DAY_MS
LIMIT = 0.05


def on_random(job: tuple[int, str, int]) -> bool:
    """Whether a map of so many cases anywhere in 1.5 x 1.5 km claims a hotspot."""
    cases, method, seed = job
    polygon, thrown = random_town(cases, seed, side_m=1500.0)
    asked = Question(thrown, Ground.of(Grid.of(polygon, 100.0)), AT, 28)
    return bool(build_map(asked, method, Setting("robbery", polygon, LeftOut())).hotspots)


#: How random cases are recorded, and the side of the cells (m) such places get.
RECORDED: Mapping[str, tuple[Callable[[Cases], Cases], float]] = {
    "each three times": (thrice, 100.0),
    "at the middles of blocks of 250 m": (partial(geocoded, side_m=250.0, middles=True), 150.0),
    "rounded to 250 m": (partial(geocoded, side_m=250.0), 150.0),
    "rounded to 111 m": (partial(geocoded, side_m=111.0), 100.0),
}
#: A station without a zone: one case so far from its town (degrees), of 201.
FAR = (0.04, 0.13)


def on_recorded(job: tuple[str, int, int]) -> bool:
    """Whether a map of random cases claims a hotspot for the way they are recorded."""
    how, cases, seed = job
    record, cell = RECORDED[how]
    polygon, thrown = random_town(cases, 5000 + seed, side_m=1500.0)
    asked = Question(record(thrown), Ground.of(Grid.of(polygon, cell)), AT, 28)
    return bool(build_map(asked, "365_all3", Setting("robbery", polygon, LeftOut())).hotspots)


def without_a_zone(job: tuple[float, int]) -> bool:
    """Whether a random town claims a hotspot on the ground that its cases and one far away make."""
    far, seed = job
    rng = np.random.default_rng([7, seed])
    lat, lon = np.r_[13.7 + rng.uniform(0, 0.018, 200), 13.7 + far], np.r_[100.5 + rng.uniform(0, 0.018, 200), 100.5]
    at = np.sort(AT - rng.uniform(1, 700, 201) * DAY_MS).astype(np.int64)
    words = [np.full(201, word, dtype=object) for word in ("snatching", "victim", "exact")]
    ids = np.array([f"random/{number}" for number in range(201)], dtype=object)
    columns = Columns(lat, lon, at, at, words[0], np.full(201, 2), words[1], ids)
    box = bounds_of(lat, lon, 100.0)
    assert box is not None
    zone = prepared(Task("s", AT, columns, words[2], ()), Place("", 0, box))
    [family] = families_of(zone, ["robbery"])
    asked = Question(family.cases, zone.ground, AT, 28)
    return bool(build_map(asked, "365_all3", Setting("robbery", box, LeftOut())).hotspots)


def on_known(job: tuple[Kind, str, int]) -> int:
    """How many hotspots a map of a town with hot places claims."""
    kind, method, seed = job
    town = known_town(kind, seed, windows=1)
    asked = Question(town.cases, Ground.of(town.grid), town.origins[0], 28)
    return len(build_map(asked, method, Setting("robbery", town.polygon, LeftOut())).hotspots)


def measure(rig: Rig) -> Figure:
    """The figure."""
    each = rig.of(200, 10)
    random = [(size, method, seed) for size in SIZES for method in METHODS for seed in range(each)]
    hot: list[tuple[Kind, str, int]] = [
        (kind, method, seed)
        for kind in ("sparse", "short", "off80", "dense")
        for method in METHODS
        for seed in range(rig.of(50, 3))
    ]  # fmt: skip
    with ProcessPoolExecutor(2) as pool:
        claimed = dict(zip(random, pool.map(on_random, random, chunksize=20), strict=True))
        found = dict(zip(hot, pool.map(on_known, hot, chunksize=5), strict=True))
        odd = [(how, size, seed) for how in RECORDED for size in PLACED for seed in range(each)]
        oddly = dict(zip(odd, pool.map(on_recorded, odd, chunksize=20), strict=True))
        alone = [(far, seed) for far in FAR for seed in range(each)]
        stray = dict(zip(alone, pool.map(without_a_zone, alone, chunksize=20), strict=True))
    lines = []
    for method in METHODS:
        of = [claim for (_, own, _), claim in claimed.items() if own == method]
        rate = sum(of) / len(of)
        lines.append(
            Line(f"random cases, `{method}`: maps with a hotspot", _share(sum(of), len(of)),
                 target=f"<= {LIMIT:.0%}", held=rate <= LIMIT)
        )  # fmt: skip
    for size in SIZES:
        of = [claim for (own, _, _), claim in claimed.items() if own == size]
        lines.append(
            Line(f"of these, {size} cases", _share(sum(of), len(of)), target=f"<= {LIMIT:.0%}",
                 held=sum(of) / len(of) <= LIMIT)
        )  # fmt: skip
    told = {
        f"random cases recorded {how}, 20 to 400": [hit for (own, _, _), hit in oddly.items() if own == how]
        for how in RECORDED
    }
    for how, size in (("rounded to 250 m", size) for size in PLACED):
        told[f"of these, {how}, {size} cases"] = [hit for job, hit in oddly.items() if job[:2] == (how, size)]
    for far in FAR:
        told[f"no zone, one of 201 random cases {far * 111:.0f} km away"] = [
            hit for (own, _), hit in stray.items() if own == far
        ]
    lines += [
        Line(what, _share(sum(of), len(of)), target=f"<= {LIMIT:.0%}", held=sum(of) / len(of) <= LIMIT)
        for what, of in told.items()
    ]
    for kind in ("sparse", "short", "off80", "dense"):
        numbers = [number for (own, _, _), number in found.items() if own == kind]
        some = sum(number > 0 for number in numbers)
        mean = sum(numbers) / len(numbers)
        lines.append(
            Line(
                f"town with hot places, {kind}: maps with a hotspot",
                f"{_share(some, len(numbers))}, {mean:.1f} a map",
            )
        )
    how = (
        f"Zones of 1.5 x 1.5 km, cells of 100 m, 5 % flagged; {each} maps of random cases for each number ({SIZES}) "
        "and method, exact 95 % interval. Towns with hot places: `models/town/known_rates.py`."
    )
    samples: dict[str, object] = {
        "recorded": [[*job, claim] for job, claim in oddly.items()],
        "stray": [[*job, claim] for job, claim in stray.items()],
        "random": [[*job, claim] for job, claim in claimed.items()], "known": [[*job, n] for job, n in found.items()],
    }  # fmt: skip
    return Figure(NAME, "Hotspots where there are none", how, lines, samples)


def _share(number: int, of: int) -> str:
    """A share with its exact 95 % interval (Clopper and Pearson)."""
    low = float(beta.ppf(0.025, number, of - number + 1)) if number else 0.0
    high = float(beta.ppf(0.975, number + 1, of - number)) if number < of else 1.0
    return f"{number / of:.1%} ({low:.1%} to {high:.1%}; n = {of:,})"
