"""What is known of the past when a map is asked for: made once for every horizon, shift and method. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.analysis.cases import Cases
from models.analysis.chance import Chance
from models.analysis.components import DAY_MS, Floats, Ground, densities
from models.analysis.events import are_events
from models.analysis.hotspots import CaseCluster, HistoryQuality, LocationQuality
from models.analysis.mixing import learn, own_weights, past_evidence
from models.analysis.quality import history_quality, location_quality, one_place
from models.analysis.shifts import Shifts
from models.analysis.short_past import for_past, own_short
from models.analysis.surface import days_of, shift_shares
from models.records.base import Millis

#: Cases of a year below which the own past moves no weight that is held by `mixing.STRENGTH` cases.
LEAST_OWN = 40


@dataclass(frozen=True, eq=False)
class Past:
    """The cases of a family by `at`, on its ground. `days`: the horizon that weights are learnt for; `others`,
    `prior`, `short`: see `candidates.Question`. `chances`: what chance can do, by shift,
    and `clusters`: where cases lie close together, by the zone's outline, once somebody asked."""

    cases: Cases
    ground: Ground
    at: Millis
    days: int
    others: Cases | None
    shifts: Shifts
    prior: Floats | None
    short: Floats | None = None
    chances: dict[int | None, Chance] = field(default_factory=dict)
    clusters: dict[str, tuple[CaseCluster, ...]] = field(default_factory=dict)
    _densities: dict[int, Floats] = field(default_factory=dict)
    _quality: dict[tuple[tuple[str, int], ...], LocationQuality] = field(default_factory=dict)

    @cached_property
    def past(self) -> Cases:
        """What had happened by then."""
        return self.cases.take(slice(int(np.searchsorted(self.cases.start, self.at))))

    @cached_property
    def cells(self) -> NDArray[np.int64]:
        """The cell of each past case; -1: on none."""
        return self.ground.grid.cell_of(self.past.x, self.past.y)

    @cached_property
    def are_events(self) -> NDArray[np.bool_]:
        """Which past cases are events of their own: records of one agree in their shift too."""
        return are_events(self.past)

    @cached_property
    def mix(self) -> Floats:
        """The mixture's weights, learnt from the own past."""
        prior = own_weights(self.others) if self.prior is None else self.prior
        short = own_short(self.others) if self.prior is None and self.short is None else self.short
        if short is not None:
            prior = for_past(prior, short, self.days_back, len(self.past))
        if len(self.past.between(self.at - 365 * DAY_MS, self.at)) < LEAST_OWN:
            return prior
        return learn(past_evidence(self.past, self.ground, self.at, self.days, self.others), prior)

    @cached_property
    def shares(self) -> tuple[Floats, Floats]:
        """The zone's and the cells' shares of the shifts."""
        return shift_shares(self.past, self.ground, self.shifts)

    @cached_property
    def in_shifts(self) -> Floats:
        """How much of each past case fell into each shift."""
        return self.shifts.weights(self.past.start, self.past.end)

    @cached_property
    def days_back(self) -> float:
        """How many days of past there are, `LEAST_PAST` at least."""
        return days_of(self.past, self.at)

    @cached_property
    def on_one_place(self) -> bool:
        """Whether nearly all of it lies on one coordinate."""
        return one_place(self.past)

    @cached_property
    def history(self) -> HistoryQuality:
        """How much past there is."""
        return history_quality(self.past, self.at)

    def densities(self, days: int) -> Floats:
        """The mixture's components for a horizon."""
        if days not in self._densities:
            self._densities[days] = densities(self.past, self.ground, self.at, days, self.others)
        return self._densities[days]

    def location(self, said: Mapping[str, int]) -> LocationQuality:
        """How well places are known; `said`: see `quality.location_quality`."""
        key = tuple(sorted(said.items()))
        if key not in self._quality:
            self._quality[key] = location_quality(self.past, self.ground.grid.epsg, said)
        return self._quality[key]
