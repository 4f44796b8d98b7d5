"""What all stations teach of the mixture: its weights, pooled, as they were known at each past moment. Pure.

Stations are looked at in batches, a batch being one task; what they say is put together afterwards, so that what is
too little in one batch is not lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from models.analysis.backtest import Place as Tested
from models.analysis.components import DAY_MS, Floats
from models.analysis.families import FAMILIES
from models.analysis.mixing import DEFAULT, Evidence, faded, pooled, windows_before, windows_of
from models.analysis.prepared import Prepared, families_of, prepared
from models.analysis.short_past import SHORT, short_evidence
from models.analysis.task import HORIZONS, Task
from models.records.base import Millis

#: Windows that are looked back at.
ORIGINS = 13

#: Rows of evidence that are kept of one window of a zone: more of a few hundred stations fill memory and teach
#: nothing new.
MOST_ROWS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What a batch says of the mixture: cases of each family, of each family (windows ago, evidence), and evidence of
    pasts cut short."""

    cases: Mapping[str, int]
    evidence: Mapping[str, list[tuple[int, Evidence]]]
    short: Mapping[str, list[Evidence]]


def gathered(tasks: Sequence[Task]) -> Gathered:
    """Look at the past of some stations. They must share `at`, the end of the last window.

    Raises:
        ValueError: a zone is no polygon.
    """
    zones = zones_of(tasks)
    cases: dict[str, int] = {}
    evidence: dict[str, list[tuple[int, Evidence]]] = {}
    short: dict[str, list[Evidence]] = {}
    for code in FAMILIES:
        places = [tested(zone, code) for zone in zones]
        cases[code] = sum(len(place.cases) for place in places)
        evidence[code] = [
            (ago, _thinned(told))
            for place in places
            for ago, told in windows_before(
                place.cases, place.ground, tasks[0].at, HORIZONS[0], ORIGINS + windows_of(HORIZONS[0]), place.others
            )
        ]
        short[code] = [
            _thinned(told)
            for place in places
            for told in short_evidence(place.cases, place.ground, tasks[0].at, HORIZONS[0], place.others)
        ]
    return Gathered(cases, evidence, short)


def zones_of(tasks: Sequence[Task]) -> list[Prepared]:
    """The zones of some stations.

    Raises:
        ValueError: a zone is no polygon.
    """
    return [prepared(task, place) for task in tasks for place in task.places]


def tested(zone: Prepared, code: str) -> Tested:
    """A family's cases of a zone, as a backtest takes them."""
    [family] = families_of(zone, (code,))
    return Tested(family.cases, zone.ground, family.others)


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """All batches together. `weights`: of each family, as known now and 1, 2 ... `ORIGINS` windows before; `short`:
    for a short past, as known now."""

    cases: Mapping[str, int]
    weights: Mapping[str, tuple[Floats, ...]]
    short: Mapping[str, Floats]

    def at(self, code: str, now: Millis) -> Callable[[Millis], Floats]:
        """The weights of a family as they were known at a moment before `now`."""

        def known(moment: Millis) -> Floats:
            ago = -(-(now - moment) // (HORIZONS[0] * DAY_MS))
            return self.weights[code][ago] if ago <= ORIGINS else DEFAULT

        return known


def weighed(found: Sequence[Gathered]) -> Weighed:
    """Pool what batches say."""
    cases = {code: sum(one.cases[code] for one in found) for code in FAMILIES}
    weights = {}
    for code in FAMILIES:
        told = [each for one in found for each in one.evidence[code]]
        weights[code] = tuple(_known(told, before) for before in range(ORIGINS + 1))
    short = {code: pooled([each for one in found for each in one.short[code]], SHORT) for code in FAMILIES}
    return Weighed(cases, weights, short)


def _known(told: Sequence[tuple[int, Evidence]], before: int) -> Floats:
    """Of the year of windows that had ended so many windows ago."""
    last = before + windows_of(HORIZONS[0])
    return pooled([faded(each, ago - before) for ago, each in told if before < ago <= last])


def _thinned(each: Evidence) -> Evidence:
    step = -(-len(each.rows) // MOST_ROWS) or 1
    return Evidence(each.rows[::step], each.weight * step)
