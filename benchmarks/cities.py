"""The real cities of the backtests: read once, as `manage.py backtest` reads them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

from models.analysis.backtest import CHOSEN, Backtest, Place, Plan, backtest, moments
from models.analysis.city import City, city_of
from models.analysis.families import Family
from models.analysis.gate import DEFAULT, Difference, difference
from models.analysis.scores import Outcome, Score, score
from models.analysis.shifts import Shifts
from models.formats.city_file import CityFile, offences_of, read_city_file
from tests.real_data import real

CITIES = ("chicago", "vancouver")
#: Sparse families that each city has, by a part of their categories' names.
SPARSE = (
    ("chicago", "robbery"),
    ("chicago", "burglary"),
    ("vancouver", "break and enter"),
    ("vancouver", "theft of vehicle"),
)
ZONES, SIDE_M = 20, 1500.0
NAIVE = "counts_365"
SHIFTS = Shifts((0, 8, 16), ZoneInfo("UTC"))


@dataclass(frozen=True)
class Run:
    """One backtest of a city and how long it took, s."""

    name: str
    made: Backtest
    seconds: float

    def at(self, method: str, share: float) -> list[Outcome]:
        """A method's outcomes at a share of the area."""
        return [each for each in self.made.outcomes[method] if each.share == share]

    def score(self, method: str, share: float) -> Score:
        """Its score."""
        return score(self.at(method, share))

    def gain(self, method: str, other: str, share: float) -> float:
        """Part of the other's hits that it has more."""
        return self.score(method, share).hit.value / self.score(other, share).hit.value - 1

    def against(self, share: float) -> Difference:
        """The chosen map's paired difference to the simple rule."""
        return difference(self.at(CHOSEN, share), self.at(DEFAULT, share))

    def samples(self) -> dict[str, object]:
        """Hits of every method at every share, origin by origin, and the cases that came."""
        shares = self.made.plan.shares

        def sums(method: str, share: float, what: str) -> list[float]:
            found = self.at(method, share)
            return [round(sum(getattr(o, what) for o in found if o.at == at), 3) for at in self.made.origins]

        hits = {m: {f"{s:.0%}": sums(m, s, "hits") for s in shares} for m in self.made.outcomes}
        return {"origins": list(self.made.origins), "cases": sums(NAIVE, shares[0], "cases"), "hits": hits}


@cache
def city_file(name: str) -> CityFile:
    """The columns of a city's file."""
    return read_city_file(f"{name}.parquet", real(f"crime/{name}.parquet").read_bytes())


def city(name: str, family: str = "") -> City:
    """A city's cases of a family, or all."""
    columns = city_file(name).columns
    chosen = Family(family, family, family, offences_of(columns, family)) if family else None
    found = city_of(columns, chosen, 2**62)
    if found is None:
        raise ValueError(f"{name}: no case with a place")
    return found


def runs(plan: Plan, zones: int) -> Iterator[Run]:
    """The sparse families in the busiest zones of each city."""
    for name, family in SPARSE:
        found = city(name, family)
        _, origins = moments(int(found.cases.start[0]), plan, found.until)
        places = found.busiest(zones, SIDE_M, 100.0, origins[0])
        yield run(f"{name}, {family}", places, plan, found.until)


def run(name: str, places: list[Place], plan: Plan, until: int) -> Run:
    """One backtest, timed."""
    start = time.perf_counter()
    made = backtest(places, plan, until)
    return Run(name, made, time.perf_counter() - start)
