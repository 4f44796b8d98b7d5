"""Maps of towns whose true rates are known, beside plain counting, the simple rule and the best possible map."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np

from benchmarks.report import Figure, Line
from benchmarks.rig import Rig
from models.analysis.candidates import CANDIDATES, Question
from models.analysis.components import Ground
from models.analysis.gate import DEFAULT, choose
from models.analysis.scores import Outcome, outcome
from models.town.known_rates import DAY_MS, KINDS, Kind, known_town

NAME = "hotspots-known-rates"
SHARE, DAYS = 0.05, 28
NAIVE, TRUTH = "counts_365", "truth"
METHODS = ("counts_365", "counts_28", "365_all3", "kernel", "mixture")
#: The last with its cases a month: sixty days of a busy zone beside sixty of a quiet one.
TOWNS: tuple[tuple[Kind, float | None], ...] = (*((kind, None) for kind in KINDS), ("short", 300.0))
SPARSE = ("sparse", "off80", "short", "emerging")
#: Whose windows choose the method of a short past.
OLDER = ("sparse", "off80", "emerging")
#: Windows of each town; the first half choose the method, the others are told. Of a short past only the first.
WINDOWS = 8
#: Constants were tried on the towns of the first seeds: these are others.
FIRST_SEED = 1000


class Job(NamedTuple):
    """A town to look at."""

    kind: Kind
    monthly: float | None
    seed: int

    @property
    def name(self) -> str:
        """As its lines are called."""
        return self.kind if self.monthly is None else f"{self.kind}, {self.monthly:.0f} a month"


class Window(NamedTuple):
    """One window: what came of each method, and the cases each could hope for, by the true rates."""

    number: int
    outcomes: dict[str, Outcome]
    hoped: dict[str, float]


def windows(job: Job) -> list[Window]:
    """All methods on all windows of a town."""
    town = known_town(job.kind, job.seed, windows=1 if job.kind == "short" else WINDOWS, monthly=job.monthly)
    ground = Ground.of(town.grid)
    made = []
    for number, at in enumerate(town.origins):
        asked = Question(town.cases, ground, at, DAYS)
        came = ground.counts(town.cases.between(at, at + DAYS * DAY_MS))
        truth = town.expected(at, DAYS)
        maps = {method: CANDIDATES[method](asked) for method in METHODS} | {TRUTH: truth}
        made.append(
            Window(
                number,
                {name: outcome(found, came, town.grid, SHARE, at) for name, found in maps.items()},
                {name: outcome(found, truth, town.grid, SHARE).hits for name, found in maps.items()},
            )
        )
    return made


def measure(rig: Rig) -> Figure:
    """The figure."""
    jobs = [Job(kind, monthly, FIRST_SEED + number) for kind, monthly in TOWNS for number in range(rig.of(40, 3))]
    with ProcessPoolExecutor(2) as pool:
        found = dict(zip(jobs, pool.map(windows, jobs, chunksize=4), strict=True))
    lines: list[Line] = []
    samples: dict[str, object] = {}
    for name, kind in dict.fromkeys((job.name, job.kind) for job in jobs):
        # A family is judged by itself; who has sixty days of past is drawn by what older stations proved.
        like = OLDER if kind == "short" else (kind,)
        early = [one for job in jobs if job.kind in like for one in found[job] if one.number < WINDOWS // 2]
        choice = choose({method: [one.outcomes[method] for one in early] for method in METHODS}, default=DEFAULT)
        lines.append(
            Line(f"{name}: method the gate chose on the windows before", f"`{choice.method}` ({choice.why})")
        )
        late = [
            one for job in jobs if job.name == name for one in found[job]
            if job.kind == "short" or one.number >= WINDOWS // 2
        ]  # fmt: skip
        hoped = {method: sum(one.hoped[method] for one in late) for method in (*METHODS, TRUTH)}
        hits = {method: sum(one.outcomes[method].hits for one in late) for method in (*METHODS, TRUTH)}
        cases = sum(one.outcomes[TRUTH].cases for one in late)
        of = f"{len(late)} windows, {cases:,.0f} cases"
        ours = hoped[choice.method]
        lines.append(_ratio(f"{name}: hit rate / that of `{DEFAULT}` ({of})", ours / hoped[DEFAULT], 0.99))
        target = 1.05 if name.split(",")[0] in SPARSE and "," not in name else None
        lines.append(_ratio(f"{name}: hit rate / that of naive_365", ours / hoped[NAIVE], target))
        lines.append(_ratio(f"{name}: PEI / that of the true rates", ours / hoped[TRUTH], 0.9))
        samples[name] = {"windows": len(late), "cases": cases, "hoped": hoped, "hits": hits}
        rates = ", ".join(f"`{method}` {hits[method] / cases:.1%}" for method in (*METHODS, TRUTH))
        lines.append(Line(f"{name}: cases that came into the flagged 5 %", rates))
    how = (
        f"`models/town/known_rates.py`, {rig.of(40, 3)} towns of each kind of 2 x 2 km, cells of 100 m, horizon "
        f"{DAYS} days. A ratio compares the shares of the true rates that lie in the flagged 5 %: what the hit rate "
        "is in the long run, without the chance of the cases that came, which stand in the last line of each kind."
    )
    return Figure(NAME, "Maps beside known rates", how, lines, samples)


def _ratio(what: str, value: float, target: float | None) -> Line:
    if target is None:
        return Line(what, f"{value:.3f}")
    return Line(what, f"{value:.3f}", target=f">= {target}", held=bool(np.round(value, 4) >= target))
