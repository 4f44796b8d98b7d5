"""Forecasts that were frozen, how each turned out, and their sums by period. Pure.

A forecast is frozen before its window begins and scored when that is over. Windows of one place that overlap see the
same cases: for the judgement (`standing.py`) only the first of them counts, then the next that begins after its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from models.records.base import Millis

DAY_MS = 86_400_000


class Rates:
    """The usual figures of hits among cases."""

    __slots__ = ()
    cases: float
    hits: float
    naive_hits: float
    best_hits: float
    area_share: float

    @property
    def hit(self) -> float | None:
        """Share of the cases inside the flagged cells; None without a case."""
        return self.hits / self.cases if self.cases else None

    @property
    def naive_hit(self) -> float | None:
        """The same for plain counting."""
        return self.naive_hits / self.cases if self.cases else None

    @property
    def pai(self) -> float | None:
        """Hit rate / share of the area flagged."""
        return None if self.hit is None or not self.area_share else self.hit / self.area_share

    @property
    def pei(self) -> float | None:
        """Hits / the most that as many cells could have had."""
        return self.hits / self.best_hits if self.best_hits else None


@dataclass(frozen=True, slots=True)
class Scored(Rates):
    """How a forecast turned out: see `models.records.hotspot.ForecastScoreRow`."""

    scored_at: Millis
    cases: float
    hits: float
    model_hits: float
    naive_hits: float
    best_hits: float
    area_share: float
    expected_cases: float
    expected_hits: float
    ceiling: float


@dataclass(frozen=True, slots=True)
class Told:
    """One forecast: what it was of, and how it turned out (`score` None: not known yet)."""

    station: str
    zone: str
    family: str
    days: int
    shift: str
    made_at: Millis
    until: Millis
    method: str
    hash: str
    score: Scored | None


@dataclass(frozen=True, slots=True)
class Tally:
    """The forecasts of one horizon that began within one length of it: `period` is that length's number since 1970.

    How many were frozen, scored, and counted (those whose windows do not overlap); of the counted the sums of what
    `Scored` says of each, `ceiling_hits` of the best hits that one who knew the true rates could expect.
    """

    period: int
    frozen: int = 0
    scored: int = 0
    counted: int = 0
    cases: float = 0.0
    hits: float = 0.0
    model_hits: float = 0.0
    naive_hits: float = 0.0
    best_hits: float = 0.0
    area_share: float = 0.0
    expected_cases: float = 0.0
    expected_hits: float = 0.0
    ceiling_hits: float = 0.0

    @classmethod
    def of(cls, period: int, score: Scored, *, counted: bool) -> Tally:
        """One forecast that was scored (how many were frozen is told when they are)."""
        if not counted:
            return cls(period, scored=1)
        sums = {name: getattr(score, name) for name in SUMS if name != "ceiling_hits"}
        return cls(period, scored=1, counted=1, ceiling_hits=score.ceiling * score.best_hits, **sums)

    def plus(self, other: Tally) -> Tally:
        """Two of one period."""
        return Tally(self.period, *(getattr(self, name) + getattr(other, name) for name in NUMBERS))


#: What a tally adds up: how many forecasts, and the sums of those that count.
NUMBERS = tuple(field.name for field in fields(Tally))[1:]
SUMS = NUMBERS[3:]


def period_of(made_at: Millis, days: int) -> int:
    """The period in which a forecast that looks `days` ahead begins."""
    return made_at // (days * DAY_MS)


def tallied(told: Iterable[Told], days: int) -> list[Tally]:
    """Of forecasts that look `days` ahead the tally of each period, the oldest first: by going through all of them.
    The store keeps the same sums (`store.forecast_tally`), for there are millions."""
    mine = [one for one in told if one.days == days]
    counted = {id(one) for one in apart(one for one in mine if one.score is not None)}
    sums: dict[int, Tally] = {}
    for one in mine:
        period = period_of(one.made_at, days)
        more = Tally(period, frozen=1)
        if one.score is not None:
            more = more.plus(Tally.of(period, one.score, counted=id(one) in counted))
        sums[period] = sums.get(period, Tally(period)).plus(more)
    return [sums[period] for period in sorted(sums)]


def apart(told: Iterable[Told]) -> list[Told]:
    """Those whose windows do not overlap: of each place, family, horizon and shift the first, then the next that
    begins after its end. By time."""
    ends: dict[tuple[str, str, str, int, str], Millis] = {}
    kept = []
    for one in sorted(told, key=lambda one: (one.made_at, one.station, one.zone, one.hash)):
        key = (one.station, one.zone, one.family, one.days, one.shift)
        if one.made_at >= ends.get(key, 0):
            ends[key] = one.until
            kept.append(one)
    return kept
