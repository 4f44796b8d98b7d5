"""How often a hotspot is claimed where there is none, and how often where there is."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

from scipy.stats import beta

from benchmarks.report import Figure, Line
from benchmarks.rig import Rig
from models.analysis.build import Setting, build_map
from models.analysis.candidates import Question
from models.analysis.cases import LeftOut
from models.analysis.components import Ground
from models.analysis.grid import Grid
from models.town.known_rates import BEGINS, DAY_MS, Kind, known_town, random_town

NAME = "hotspots-claims"
SIZES = (5, 10, 20, 50, 100, 200)
METHODS = ("365_all3", "mixture")
AT = BEGINS + 366 * DAY_MS
LIMIT = 0.05


def on_random(job: tuple[int, str, int]) -> bool:
    """Whether a map of so many cases anywhere in 1.5 x 1.5 km claims a hotspot."""
    cases, method, seed = job
    polygon, thrown = random_town(cases, seed, side_m=1500.0)
    asked = Question(thrown, Ground.of(Grid.of(polygon, 100.0)), AT, 28)
    return bool(build_map(asked, method, Setting("robbery", polygon, LeftOut())).hotspots)


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
        "random": [[*job, claim] for job, claim in claimed.items()], "known": [[*job, n] for job, n in found.items()],
    }  # fmt: skip
    return Figure(NAME, "Hotspots where there are none", how, lines, samples)


def _share(number: int, of: int) -> str:
    """A share with its exact 95 % interval (Clopper and Pearson)."""
    low = float(beta.ppf(0.025, number, of - number + 1)) if number else 0.0
    high = float(beta.ppf(0.975, number + 1, of - number)) if number < of else 1.0
    return f"{number / of:.1%} ({low:.1%} to {high:.1%}; n = {of:,})"
