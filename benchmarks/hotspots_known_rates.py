"""Maps of towns whose true rates are known, beside plain counting, the simple rule and the best possible map."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.best_possible import knowing_how
from benchmarks.report import Figure, Line
from benchmarks.rig import Rig
from models.analysis.candidates import Question
from models.analysis.components import Ground
from models.analysis.gate import DEFAULT, choose
from models.analysis.mixing import ALONE, Evidence, past_evidence, pooled
from models.analysis.scores import Outcome, outcome
from models.analysis.short_past import SHORT_ALONE, short_evidence
from models.town.known_rates import DAY_MS, KINDS, Kind, known_town

Floats = NDArray[np.float64]

NAME = "hotspots-known-rates"
SHARE, DAYS = 0.05, 28
NAIVE, TRUTH, KNOWING = "counts_365", "truth", "who knows how towns are made"
METHODS = ("counts_365", "counts_28", "365_all3", "kernel", "mixture")
#: The last with its cases a month: sixty days of a busy zone beside sixty of a quiet one.
TOWNS: tuple[tuple[Kind, float | None], ...] = (*((kind, None) for kind in KINDS), ("short", 300.0))
SPARSE = ("sparse", "off80", "short", "emerging")
#: Who teaches and chooses for towns of a short past.
OLDER: tuple[Kind, ...] = ("sparse", "off80", "emerging")
#: Windows of each town; of a short past only the first. Half of the older towns choose the method, the others are
#: told.
WINDOWS = 8
#: Constants were tried on the towns of the first seeds: these are others, and weights are pooled over others still.
FIRST_SEED, TEACHERS = 1000, 2000


class Job(NamedTuple):
    """A town to look at. `chooses`: its windows choose the method; else they are told."""

    kind: Kind
    monthly: float | None
    seed: int
    chooses: bool

    @property
    def name(self) -> str:
        """As its lines are called."""
        return self.kind if self.monthly is None else f"{self.kind}, {self.monthly:.0f} a month"


class Taught(NamedTuple):
    """Weights of the mixture, pooled over other towns: of long pasts by kind, of short ones of all together."""

    long: dict[Kind, Floats]
    short: Floats


class Window(NamedTuple):
    """One window: what came of each method, and the cases each could hope for, by the true rates."""

    outcomes: dict[str, Outcome]
    hoped: dict[str, float]


def taught(number: int) -> Taught:
    """As the product's stations teach: a kind is a family, so many towns of it are its stations. Who has a short past
    has what the older ones' pasts say, cut as short."""
    long: dict[Kind, list[Evidence]] = {kind: [] for kind in KINDS}
    short: list[Evidence] = []
    for kind in (*OLDER, KINDS[1]):
        for seed in range(TEACHERS, TEACHERS + number):
            town = known_town(kind, seed, windows=2)
            ground, at = Ground.of(town.grid), town.origins[1]
            found = past_evidence(town.cases, ground, at, DAYS)
            long[kind] += found
            if kind in OLDER:
                long["short"] += found
                short += short_evidence(town.cases, ground, at, DAYS)
    return Taught({kind: pooled(told, ALONE) for kind, told in long.items()}, pooled(short, SHORT_ALONE))


def windows(job: Job, known: Taught) -> list[Window]:
    """All methods on all windows of a town."""
    town = known_town(job.kind, job.seed, windows=1 if job.kind == "short" else WINDOWS, monthly=job.monthly)
    ground = Ground.of(town.grid)
    made = []
    for at in town.origins:
        asked = Question(town.cases, ground, at, DAYS, prior=known.long[job.kind], short=known.short)
        came = ground.counts(town.cases.between(at, at + DAYS * DAY_MS))
        truth = town.expected(at, DAYS)
        maps = {method: asked.expected(method) for method in METHODS} | {TRUTH: truth}
        if job.kind == "short" and job.monthly is None:
            maps[KNOWING] = knowing_how(town, at, job.seed)
        made.append(
            Window(
                {name: outcome(found, came, town.grid, SHARE, at) for name, found in maps.items()},
                {name: outcome(found, truth, town.grid, SHARE).hits for name, found in maps.items()},
            )
        )
    return made


