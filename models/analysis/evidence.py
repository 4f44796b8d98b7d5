"""What a hotspot rests on: counts, hours, days, repeats, piles, trend, stability and the cases themselves. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.analysis.candidates import Question
from models.analysis.contributions import contributions
from models.analysis.discoveries import discoveries
from models.analysis.hotspots import LISTED, Hotspot, Trend
from models.analysis.naming import Named
from models.analysis.near_repeats import chance_of_repeats
from models.analysis.outlines import Outline
from models.analysis.peaks import peak_days, peak_hours
from models.analysis.quality import pile_ups
from models.analysis.regress import intervals, weighed_days
from models.analysis.shifts import Shifts
from models.analysis.stability import stability
from models.analysis.trend import slice_days, trends

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAY_MS, YEAR_DAYS = 86_400_000, 365
#: Hours and days of the week are taken from so many days, so that they change with a place.
RHYTHM_DAYS = 3 * YEAR_DAYS
LEVEL = 0.05


@dataclass(frozen=True)
class Evidence:
    """All groups of a map together, for what is tested is tested on all of them.

    `groups`: cells of each; `rows`: the past cases in each, ascending in time; `inside`: how much of each past case
    is in the map's shift (1 for the whole day).

    What is held against chance is held by events (`events.are_events`): three victims of one robbery are no near
    repeat, and no day of the week or month with three times as many.
    """

    asked: Question
    method: str
    groups: Sequence[Ints]
    rows: list[Ints]
    inside: Floats
    settled: Floats
    stability: list[float]
    seed: int

    @classmethod
    def of(
        cls, asked: Question, method: str, groups: Sequence[Ints], settled: Floats, share: float, seed: int,
    ) -> Self:  # fmt: skip
        """Look at the groups. `settled`: see `regress.settled`."""
        grid, past = asked.ground.grid, asked.past
        owner = np.full(len(grid.area) + 1, -1)  # the last stands for "on no cell", index -1
        for number, cells in enumerate(groups):
            owner[cells] = number
        place = owner[asked.cells]
        shift = np.ones(len(past)) if asked.shift is None else asked.in_shifts[:, asked.shift]
        rows = [np.flatnonzero((place == number) & (shift > 0)) for number in range(len(groups))]
        again = stability(groups, asked, method, share, seed)
        return cls(asked, method, groups, rows, shift, settled, again, seed)

    def hotspot(self, number: int, name: Named, outline: Outline, chance: float) -> Hotspot:
        """The hotspot of one group: its shape and name are given, the rest is told."""
        asked, cells, rows = self.asked, self.groups[number], self.rows[number]
        past = asked.past
        year = self._since(rows, YEAR_DAYS)
        expected, count, low, high = (float(told[number]) for told in self._counts)
        hours, of_events = self._hours[number]
        counted = Counter(past.offence[year if len(year) else rows].tolist())
        offences = tuple(sorted(counted.items(), key=lambda row: (-row[1], row[0])))
        cases, others = self._cases[number]
        return Hotspot(
            id=name.id, name=name.name, side=name.side, number=name.number,
            cells=tuple(cells.tolist()), outline=outline.geojson, area_m2=outline.area_m2,
            lat=outline.lat, lon=outline.lon,
            expected=expected, expected_low=int(low), expected_high=int(high), past=int(count),
            peak_hours=peak_hours(of_events),
            peak_days=self._peak_days[number],
            hours=tuple((hours.sum(axis=0) / max(len(hours), 1)).tolist()),
            offences=offences, stability=self.stability[number], near_repeat=self.repeating[number],
            pile_up=pile_ups(past.x[rows], past.y[rows], asked.ground.grid.epsg),
            trend=self.trends[number],
            next_expected=expected, chance=chance,
            cases=cases, others=others,
        )  # fmt: skip

    @cached_property
    def _counts(self) -> tuple[Floats, Floats, Ints, Ints]:
        """Of each group: cases expected, those of the last year, and the interval's ends."""
        known, days = self.asked.known, self.asked.days
        part = days / weighed_days(known.days_back)
        expected = np.array([self.settled[cells].sum() for cells in self.groups]) * part
        count = np.rint([self.inside[self._since(rows, YEAR_DAYS)].sum() for rows in self.rows])
        return expected, count, *intervals(expected, count, days, known.days_back)

    @cached_property
    def _cases(self) -> list[tuple[tuple[tuple[str, float], ...], float]]:
        """Of each group the cases that gave most to it, with their shares, and that of the rest; to a millionth."""
        found = []
        for shares, _ in contributions(self.asked, self.method, self.groups):
            top = _greatest(shares, LISTED)
            told = np.round([*shares[top], max(0.0, 1.0 - shares[top].sum())], 6).tolist()
            found.append((tuple(zip(self.asked.past.ids[top].tolist(), told, strict=False)), told[-1]))
        return found

    @cached_property
    def repeating(self) -> list[bool]:
        """Which groups have near repeats in the last year, false discoveries held at one in twenty."""
        past = self.asked.past
        middle = (past.start + past.end) / 2.0
        everywhere = middle[self._since(np.flatnonzero(self.asked.known.are_events), YEAR_DAYS)]
        p = []
        for number, rows in enumerate(self._events):
            year = self._since(rows, YEAR_DAYS)
            year = year[np.argsort(middle[year], kind="stable")]
            p.append(
                chance_of_repeats(past.x[year], past.y[year], middle[year], everywhere, self.seed + 1000 + number)
            )
        return [bool(found) for found in discoveries(np.array(p), LEVEL)]

    @cached_property
    def trends(self) -> list[Trend]:
        """The class of each group."""
        past, at = self.asked.past, self.asked.at
        length, number = slice_days((at - int(past.start[0])) / DAY_MS) if len(past) else (0, 0)
        if not number:
            return ["too_few"] * len(self.groups)
        of = (
            number - 1 - (at - 1 - past.start) // (length * DAY_MS)
        )  # the slice of each case; below 0: before the first

        def sums(rows: Ints) -> list[int]:
            rows = rows[of[rows] >= 0]
            return [round(each) for each in np.bincount(of[rows], self.inside[rows], number).tolist()]

        whole = sums(np.flatnonzero(self.asked.known.are_events))
        counts = [sums(rows) for rows in self._events]
        grid = self.asked.ground.grid
        shares = [float(grid.area[cells].sum()) / grid.total_m2 for cells in self.groups]
        return trends(counts, whole, shares)

    @cached_property
    def _events(self) -> list[Ints]:
        """Of each group the rows that are events of their own."""
        events = self.asked.known.are_events
        return [rows[events[rows]] for rows in self.rows]

    @cached_property
    def _recent(self) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """The rows of `RHYTHM_DAYS` of all groups, one after the other, where each but the last ends, and which are
        events: the clock is asked once for all."""
        recent = [self._since(rows, RHYTHM_DAYS) for rows in self.rows]
        together = np.concatenate(recent)
        return together, np.cumsum([len(rows) for rows in recent])[:-1], self.asked.known.are_events[together]

    @cached_property
    def _hours(self) -> list[tuple[Floats, Floats]]:
        """Of each group the hours of its cases that have one, and of its events."""
        past, clock = self.asked.past, self.asked.shifts or Shifts()
        together, ends, events = self._recent
        hours = clock.by_hour(past.start[together], past.end[together])
        known = hours.sum(axis=1) > 0.5
        of_cases, of_events = (
            np.split(hours[some], np.concatenate([[0], np.cumsum(some)])[ends]) for some in (known, known & events)
        )
        return list(zip(of_cases, of_events, strict=True))

    @cached_property
    def _peak_days(self) -> list[tuple[int, ...]]:
        past, clock = self.asked.past, self.asked.shifts or Shifts()
        together, ends, events = self._recent
        own = together[events]
        days = clock.by_weekday(past.start[own], past.end[own])
        return peak_days(np.split(days, np.concatenate([[0], np.cumsum(events)])[ends]))

    def _since(self, rows: Ints, days: int) -> Ints:
        return rows[self.asked.past.start[rows] >= self.asked.at - days * DAY_MS]


def _greatest(shares: Floats, number: int) -> Ints:
    """Rows of the greatest shares above 0, in their order; of equal ones the last, so the newest cases."""
    some = np.flatnonzero(shares > 0)
    if len(some) > number:  # ordering a million to list a few takes longer than all else
        least = np.partition(shares[some], len(some) - number)[len(some) - number] - 1e-9
        some = some[shares[some] >= least]
    # To a billionth: what only the order of additions tells apart is equal.
    return some[np.lexsort((-some, -np.rint(shares[some] * 1e9)))][:number]
