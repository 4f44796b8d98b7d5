"""What a backtest says, as rows: each method at each share of the area, beside counting and the simple rule. Pure.

`manage.py backtest --json` prints them; their schema is docs/schemas/backtest.json.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from models.analysis.backtest import Backtest
from models.analysis.gate import DEFAULT, difference
from models.analysis.scores import Figure, Outcome, Score, score

#: Plain counting: cells by their own cases of the last 365 days.
NAIVE = "counts_365"


def rows_of(made: Backtest) -> list[dict[str, Any]]:
    """A row for each method and share; empty without origins."""
    if not made.origins:
        return []
    found = []
    for method, outcomes in made.outcomes.items():
        for share in made.plan.shares:
            own, naive, rule = (_at(each, share) for each in (outcomes, made.outcomes[NAIVE], made.outcomes[DEFAULT]))
            against = difference(own, rule)
            told = score(own)
            found.append(
                {"method": method, "share": share, "windows": told.windows, "cases": _round(told.cases)}
                | _figures(told)
                | {
                    "gain_over_naive_365": _gain(told, score(naive)),
                    "gain_over_365_all3": _gain(told, score(rule)),
                    "difference": _round(against.mean),
                    "difference_error": None if math.isinf(against.error) else _round(against.error),
                }
            )
    return found


def horizon_of(made: Backtest) -> dict[str, Any]:
    """All of one horizon."""
    return {
        "days": made.plan.days,
        "origins": list(made.origins),
        "drawn": [made.drawn[at] for at in made.origins],
        "chosen": made.choice.method,
        "why": made.choice.why,
        "pei_ceiling": [{"share": share, "pei": _round(pei)} for share, pei in made.ceiling.items()],
        "rows": rows_of(made),
    }


def _at(outcomes: Sequence[Outcome], share: float) -> list[Outcome]:
    return [each for each in outcomes if each.share == share]


def _figures(told: Score) -> dict[str, list[float]]:
    named = {"hit": told.hit, "pai": told.pai, "pei": told.pei, "hits_per_cell": told.per_cell}
    return {name: _three(figure) for name, figure in named.items()}


def _three(figure: Figure) -> list[float]:
    return [_round(figure.value), _round(figure.low), _round(figure.high)]


def _gain(own: Score, other: Score) -> float | None:
    return _round(own.hit.value / other.hit.value - 1) if other.hit.value > 0 else None


def _round(value: float) -> float:
    return round(value, 6)