def measure(rig: Rig) -> Figure:
    """The figure."""
    number = rig.of(40, 4)
    jobs = [
        Job(kind, monthly, FIRST_SEED + at, kind != "short" and at % 2 == 1)
        for kind, monthly in TOWNS
        for at in range(number)
    ]
    with ProcessPoolExecutor(2) as pool:
        known = taught(rig.of(12, 2))
        found = dict(zip(jobs, pool.map(partial(windows, known=known), jobs, chunksize=4), strict=True))
    lines: list[Line] = []
    samples: dict[str, object] = {}
    for name, kind in dict.fromkeys((job.name, job.kind) for job in jobs):
        # A family is judged by itself; who has sixty days of past is drawn by what older stations proved.
        like = OLDER if kind == "short" else (kind,)
        early = [one for job in jobs if job.kind in like and job.chooses for one in found[job]]
        choice = choose({method: [one.outcomes[method] for one in early] for method in METHODS}, default=DEFAULT)
        lines.append(Line(f"{name}: method the gate chose on other towns", f"`{choice.method}` ({choice.why})"))
        told = [one for job in jobs if job.name == name and not job.chooses for one in found[job]]
        methods = tuple(told[0].hoped)
        hoped = {method: sum(one.hoped[method] for one in told) for method in methods}
        hits = {method: sum(one.outcomes[method].hits for one in told) for method in methods}
        cases = sum(one.outcomes[TRUTH].cases for one in told)
        of = f"{len(told)} windows, {cases:,.0f} cases"
        ours = hoped[choice.method]
        lines.append(_ratio(f"{name}: hit rate / that of `{DEFAULT}` ({of})", ours / hoped[DEFAULT], 0.99))
        target = 1.05 if name.split(",")[0] in SPARSE and "," not in name else None
        lines.append(_ratio(f"{name}: hit rate / that of naive_365", ours / hoped[NAIVE], target))
        lines.append(Line(f"{name}: the true rates' / that of naive_365", f"{hoped[TRUTH] / hoped[NAIVE]:.3f}"))
        lines.append(_ratio(f"{name}: PEI / that of the true rates", ours / hoped[TRUTH], 0.9))
        if KNOWING in hoped:
            best, off = _with_error([(one.hoped[KNOWING], one.hoped[TRUTH]) for one in told])
            _, our_off = _with_error([(one.hoped[choice.method], one.hoped[TRUTH]) for one in told])
            lines.append(
                Line(f"{name}: the same of one who knows how such towns are made: nobody can hope for more",
                     f"{best:.3f} (standard error {off:.3f}; of our map's {our_off:.3f}; n = {len(told)} towns)")
            )  # fmt: skip
        samples[name] = {"windows": len(told), "cases": cases, "hoped": hoped, "hits": hits}
        rates = ", ".join(f"`{method}` {hits[method] / cases:.1%}" for method in methods)
        lines.append(Line(f"{name}: cases that came into the flagged 5 %", rates))
    how = (
        f"`models/town/known_rates.py`, {number} towns of each kind of 2 x 2 km, cells of 100 m, {DAYS} days ahead: "
        "half of the older ones choose the method, the others are told; the mixture's weights are pooled over "
        f"{rig.of(12, 2)} others of each kind, for a short past over older ones' pasts cut as short. A ratio is of "
        "the shares of the true rates that lie in the flagged 5 %: what the hit rate is in the long run, without the "
        "chance of the cases that came, which stand in the last line of each kind. One who knows how such towns are "
        "made averages over all towns that the cases allow (`benchmarks/best_possible.py`): nobody can hit more."
    )
    return Figure(NAME, "Maps beside known rates", how, lines, samples)


def _with_error(towns: list[tuple[float, float]]) -> tuple[float, float]:
    """The ratio of two sums over towns, and its standard error by what each town is off (Cochran 1977, 6.3)."""
    parts, wholes = np.array(towns).T
    ratio = float(parts.sum() / wholes.sum())
    off = float((parts - ratio * wholes).std(ddof=1) / np.sqrt(len(towns)) / wholes.mean())
    return ratio, off


def _ratio(what: str, value: float, target: float | None) -> Line:
    if target is None:
        return Line(what, f"{value:.3f}")
    return Line(what, f"{value:.3f}", target=f">= {target}", held=bool(np.round(value, 4) >= target))
