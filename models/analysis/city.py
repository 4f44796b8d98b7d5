"""A whole city, or its busiest squares, as the places of a backtest. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.analysis.area import bounds_of, covered
from models.analysis.backtest import Place, Plan, moments
from models.analysis.cases import Cases, Columns, LeftOut, prepare_each
from models.analysis.components import Ground
from models.analysis.families import Family
from models.analysis.grid import Grid, flat
from models.records.base import Millis


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """Every case of a file on one plane. `cases`: of the family; `others`: None when the family is everything."""

    epsg: int
    cases: Cases
    others: Cases | None
    left: LeftOut

    @property
    def until(self) -> Millis:
        """Just after the last case; 0 without one."""
        return int(self.cases.start[-1]) + 1 if len(self.cases) else 0

    def whole(self, cell: float, before: Millis | None = None) -> list[Place]:
        """The city as one place: the ground that its cases of any kind `before` a moment (None: all) have shown."""
        if not len(self.cases):
            return []
        every = [self.cases] if self.others is None else [self.cases, self.others]
        start, x, y = (np.concatenate([getattr(cases, axis) for cases in every]) for axis in ("start", "x", "y"))
        order = np.argsort(start, kind="stable")
        known = order if before is None else order[: int(np.searchsorted(start[order], before))]
        return [Place(self.cases, Ground.of(covered(x[known], y[known], self.epsg, cell)), self.others)]

    def busiest(self, number: int, side: float, cell: float, before: Millis) -> list[Place]:
        """The squares of `side` metres with most cases of the family `before` a moment, the busiest first.

        Chosen by what was known then: by the whole file they would be those that became busy. Squares lie edge to
        edge on the plane's own lattice.
        """
        found = []
        squares = self._squares(self.cases, side)
        seen = squares[: int(np.searchsorted(self.cases.start, before))]
        names, counts = np.unique(seen, axis=0, return_counts=True)
        other = None if self.others is None else self._squares(self.others, side)
        for place in np.argsort(-counts, kind="stable")[:number]:
            square = names[place]
            rest = None
            if self.others is not None and other is not None:
                rest = self.others.take((other == square).all(axis=1))
            mine = self.cases.take((squares == square).all(axis=1))
            found.append(Place(mine, Ground.of(_square(self.epsg, square * side, side, cell)), rest))
        return found

    @staticmethod
    def _squares(cases: Cases, side: float) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
        return np.stack([np.floor(cases.x / side), np.floor(cases.y / side)], axis=1).astype(np.int64)


def first_origin(city: City, plan: Plan, until: Millis) -> Millis:
    """The first moment a backtest asks at; `until` when the past is too short for one. There must be a case."""
    _, origins = moments(int(city.cases.start[0]), plan, until)
    return origins[0] if origins else until


def city_of(columns: Columns, family: Family | None, now: Millis) -> City | None:
    """The cases of a file, strays put aside (`models.analysis.area`); None when none has a place."""
    box = bounds_of(columns.lat, columns.lon, 1_000.0)
    if box is None:
        return None
    _, epsg = flat(box)
    _, found = prepare_each(columns, [None, family], now=now, polygon=box)
    return City(epsg, found.cases, None if family is None else found.others, found.left_out)


def _square(epsg: int, corner: np.ndarray[tuple[int], np.dtype[np.float64]], side: float, cell: float) -> Grid:
    """The cells of a square; the last row and column are narrower when the side is no multiple of the cell."""
    number = max(1, math.ceil(side / cell - 1e-9))
    widths = np.minimum(cell, side - np.arange(number) * cell)
    return Grid(epsg, float(corner[0]), float(corner[1]), cell, number, number, np.outer(widths, widths).ravel())
