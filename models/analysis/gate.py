"""Which way of ranking a map is drawn with: the simple rule until another has proved itself on the past. Pure.

A challenger replaces the rule in force when its mean paired difference over origins, all shares of the area together,
exceeds one standard error of that difference, pooled over stations. A station's own past may overrule by the same
test, with one thing more: of several challengers the best is looked at, and the best of several is lucky, the luckier
the fewer the cases. So many standard errors are asked for there that chance overrules no oftener than one challenger
would by one. Without a backtest nothing is proved: the map is drawn grey.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.special import ndtr, stdtrit

from models.analysis.scores import Outcome
from models.analysis.standing import LEAST_CASES, LEAST_GAIN
from models.records.base import Millis

DEFAULT = "365_all3"

#: Origins with a case below which a difference has no standard error to speak of.
LEAST_ORIGINS = 4

Outcomes = Mapping[str, Sequence[Outcome]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Paired difference of two hit rates over origins: challenger less rule, with its standard error.

    `origins`: those with a case, the others say nothing; `cases` of one share of the area. `rule`: the rule's own hit
    rate.
    """

    mean: float
    error: float
    origins: int
    rule: float = 0.0
    cases: float = 0.0

    @property
    def above(self) -> bool:
        """As the only challenger: more than one standard error better, and by more than `LEAST_GAIN` of the hits."""
        return self.above_of(1)

    def above_of(self, challengers: int) -> bool:
        """As the best of so many challengers."""
        if self.origins < LEAST_ORIGINS or self.cases < LEAST_CASES:
            return False
        return self.mean > self.error * errors_asked(challengers, self.origins) and self.mean > LEAST_GAIN * self.rule


def errors_asked(challengers: int, origins: int) -> float:
    """Standard errors by which the best of some challengers must lead, so that equally good ones replace the rule no
    oftener than one would by a single error of a normal variable: in 16 of 100 (Sidak 1967; Student's t)."""
    return float(stdtrit(origins - 1, float(ndtr(1.0)) ** (1 / challengers)))


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
        if better.cases > 0:  # a window without a case is no trial: it can be neither won nor lost
            gained[better.at] = gained.get(better.at, 0.0) + better.hits - worse.hits
            cases[better.at] = cases.get(better.at, 0.0) + better.cases
    total, number = sum(cases.values()), len(cases)
    if total <= 0:
        return Difference(0.0, 0.0, 0)
    mean, held = sum(gained.values()) / total, sum(each.hits for each in rule) / total
    seen = total / len({each.share for each in rule})
    if number < 2:
        return Difference(mean, math.inf, number, held, seen)
    squares = sum((gained[at] - mean * cases[at]) ** 2 for at in cases)
    return Difference(mean, math.sqrt(squares * number / (number - 1)) / total, number, held, seen)


def choose(pooled: Outcomes, own: Outcomes | None = None, default: str = DEFAULT) -> Choice:
    """The rule to draw with, by the pooled past of all stations and by the station's own.

    Every method's outcomes must be of the same windows in the same order.
    """
    if sum(each.cases for each in pooled.get(default, ())) <= 0:
        return Choice(default, "no_backtest", {})
    method, table = _best(pooled, default, lucky=False)
    why = "default" if method == default else "pooled"
    if own and own.get(method):
        better, other = _best(own, method, lucky=True)
        if better != method:
            return Choice(better, "own", other)
    return Choice(method, why, table)


def nested(pooled: Outcomes, own: Outcomes | None = None, default: str = DEFAULT) -> list[Outcome]:
    """What would have been drawn: at each origin the outcomes (the station's `own`, when given) of the method chosen
    by the windows before it.

    The record that is told comes from these: of the method picked afterwards, on the windows it was picked by, it
    would flatter.
    """
    told = pooled if own is None else own
    drawn: list[Outcome] = []
    for at in sorted({each.at for each in told.get(default, ())}):
        mine = None if own is None else _before(own, at)
        method = choose(_before(pooled, at), mine, default).method
        drawn += [each for each in told[method] if each.at == at]
    return drawn


def _before(outcomes: Outcomes, at: Millis) -> Outcomes:
    return {name: [each for each in found if each.at < at] for name, found in outcomes.items()}


def _best(outcomes: Outcomes, rule: str, lucky: bool) -> tuple[str, dict[str, Difference]]:
    """`lucky`: the best of several is held to what the best of several reaches by chance."""
    table = {name: difference(found, outcomes[rule]) for name, found in outcomes.items() if name != rule}
    passing = [name for name, found in table.items() if found.above_of(len(table) if lucky else 1)]
    return max(passing, key=lambda name: (table[name].mean, name), default=rule), table
