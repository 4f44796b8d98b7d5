"""A station's task: what all its maps are made from, and a map as it is kept. Values that go to a process or another
machine and come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.analysis.cases import Columns
from models.analysis.components import Floats
from models.analysis.gate import DEFAULT
from models.analysis.hotspots import Record
from models.analysis.naming import Known
from models.analysis.shifts import Shifts
from models.records.base import Millis

#: Days ahead that maps are made for, the usual one first.
HORIZONS = (28, 14, 7)

#: Maps of the whole day, and those of each shift: each are drawn by a rule of their own, with its own record.
DAY, BY_SHIFT = "", "each"

#: What plain counting is.
COUNTING = "counts_365"


@dataclass(frozen=True, slots=True)
class Place:
    """A zone in force: code (empty: the station's ground), version of its outline, GeoJSON (lon, lat)."""

    code: str
    version: int
    polygon: str


@dataclass(frozen=True, slots=True)
class Key:
    """What a map is of. `shift`: two-digit hour it begins at, empty for the whole day."""

    zone: str
    family: str
    days: int
    shift: str


@dataclass(frozen=True, slots=True)
class Rule:
    """How maps of a family and horizon are drawn, of the day or by shift. `method`: what is shown. `model`: what the
    gate chose; another than `method` when the forward record says that counting does as well. `record` None: no
    backtest, drawn grey."""

    method: str = DEFAULT
    model: str = DEFAULT
    record: Record | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A station and what its maps are made from. `quality`: `place_quality` of each case of `columns`.

    `rules`: by family, horizon and `DAY` or `BY_SHIFT`; what is not there is drawn by `Rule()`. `weights`: of the
    mixture, by family, pooled over stations: the station's own are held to them (`short`: while
    its past is short). `last`: bodies of the newest maps with a hotspot, for ids and names that stay.
    """

    station: str
    at: Millis
    columns: Columns
    quality: NDArray[np.object_]
    places: tuple[Place, ...]
    known: tuple[Known, ...] = ()
    shifts: Shifts = field(default_factory=Shifts)
    rules: Mapping[tuple[str, int, str], Rule] = field(default_factory=dict)
    weights: Mapping[str, Floats] = field(default_factory=dict)
    short: Mapping[str, Floats] = field(default_factory=dict)
    last: Mapping[Key, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """A map as it is kept. `frozen`: text of its forecast; None when it flags nothing for anybody to go to."""

    key: Key
    place: Place
    method: str
    parameters: str
    body: str
    frozen: str | None


def shift_key(shifts: Shifts, shift: int | None) -> str:
    """A shift as maps are kept by it."""
    return "" if shift is None else f"{shifts.starts[shift]:02d}"


def shift_of(task_shifts: Sequence[int], key: str) -> int | None:
    """The shift of a key among shifts that begin at these hours; None for the whole day, or when it is gone."""
    starts = [f"{start:02d}" for start in task_shifts]
    return starts.index(key) if key in starts else None
