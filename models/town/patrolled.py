"""A town whose patrols go where the map says and find more cases there: does the map follow the patrols? Pure.

What people suffer (and report) has steady, known rates. What a patrol finds lies where the patrol is, whatever the
harm there: every square has as much of it, and who looks, finds (Lum and Isaac 2016; Ensign et al. 2018, "Runaway
feedback loops in predictive policing"). A map that takes found cases for harm is sent where it was sent before, and
the record of such a map praises it for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from models.analysis.candidates import CANDIDATES, Question
from models.analysis.cases import Cases, Columns, prepare
from models.analysis.components import DAY_MS, Ground
from models.analysis.families import FAMILIES
from models.analysis.flagging import flag
from models.analysis.grid import Grid
from models.records.base import Millis
from models.town.known_rates import EPSG, KnownTown, known_town

SHARE, DAYS = 0.05, 28

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Window:
    """One map and what came of it. `measured`: hit rate by the cases that the map's own rule counts; `true`: the
    expected share of the harm in its cells, by the true rates; `best`: that of the best map there could be; `same`:
    share of the cells that were flagged in the first map too."""

    measured: float
    true: float
    best: float
    same: float


def patrolled(
    seed: int, *, guard: bool, windows: int = 12, found: float = 1.0, method: str = "365_all3"
) -> list[Window]:
    """The windows of a town, patrolled by its own maps.

    `guard`: maps and record take only what was reported, as the product does. `found`: cases that patrols find in a
    window for each that is reported in the whole town.
    """
    town = known_town("short", seed, windows=windows)
    rng = np.random.default_rng([7, seed])
    ground = Ground.of(town.grid)
    known = _columns(town.cases, "victim")
    told: list[Window] = []
    first: frozenset[int] = frozenset()
    for at in town.origins:
        past = _prepared(known, town, at, guard)
        cells = flag(CANDIDATES[method](Question(past, ground, at, DAYS)), town.grid, SHARE)
        truth = town.expected(at, DAYS)
        first = first or frozenset(cells.tolist())
        known = _joined(known, _found(rng, cells, town.grid, at, found * float(truth.sum())))
        came = _prepared(known, town, at + DAYS * DAY_MS, guard).between(at, at + DAYS * DAY_MS)
        counts = ground.counts(came)
        told.append(
            Window(
                float(counts[cells].sum() / max(1.0, counts.sum())),
                float(truth[cells].sum() / truth.sum()),
                float(np.sort(truth)[::-1][: len(cells)].sum() / truth.sum()),
                len(first & set(cells.tolist())) / len(cells),
            )
        )
    return told


def _prepared(columns: Columns, town: KnownTown, now: Millis, guard: bool) -> Cases:
    cases, _ = prepare(columns, family=FAMILIES["robbery"], now=now, polygon=town.polygon, reported_only=guard)
    return cases


def _found(rng: np.random.Generator, cells: NDArray[np.int64], grid: Grid, at: Millis, number: float) -> Columns:
    """Cases that patrols find: anywhere in the cells they are sent to, at any time of the window."""
    count = int(rng.poisson(number))
    where = cells[rng.integers(0, len(cells), count)]
    x, y = grid.centres(where)
    half = grid.cell / 2
    start = np.sort(at + (rng.random(count) * DAYS * DAY_MS).astype(np.int64))
    words = np.full(count, "robbery", dtype=object)
    names = np.array([f"found/{at}-{index}" for index in range(count)], dtype=object)
    x, y = x + rng.uniform(-half, half, count), y + rng.uniform(-half, half, count)
    return _columns(Cases(x, y, start, start, np.ones(count, dtype=bool), words, names), "patrol")


def _columns(cases: Cases, found_by: str) -> Columns:
    """Cases as a station keeps them."""
    lon, lat = Transformer.from_crs(f"EPSG:{EPSG}", "EPSG:4326", always_xy=True).transform(cases.x, cases.y)
    number = len(cases)
    return Columns(
        np.asarray(lat), np.asarray(lon), cases.start, cases.end, cases.offence, np.full(number, 2, dtype=np.int64),
        np.full(number, found_by, dtype=object), cases.ids,
    )  # fmt: skip


def _joined(one: Columns, other: Columns) -> Columns:
    return Columns(*(np.concatenate([getattr(one, name), getattr(other, name)]) for name in Columns.__slots__))
