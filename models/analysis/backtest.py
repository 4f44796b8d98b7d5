"""Rolling-origin backtest: each way of ranking is asked at past moments, knowing only what had happened. Pure.

The origins lie one horizon apart, so that no case is scored twice. The mixture's weights come from windows that had
ended before each origin, pooled over the places and shrunk to each; `chosen` is what the gate would have drawn at
each origin, knowing only the outcomes of windows that had ended. Windows before the first origin teach both and are
not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.analysis.candidates import CANDIDATES, Question
from models.analysis.cases import Cases
from models.analysis.components import DAY_MS, Floats, Ground
from models.analysis.gate import Choice, choose
from models.analysis.mixing import Evidence, evidence_of, faded, learn, own_weights, pooled, windows_of
from models.analysis.scores import Outcome, by_chance, outcome
from models.analysis.shifts import Shifts
from models.records.base import Millis

CHOSEN = "chosen"
HORIZONS = (7, 14, 28)
SHARES = (0.01, 0.02, 0.05, 0.10)

#: Origins that are looked at when there is history for more.
MOST_ORIGINS = 26

#: Draws of a window's luck, over the places and shifts of the window.
_DRAWS = 20

#: Days of history before the first origin: a year when the past is long enough for a few origins after it, else this.
LEAST_DAYS = 56


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A station's zone, or a city: its cases of the family and of the other families, and its ground."""

    cases: Cases
    ground: Ground
    others: Cases | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked: horizon in days, shares of the area, by shift or at any hour, of which methods."""

    days: int
    shares: tuple[float, ...] = SHARES
    shifts: Shifts | None = None
    methods: tuple[str, ...] = tuple(CANDIDATES)
    most_origins: int = MOST_ORIGINS


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """What came out. `outcomes`: of each method and of `chosen`, all of the same windows in the same order.

    `by_place`: the same, place by place. `drawn`: the method the gate chose at each origin. `choice`: what it would
    draw now. `ceiling`: by share, the PEI of a map that knew the true rates (`scores.by_chance`, the mixture taken
    for them), over all windows and shifts.
    """

    plan: Plan
    origins: tuple[Millis, ...]
    outcomes: Mapping[str, list[Outcome]]
    by_place: Sequence[Mapping[str, list[Outcome]]]
    drawn: Mapping[Millis, str]
    choice: Choice
    ceiling: Mapping[float, float] = field(default_factory=dict)


def backtest(
    places: Sequence[Place], plan: Plan, until: Millis, shared: Callable[[Millis], Floats] | None = None
) -> Backtest:
    """Run it over places that are looked at together; `until` is the end of the last window.

    `shared`: the weights pooled over more places than these, as they were known at a moment; None: pooled over these.
    Then the gate too looks at more places than these, afterwards: windows before the first origin are not scored, nor
    is the ceiling drawn.
    Too little history, or no case in any window: no origins, and the gate says `no_backtest`.
    """
    methods = [name for name in plan.methods if name != "mixture_shift" or plan.shifts is not None]
    by_place: list[dict[str, list[Outcome]]] = [{name: [] for name in (*methods, CHOSEN)} for _ in places]
    all_outcomes: dict[str, list[Outcome]] = {name: [] for name in (*methods, CHOSEN)}
    past: dict[str, list[Outcome]] = {name: [] for name in methods}
    known: list[list[Evidence]] = []
    prior = own_weights(places[0].others if places else None)
    drawn: dict[Millis, str] = {}
    luck: dict[float, Floats] = {}
    starts = [int(place.cases.start[0]) for place in places if len(place.cases)]
    warm, origins = moments(min(starts), plan, until) if starts else ([], [])
    if not any(len(place.cases.between(at, until)) for at in origins[:1] for place in places):
        warm, origins = [], []  # nothing came since: nothing to be right about
    for at in (*warm, *origins):
        looked = [
            [faded(each, ago) for each in window]
            for ago, window in enumerate(known[: -windows_of(plan.days) - 1 : -1], 1)
        ]
        held = shared(at) if shared else pooled([each for window in looked for each in window], prior)
        chosen = choose(past).method
        window: list[Evidence] = []
        for number, place in enumerate(places):
            asked = Question(place.cases, place.ground, at, plan.days, place.others, None, plan.shifts)
            window.append(evidence_of(asked.densities, place.ground, _coming(place.cases, asked)))
            asked = asked.weighing(learn([each[number] for each in looked], held))
            for name, found in _asked(asked, plan, methods) if shared is None or at in origins else ():
                past[name] += found
                for told in (name, CHOSEN) if name == chosen else (name,):
                    if at in origins:
                        by_place[number][told] += found
                        all_outcomes[told] += found
            if at in origins and shared is None:
                _add_luck(luck, asked, plan, number, len(places))
        if at in origins:
            drawn[at] = chosen
        known.append(window)
    ceiling = {share: float(hits / best) if best else 0.0 for share, (hits, best) in luck.items()}
    return Backtest(plan, tuple(origins), all_outcomes, by_place, drawn, choose(past), ceiling)


def moments(first: Millis, plan: Plan, until: Millis) -> tuple[list[Millis], list[Millis]]:
    """Windows to learn from before the first origin, and the origins, both ascending.

    Learning begins `LEAST_DAYS` after the `first` case.
    """
    step = plan.days * DAY_MS
    # A year before the first origin, as long as that leaves half of the past's origins to judge by.
    wanted = min(365 * DAY_MS, max(LEAST_DAYS * DAY_MS, (until - first) // 2))
    number = min(plan.most_origins, max(0, (until - first - wanted) // step))
    origins = [until - back * step for back in range(number, 0, -1)]
    if not origins:
        return [], []
    before = min(windows_of(plan.days), max(0, (origins[0] - first - LEAST_DAYS * DAY_MS) // step))
    return [origins[0] - back * step for back in range(before, 0, -1)], origins


def _coming(cases: Cases, asked: Question) -> Cases:
    return cases.between(asked.at, asked.at + asked.days * DAY_MS)


def _asked(asked: Question, plan: Plan, methods: Sequence[str]) -> Iterator[tuple[str, list[Outcome]]]:
    """Each method's outcomes of this window: by shift (in order) and share (in order)."""
    coming = _coming(asked.cases, asked)
    shifts = [None] if plan.shifts is None else list(range(len(plan.shifts)))
    in_shifts = None if plan.shifts is None else plan.shifts.weights(coming.start, coming.end)
    came = [(np.ones(len(coming)) if in_shifts is None or shift is None else in_shifts[:, shift]) for shift in shifts]
    if plan.shifts is not None:
        _ = asked.past, asked.densities, asked.shares, asked.in_shifts  # made once, then shared by every shift
    questions = [asked if shift is None else asked.of_shift(shift) for shift in shifts]
    counted = [(asked.ground.counts(coming, weights), float(weights.sum())) for weights in came]
    for name in methods:
        found: list[Outcome] = []
        for question, (counts, cases) in zip(questions, counted, strict=True):
            expected = CANDIDATES[name](question)
            found += [outcome(expected, counts, asked.ground.grid, share, asked.at, cases) for share in plan.shares]
        yield name, found


def _add_luck(luck: dict[float, Floats], asked: Question, plan: Plan, number: int, places: int) -> None:
    """Mean hits of one who knew the true rates, and of the best map, in one window of one place."""
    shifts = [None] if plan.shifts is None else list(range(len(plan.shifts)))
    for shift in shifts:
        expected = CANDIDATES["mixture_shift"](asked if shift is None else asked.of_shift(shift))
        seed, draws = (asked.at // DAY_MS, number, shift or 0), max(2, _DRAWS // (places * len(shifts)))
        for share in plan.shares:
            found = by_chance(expected, asked.ground.grid, share, seed, draws)
            luck[share] = luck.get(share, np.zeros(2)) + np.array(found)
