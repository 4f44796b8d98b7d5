"""Which way of drawing maps has proved itself on the past of all stations, or of one. Pure.

Maps of the whole day and maps by shift are judged apart: what was measured of one says nothing of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.analysis.backtest import Plan, backtest
from models.analysis.build import SHARE
from models.analysis.candidates import CANDIDATES
from models.analysis.components import Floats
from models.analysis.families import FAMILIES
from models.analysis.gate import LEAST_ORIGINS, Choice, Outcomes, choose, difference, nested
from models.analysis.hotspots import Record
from models.analysis.learning import ORIGINS, Weighed, tested, zones_of
from models.analysis.scores import Outcome, score
from models.analysis.standing import LEAST_CASES
from models.analysis.task import BY_SHIFT, COUNTING, DAY, HORIZONS, Task
from models.records.base import Millis

#: Family, days ahead, and `DAY` or `BY_SHIFT`.
Of = tuple[str, int, str]


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """A batch of stations, and the weights that all stations gave together."""

    tasks: Sequence[Task]
    weighed: Weighed


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Outcomes of every method of a batch of stations, all together (`outcomes`) and by station (`own`)."""

    outcomes: Mapping[Of, Outcomes]
    own: Mapping[tuple[str, Of], Outcomes]


def lesson(ask: Ask) -> Lesson:
    """Look back at the past of some stations. They must share `at`, the end of the last window.

    Raises:
        ValueError: a zone is no polygon.
    """
    zones = zones_of(ask.tasks)
    at = ask.tasks[0].at
    outcomes: dict[Of, Outcomes] = {}
    own: dict[tuple[str, Of], Outcomes] = {}
    for code in FAMILIES:
        if ask.weighed.cases[code] < LEAST_CASES:
            continue
        places = [tested(zone, code) for zone in zones]
        shared = ask.weighed.at(code, at)
        for days in HORIZONS:
            for which, shifts in ((DAY, None), (BY_SHIFT, ask.tasks[0].shifts)):
                names = tuple(name for name in CANDIDATES if name != "mixture_shift" or shifts is not None)
                found = backtest(places, Plan(days, (SHARE,), shifts, names, ORIGINS), at, shared)
                of = (code, days, which)
                outcomes[of] = {name: merged(found.outcomes[name]) for name in names}
                for station in dict.fromkeys(zone.task.station for zone in zones):
                    mine = [
                        part for zone, part in zip(zones, found.by_place, strict=True) if zone.task.station == station
                    ]
                    own[station, of] = {name: merged([one for part in mine for one in part[name]]) for name in names}
    return Lesson(outcomes, own)


def merged(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The zones and shifts of a window and share as one outcome; nothing asked of them later tells them apart."""
    sums: dict[tuple[Millis, float], list[float]] = {}
    for one in outcomes:
        total = sums.setdefault((one.at, one.share), [0.0, 0.0, 0.0, 0.0])
        for number, value in enumerate((one.hits, one.cases, one.best, one.cells)):
            total[number] += value
    return [
        Outcome(at, share, hits, cases, best, cells)
        for (at, share), (hits, cases, best, cells) in sorted(sums.items())
    ]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was chosen. `record`: measured of what the gate would have drawn at each origin; `counting`: of counting,
    for maps that are drawn by it after all."""

    choice: Choice
    record: Record | None
    counting: Record | None


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What the lessons together say: the weights of each family (`short`: for a short past), what was chosen on the
    pooled past (`choices`), and of the stations whose own past overrules that (`own`)."""

    weights: Mapping[str, Floats]
    short: Mapping[str, Floats]
    cases: Mapping[str, int]
    choices: Mapping[Of, Verdict]
    own: Mapping[tuple[str, Of], Verdict]


def taught(lessons: Sequence[Lesson], weighed: Weighed) -> Taught:
    """Put lessons together."""
    pooled: dict[Of, dict[str, list[Outcome]]] = {}
    for one in lessons:
        for of, by_method in one.outcomes.items():
            kept = pooled.setdefault(of, {})
            for name, more in by_method.items():
                kept.setdefault(name, []).extend(more)
    together = {of: {name: merged(found) for name, found in kept.items()} for of, kept in pooled.items()}
    choices = {of: _verdict(found, found, choose(found), pooled=True) for of, found in together.items()}
    own: dict[tuple[str, Of], Verdict] = {}
    for one in lessons:
        for (station, of), mine in one.own.items():
            choice = choose(together[of], mine)
            if choice.why == "own":
                own[station, of] = _verdict(together[of], mine, choice, pooled=False)
    weights = {code: known[0] for code, known in weighed.weights.items()}
    return Taught(weights, weighed.short, weighed.cases, choices, own)


def _verdict(together: Outcomes, told: Outcomes, choice: Choice, *, pooled: bool) -> Verdict:
    drawn = nested(together) if pooled else nested(together, told)
    naive = told.get(COUNTING, ())
    return Verdict(choice, record_of(drawn, naive, pooled=pooled), record_of(naive, naive, pooled=pooled))


def record_of(drawn: Sequence[Outcome], naive: Sequence[Outcome], *, pooled: bool = True) -> Record | None:
    """What a backtest measured of what was drawn, beside plain counting of the same windows; None without a case."""
    if not sum(one.cases for one in drawn):
        return None
    found, counted = score(drawn), score(naive)
    return Record(
        found.windows, round(found.cases), found.hit.value, found.hit.low, found.hit.high, found.pai.value,
        counted.hit.value, not difference(drawn, naive).above,
        found.windows >= LEAST_ORIGINS and found.cases >= LEAST_CASES, pooled, found.pei.value,
    )  # fmt: skip
