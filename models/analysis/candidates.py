"""The ways of ranking cells that compete in a backtest, from plain counting to the mixture. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.analysis.cases import Cases
from models.analysis.components import DAY_MS, Floats, Ground
from models.analysis.past import Past
from models.analysis.shifts import Shifts
from models.analysis.surface import level
from models.records.base import Millis

#: Of the kernel: spread in cells, and days after which a case counts half.
KERNEL_WIDTH, KERNEL_HALF_DAYS = 1.5, 90.0


@dataclass(frozen=True)
class Question:
    """Where will the cases of the `days` after `at` be? Only what began before `at` is looked at.

    `weights`: of the mixture, taken as they are; None: learnt from the own past, held to `prior` (the pooled ones;
    None: the product's), or as far as the past is short to `short`. `shift` None: at any hour.
    """

    cases: Cases
    ground: Ground
    at: Millis
    days: int
    others: Cases | None = None
    weights: Floats | None = None
    shifts: Shifts | None = None
    shift: int | None = None
    prior: Floats | None = None
    short: Floats | None = None

    @cached_property
    def known(self) -> Past:
        """What neither shift nor horizon nor weights change: one for all questions that are made of this one."""
        shifts = self.shifts or Shifts()
        return Past(self.cases, self.ground, self.at, self.days, self.others, shifts, self.prior, self.short)

    @property
    def past(self) -> Cases:
        """What had happened by then."""
        return self.known.past

    @property
    def cells(self) -> NDArray[np.int64]:
        """The cell of each past case; -1: on none."""
        return self.known.cells

    @property
    def densities(self) -> Floats:
        """The components' densities."""
        return self.known.densities(self.days)

    @property
    def mix(self) -> Floats:
        """The mixture's weights; those of a question for other days are those of the first."""
        return self.known.mix if self.weights is None else self.weights

    @property
    def shares(self) -> tuple[Floats, Floats]:
        """The zone's and the cells' shares of the shifts."""
        return self.known.shares

    @property
    def in_shifts(self) -> Floats:
        """How much of each past case fell into each shift."""
        return self.known.in_shifts

    @cached_property
    def _expected(self) -> dict[str, Floats]:
        return {}

    def expected(self, method: str) -> Floats:
        """Cases that a method expects in each cell of the whole grid; made once.

        Raises:
            KeyError: a method nobody knows.
        """
        if method not in self._expected:
            self._expected[method] = CANDIDATES[method](self)
        return self._expected[method]

    def of_shift(self, shift: int | None) -> Question:
        """The same question for another shift."""
        return self._keeping(replace(self, shift=shift))

    def for_days(self, days: int) -> Question:
        """The same question for another horizon, with the weights of this one."""
        return self._keeping(replace(self, days=days))

    def weighing(self, weights: Floats) -> Question:
        """The same question with other weights of the mixture."""
        return self._keeping(replace(self, weights=weights))

    def _keeping(self, other: Question) -> Question:
        vars(other)["known"] = self.known
        return other

    def counted(self, days: int | None) -> Floats:
        """Cases of the last `days` (None: all) in each cell of the grid; of the shift, when one is asked for."""
        first = 0 if days is None else int(np.searchsorted(self.past.start, self.at - days * DAY_MS))
        weights = None if self.shift is None else self.in_shifts[first:, self.shift]
        return self.on_cells(slice(first, None), weights)

    def on_cells(self, rows: slice, weights: Floats | None = None) -> Floats:
        """Some of the past cases in each cell of the grid; `weights`: what each of them counts, 1 without."""
        cells = self.cells[rows]
        placed = cells >= 0
        given = None if weights is None else weights[placed]
        return np.bincount(cells[placed], given, len(self.ground.grid.area)).astype(np.float64)


#: Cases expected in each cell of the whole grid.
Candidate = Callable[[Question], Floats]


def _counts(days: int | None) -> Candidate:
    def expected(asked: Question) -> Floats:
        return _scaled(asked, asked.counted(days))

    return expected


def _year_and_third(asked: Question) -> Floats:
    return _scaled(asked, asked.counted(365) + asked.counted(None) / 3.0)


def _kernel(asked: Question) -> Floats:
    weights = 0.5 ** ((asked.at - asked.past.start) / (KERNEL_HALF_DAYS * DAY_MS))
    if asked.shift is not None:
        weights = weights * asked.in_shifts[:, asked.shift]
    return _scaled(asked, asked.ground.spread(asked.on_cells(slice(None), weights), KERNEL_WIDTH))


def _mixture(asked: Question) -> Floats:
    made = np.zeros(len(asked.ground.grid.area))
    made[asked.ground.inside] = asked.mix @ asked.densities
    return _scaled(asked, made)


def _mixture_shift(asked: Question) -> Floats:
    if asked.shift is None:
        return _mixture(asked)
    made = _mixture(asked.of_shift(None))
    made[asked.ground.inside] *= asked.shares[1][:, asked.shift]
    return made


def _scaled(asked: Question, made: Floats) -> Floats:
    """Made into cases expected: the level of the zone, and of its shift."""
    total = float(made.sum())
    if total <= 0:
        return made
    share = 1.0 if asked.shift is None else float(asked.shares[0][asked.shift])
    return made * (level(asked.past, asked.at) * asked.days * share / total)


CANDIDATES: Mapping[str, Candidate] = {
    "counts_28": _counts(28),
    "counts_365": _counts(365),
    "counts_all": _counts(None),
    "365_all3": _year_and_third,
    "kernel": _kernel,
    "mixture": _mixture,
    "mixture_shift": _mixture_shift,
}
