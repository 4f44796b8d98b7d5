"""Maps of towns whose rates are known, made once for all tests of a process."""

from __future__ import annotations

from functools import cache

from models.analysis.build import Setting, build_map
from models.analysis.candidates import Question
from models.analysis.cases import LeftOut
from models.analysis.components import Ground
from models.analysis.hotspots import HotspotMap, Record
from models.town.known_rates import Kind, KnownTown, known_town

RECORD = Record(12, 600, 0.31, 0.27, 0.35, 6.2, 0.28, as_good=False, enough=True, pooled=False)


@cache
def town(kind: Kind, seed: int = 1) -> KnownTown:
    """The town of a seed."""
    return known_town(kind, seed)


def question(kind: Kind, origin: int = 0, seed: int = 1) -> Question:
    """Where will the cases of the 28 days after an origin be?"""
    made = town(kind, seed)
    return Question(made.cases, Ground.of(made.grid), made.origins[origin], 28)


@cache
def map_of(kind: Kind, origin: int = 0, method: str = "365_all3", seed: int = 1) -> HotspotMap:
    """The map of an origin, without a last one, its method measured."""
    setting = Setting("robbery", town(kind, seed).polygon, LeftOut(), "station/zone", record=RECORD)
    return build_map(question(kind, origin, seed), method, setting)
