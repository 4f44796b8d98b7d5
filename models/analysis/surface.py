"""The risk surface: expected cases of each cell, for a horizon and a shift. A scikit-learn estimator, pure."""

from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from models.analysis.cases import Cases
from models.analysis.components import DAY_MS, Floats, Ground, densities
from models.analysis.grid import Grid
from models.analysis.mixing import STRENGTH, learn, own_weights, past_evidence
from models.analysis.shifts import Shifts
from models.analysis.short_past import for_past, own_short
from models.records.base import Millis

#: Cases of the zone's own rhythm that stand beside a cell's own when its shifts are told.
PROFILE_STRENGTH = 15.0

#: Days that a shorter past is taken for: nobody knows since when cases have been written down, and a first day of
#: ten would foretell 280 for four weeks.
LEAST_PAST = 28.0

#: Days over which the level (cases a day) is taken: half from each.
_LEVELS = (91, 365)


class MultiScaleRate(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A mixture of memories and widths (`models.analysis.components`), weighted by likelihood on past windows.

    Deterministic. `days`: the horizon the weights are learnt for. `strength`: own cases after which own weights count
    as much as the prior ones.

    Attributes after `fit`: `weights_` (components,), `density_` (cells inside; sums to 1), `level_` (cases a day),
    `profile_` (shifts,), `shares_` (cells inside, shifts).
    """

    def __init__(self, days: int = 28, strength: float = STRENGTH) -> None:
        self.days = days
        self.strength = strength

    def fit(
        self, cases: Cases, grid: Grid | Ground, at: Millis, weights: Floats | None = None,
        others: Cases | None = None, shifts: Shifts | None = None, known: bool = False,
    ) -> Self:  # fmt: skip
        """Learn from what began before `at`.

        `weights`: the pooled ones of all stations (`mixing.pooled`), from which the own ones are learnt; the
        product's when there are none. `known`: take them as they are, learn nothing (scoring). `others`: cases of
        the other families. `shifts`: the station's, when the surface is to be told by shift.
        """
        ground = grid if isinstance(grid, Ground) else Ground.of(grid)
        past = cases.take(slice(int(np.searchsorted(cases.start, at))))
        prior = _own(others, past, at) if weights is None else weights
        learnt = prior if known else learn(past_evidence(past, ground, at, self.days, others), prior, self.strength)
        self.weights_ = learnt
        self.cells_ = len(ground.grid.area)
        self.inside_ = ground.inside
        self.density_ = learnt @ densities(past, ground, at, self.days, others)
        self.level_ = level(past, at)
        if shifts is not None:
            self.profile_, self.shares_ = shift_shares(past, ground, shifts)
        return self

    def expected(self, days: int, shift: int | None = None) -> Floats:
        """Cases expected in each cell of the whole grid within `days`, float64; 0 outside the zone.

        Raises:
            sklearn.exceptions.NotFittedError: not fitted; or, with a `shift`, fitted without shifts.
        """
        check_is_fitted(self, "density_" if shift is None else "shares_")
        found = np.zeros(self.cells_)
        found[self.inside_] = self.density_ * self.level_ * days
        if shift is not None:
            found[self.inside_] *= self.shares_[:, shift]
        return found


def _own(others: Cases | None, past: Cases, at: Millis) -> Floats:
    """The product's own weights, for a past of its length."""
    days = (at - int(past.start[0])) / DAY_MS if len(past) else 0.0
    return for_past(own_weights(others), own_short(others), days, len(past))


def days_of(past: Cases, at: Millis) -> float:
    """How many days of past there are, `LEAST_PAST` at least."""
    return max(LEAST_PAST, (at - int(past.start[0])) / DAY_MS) if len(past) else LEAST_PAST


def level(past: Cases, at: Millis) -> float:
    """Cases a day to be expected after `at`: between the rates of the last quarter and of the last year."""
    if not len(past):
        return 0.0
    history = days_of(past, at)
    rates = []
    for days in _LEVELS:
        seen = min(float(days), history)
        first = int(np.searchsorted(past.start, at - int(seen * DAY_MS)))
        rates.append((len(past) - first) / seen)
    return sum(rates) / len(rates)


def shift_shares(past: Cases, ground: Ground, shifts: Shifts) -> tuple[Floats, Floats]:
    """The zone's share of cases in each shift, and each inside cell's: `(own + 15 x zone's) / (own total + 15)`.

    A zone without a known hour has equal shares by the hours of each shift.
    """
    weights = shifts.weights(past.start, past.end)
    hours = np.array([len(shifts.hours(shift)) for shift in range(len(shifts))]) / 24.0
    # A day's worth of the plain clock, so that a shift nobody was ever hurt in is not impossible.
    profile = (weights.sum(axis=0) + hours) / (weights.sum() + 1.0)
    own = np.stack([ground.counts(past, weights[:, shift])[ground.inside] for shift in range(len(shifts))], axis=1)
    total = own.sum(axis=1, keepdims=True)
    return profile, (own + PROFILE_STRENGTH * profile) / (total + PROFILE_STRENGTH)
