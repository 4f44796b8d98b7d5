"""What all stations teach together: the mixture's weights, and which way of drawing a map has proved itself. Pure.

Stations are looked at in batches, a batch being one task; what they say is put together afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.analysis.backtest import Place as Tested
from models.analysis.backtest import Plan, backtest
from models.analysis.build import SHARE
from models.analysis.candidates import CANDIDATES
from models.analysis.components import Floats
from models.analysis.families import FAMILIES
from models.analysis.gate import DEFAULT, LEAST_ORIGINS, Choice, Outcomes, choose, difference
from models.analysis.hotspots import Record
from models.analysis.mixing import Evidence, past_evidence, pooled
from models.analysis.record import LEAST_CASES
from models.analysis.scores import Outcome, score
from models.analysis.station import COUNTING, HORIZONS, Prepared, Task, families_of, prepared

#: Windows that are looked back at.
ORIGINS = 13

#: Rows of evidence that are kept of one zone: more of a few hundred stations fill memory and teach nothing new.
MOST_ROWS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What a batch of stations says: evidence by family, outcomes of every method by family and horizon, all together
    and by station (`own`)."""

    stations: int
    cases: Mapping[str, int]
    evidence: Mapping[str, list[Evidence]]
    outcomes: Mapping[tuple[str, int], Outcomes]
    own: Mapping[tuple[str, str, int], Outcomes]


def lesson(tasks: Sequence[Task]) -> Lesson:
    """Look back at the past of some stations. They must share `at`, the end of the last window.

    Raises:
        ValueError: a zone is no polygon.
    """
    zones = [prepared(task, place) for task in tasks for place in task.places]
    cases: dict[str, int] = {}
    evidence: dict[str, list[Evidence]] = {}
    outcomes: dict[tuple[str, int], Outcomes] = {}
    own: dict[tuple[str, str, int], dict[str, list[Outcome]]] = {}
    for code in FAMILIES:
        tested = [_tested(zone, code) for zone in zones]
        cases[code] = sum(len(one.cases) for one in tested)
        evidence[code] = [_thinned(each) for one in tested for each in _evidence(one, tasks[0].at)]
        for days in HORIZONS:
            plan = Plan(days, (SHARE,), None, tuple(name for name in CANDIDATES if name != "mixture_shift"), ORIGINS)
            if cases[code] >= LEAST_CASES:
                found = backtest(tested, plan, tasks[0].at)
                outcomes[code, days] = {name: found.outcomes[name] for name in plan.methods}
                for zone, mine in zip(zones, found.by_place, strict=True):
                    kept = own.setdefault((zone.task.station, code, days), {name: [] for name in plan.methods})
                    for name in plan.methods:
                        kept[name] += mine[name]
    return Lesson(len(tasks), cases, evidence, outcomes, own)


def _tested(zone: Prepared, code: str) -> Tested:
    [family] = families_of(zone, (code,))
    return Tested(family.cases, zone.ground, family.others)


def _evidence(place: Tested, at: int) -> list[Evidence]:
    return past_evidence(place.cases, place.ground, at, HORIZONS[0], place.others)


def _thinned(each: Evidence) -> Evidence:
    step = -(-len(each.rows) // MOST_ROWS) or 1
    return Evidence(each.rows[::step], each.weight * step)


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What the lessons together say of a family (`weights`), and of a family and horizon (`choices`, each with what
    was measured of its method). `own`: of the stations whose own past overrules that, by station, family, horizon."""

    weights: Mapping[str, Floats]
    cases: Mapping[str, int]
    choices: Mapping[tuple[str, int], tuple[Choice, Record | None]]
    own: Mapping[tuple[str, str, int], tuple[Choice, Record | None]]


def taught(lessons: Sequence[Lesson]) -> Taught:
    """Put lessons together."""
    cases = dict.fromkeys(FAMILIES, 0)
    evidence: dict[str, list[Evidence]] = {code: [] for code in FAMILIES}
    outcomes: dict[tuple[str, int], dict[str, list[Outcome]]] = {}
    for one in lessons:
        for code, found in one.evidence.items():
            evidence[code] += found
            cases[code] += one.cases[code]
        for key, by_method in one.outcomes.items():
            kept = outcomes.setdefault(key, {})
            for name, more in by_method.items():
                kept.setdefault(name, []).extend(more)
    chosen = {key: choose(found) for key, found in outcomes.items()}
    choices = {key: (choice, record_of(outcomes[key], choice.method)) for key, choice in chosen.items()}
    own: dict[tuple[str, str, int], tuple[Choice, Record | None]] = {}
    for one in lessons:
        for (station, code, days), mine in one.own.items():
            choice = choose(outcomes[code, days], mine)
            if choice.why == "own":
                own[station, code, days] = (choice, record_of(mine, choice.method, pooled=False))
    return Taught({code: pooled(found) for code, found in evidence.items()}, cases, choices, own)


def record_of(outcomes: Outcomes, method: str = DEFAULT, *, pooled: bool = True) -> Record | None:
    """What a backtest measured of a method, beside plain counting; None without a window."""
    mine, naive = outcomes.get(method, ()), outcomes.get(COUNTING, ())
    if not mine or not naive:
        return None
    found, counted = score(mine), score(naive)
    if not found.cases:
        return None
    return Record(
        found.windows, round(found.cases), found.hit.value, found.hit.low, found.hit.high, found.pai.value,
        counted.hit.value, not difference(mine, naive).above,
        found.windows >= LEAST_ORIGINS and found.cases >= LEAST_CASES, pooled,
    )  # fmt: skip
