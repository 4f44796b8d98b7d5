"""Which way of ranking a map is drawn with: the simple rule until another has proved itself on the past. Pure.

A challenger replaces the rule in force when its mean paired difference over origins, all shares of the area together,
exceeds one standard error of that difference, pooled over stations. A station's own past may overrule by the same
test. Without a backtest nothing is proved: the map is drawn grey.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.analysis.scores import Outcome
from models.records.base import Millis

DEFAULT = "365_all3"

#: Origins below which a difference has no standard error to speak of.
LEAST_ORIGINS = 4

#: Part of the rule's hits below which a difference is no reason to change: where cases are many, all good rules agree
#: to a few thousandths, and what is then better by its error changes with the month.
LEAST_GAIN = 0.005

Outcomes = Mapping[str, Sequence[Outcome]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Paired difference of two hit rates over origins: challenger less rule, with its standard error.

    `rule`: the rule's own hit rate.
    """

    mean: float
    error: float
    origins: int
    rule: float = 0.0

    @property
    def above(self) -> bool:
        """More than one standard error better, and by more than `LEAST_GAIN` of the rule's hits."""
        enough = self.mean > self.error and self.mean > LEAST_GAIN * self.rule
        return self.origins >= LEAST_ORIGINS and enough


@dataclass(frozen=True, slots=True)
class Choice:
    """What a map is drawn with. `why`: `no_backtest` (grey), `default`, `pooled` or `own`.

    `table`: every challenger's difference to the rule it was held against, all shares together.
    """

    method: str
    why: str
    table: Mapping[str, Difference]


def difference(challenger: Sequence[Outcome], rule: Sequence[Outcome]) -> Difference:
    """Paired over origins; the zones, shifts and shares of an origin together. Both must be of the same windows."""
    gained: dict[Millis, float] = {}
    cases: dict[Millis, float] = {}
    for better, worse in zip(challenger, rule, strict=True):
        gained[better.at] = gained.get(better.at, 0.0) + better.hits - worse.hits
        cases[better.at] = cases.get(better.at, 0.0) + better.cases
    total, number = sum(cases.values()), len(cases)
    if total <= 0:
        return Difference(0.0, 0.0, 0)
    mean, held = sum(gained.values()) / total, sum(each.hits for each in rule) / total
    if number < 2:
        return Difference(mean, math.inf, number, held)
    squares = sum((gained[at] - mean * cases[at]) ** 2 for at in cases)
    return Difference(mean, math.sqrt(squares * number / (number - 1)) / total, number, held)


def choose(pooled: Outcomes, own: Outcomes | None = None, default: str = DEFAULT) -> Choice:
    """The rule to draw with, by the pooled past of all stations and by the station's own.

    Every method's outcomes must be of the same windows in the same order.
    """
    if sum(each.cases for each in pooled.get(default, ())) <= 0:
        return Choice(default, "no_backtest", {})
    method, table = _best(pooled, default)
    why = "default" if method == default else "pooled"
    if own and own.get(method):
        better, other = _best(own, method)
        if better != method:
            return Choice(better, "own", other)
    return Choice(method, why, table)


def _best(outcomes: Outcomes, rule: str) -> tuple[str, dict[str, Difference]]:
    table = {name: difference(found, outcomes[rule]) for name, found in outcomes.items() if name != rule}
    passing = [name for name, found in table.items() if found.above]
    return max(passing, key=lambda name: (table[name].mean, name), default=rule), table
