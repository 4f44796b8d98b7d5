"""The units nearest to an alarm among 20,000: along the streets, from the newest picture, in the order to send them.

The bare limit is one query of a KD-tree over the same places, which knows no street, no age and no word of the unit.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import numpy as np
import orjson
from scipy.spatial import cKDTree

from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig
from dashboard.live.near import Limits, Nets, Rosters, near_units
from dashboard.live.views import UnitInfo
from models.picture import Picture, UnitNow
from models.records.alarm import AlarmNow
from models.records.position import Fix
from models.records.unit import UnitStatus
from models.streets.net import net_of
from models.streets.sphere import points
from models.track import EARTH_M

NAME = "nearest-units"
NOW = 1_790_000_000_000
LIMIT_MS = 20.0
UNITS = 20_000
#: Streets each way of the generated town, and metres between them: 400 km of streets.
SIDE, STEP_M = 46, 95.0
LAT, LON = 13.72, 100.53
M = 180.0 / math.pi / EARTH_M
EAST = M / math.cos(math.radians(LAT))
WORDS = (None, *(word.value for word in UnitStatus))


def town() -> list[tuple[str, str]]:
    """A grid with a tenth of its pieces missing, so that ways go round; the same every time."""
    chance = random.Random(4)

    def corner(i: int, j: int) -> list[float]:
        return [LON + i * STEP_M * EAST, LAT + j * STEP_M * M]

    pieces = [(i, j, i + 1, j) for i in range(SIDE - 1) for j in range(SIDE)]
    pieces += [(i, j, i, j + 1) for i in range(SIDE) for j in range(SIDE - 1)]
    return [
        ("residential", orjson.dumps({"type": "LineString", "coordinates": [corner(i, j), corner(k, m)]}).decode())
        for i, j, k, m in pieces
        if chance.random() < 0.9
    ]


def somewhere(chance: random.Random) -> tuple[float, float]:
    """A place in the town, degrees."""
    reach = (SIDE - 1) * STEP_M
    return LAT + chance.random() * reach * M, LON + chance.random() * reach * EAST


def picture(number: int) -> Picture:
    """Units all over the town: most with a fresh fix, each third busy."""
    chance = random.Random(5)
    units = {}
    for n in range(number):
        lat, lon = somewhere(chance)
        at = NOW - chance.choice((1_000, 5_000, 20_000, 90_000, 900_000))
        fix = Fix("lumphini", f"u{n:05}", at, lat, lon, 20.0, 90.0, 5.0, None, "native", 0, at)
        status = chance.choice((*WORDS, "available", "available", "available"))
        units["lumphini", f"u{n:05}"] = UnitNow("lumphini", f"u{n:05}", (fix,), at, status, at)
    return Picture(seq=1, units=MappingProxyType(units))


def alarm(place: tuple[float, float]) -> AlarmNow:
    """An open alarm at a place."""
    return AlarmNow(
        station="lumphini", id="a", origin_kind="box", origin="b", kind="sos", state="raised", version=1,
        raised_at=NOW, pressed_at=NOW, last_at=NOW, presses=1, marks="", place="", lat=place[0], lon=place[1],
        level=0, by="", assigned="", outcome="", changed_at=NOW,
    )  # fmt: skip


def turns(number: int, found: Picture) -> Iterator[tuple[float, float, int]]:
    """(ms of the answer, ms of the bare query, rows) for alarms at places of which nothing is kept."""
    names = {key: UnitInfo("car", key[1]) for key in found.units}
    nets, rosters = Nets(lambda _station: town()), Rosters()
    places = [unit.tail[-1] for unit in found.units.values()]
    tree: Any = cKDTree(points(np.array([fix.lat for fix in places]), np.array([fix.lon for fix in places])))
    chance = random.Random(6)
    for turn in range(number + 5):
        place = somewhere(chance)
        start = time.perf_counter()
        rows = near_units(found, names, alarm(place), None, nets, rosters, NOW, Limits())
        whole = (time.perf_counter() - start) * 1000
        here = points([place[0]], [place[1]])
        start = time.perf_counter()
        tree.query(here, k=20)
        bare = (time.perf_counter() - start) * 1000
        if turn >= 5:  # the first builds the net
            yield whole, bare, len(rows)


def measure(rig: Rig) -> Figure:
    """The figure."""
    number = rig.of(400, 20)
    taken = list(turns(number, picture(rig.of(UNITS, 2000))))
    whole, bare = [one for one, *_ in taken], [one for _, one, _ in taken]
    net = net_of(town())
    assert net is not None
    what = f"the 20 to send among {rig.of(UNITS, 2000):,} units, with way, time and age of fix"
    short = sum(rows < 20 for *_, rows in taken)
    lines = [
        Line(what, spread(whole), spread(bare), f"p95 <= {LIMIT_MS:.0f} ms", percentile(whole, 0.95) <= LIMIT_MS),
        Line("answers with fewer than 20 units", str(short), target="0", held=not short),
    ]
    how = (
        f"One process, the picture in memory, {len(taken)} alarms each at a place never asked for before (one run of "
        f"Dijkstra over {len(net.nodes):,} nodes, {net.lengths.sum() / 2000:.0f} km of streets, in each answer)."
    )
    samples: dict[str, object] = {"answer_ms": plain(whole), "bare_ms": plain(bare)}
    return Figure(NAME, "Nearest units", how, lines, samples)
