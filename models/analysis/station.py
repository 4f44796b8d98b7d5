"""Every map of one station, made from its cases in one go, each with the forecast that is frozen of it. Pure.

One station is one task: it goes to a process or another machine as values and comes back as text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import orjson
from numpy.typing import NDArray

from models.analysis.area import lived_in
from models.analysis.build import SHARE, Setting, build_map
from models.analysis.candidates import Question
from models.analysis.cases import Cases, Columns, LeftOut, prepare_each
from models.analysis.components import Floats, Ground
from models.analysis.families import FAMILIES
from models.analysis.flagging import flag
from models.analysis.forecast import Frozen, noise_ceiling
from models.analysis.gate import DEFAULT
from models.analysis.grid import Grid, flat
from models.analysis.hotspots import HotspotMap, Record
from models.analysis.naming import Known
from models.analysis.quality import cell_for, location_quality
from models.analysis.regress import intervals
from models.analysis.shifts import Shifts
from models.analysis.written import from_json, to_json
from models.records.base import Millis

#: Days ahead that maps are made for, the usual one first.
HORIZONS = (28, 14, 7)

#: More cells than this no map shows and no patrol holds: they grow instead.
MOST_CELLS = 40_000

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
    mixture, by family, pooled over stations: the station's own are held to them. `last`: bodies of the newest maps
    with a hotspot, for ids and names that stay.
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


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """The cases of one family in one zone. `others`: of the other families, for a rare one; `said`: how many of the
    cases by what the record calls the quality of their place."""

    code: str
    cases: Cases
    others: Cases
    left_out: LeftOut
    said: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A zone ready to be asked. `families`: the cases of each, and what was left out."""

    task: Task
    place: Place
    everything: Cases
    families: Mapping[str, tuple[Cases, LeftOut]]
    said_of: Mapping[str, str]
    ground: Ground


def prepared(task: Task, place: Place) -> Prepared:
    """The cells of a zone: as large as its places are known well, and not more of them than a map can show.

    Raises:
        ValueError: the zone is no polygon.
    """
    (everything, _), *found = prepare_each(
        task.columns, [None, *FAMILIES.values()], now=task.at, polygon=place.polygon
    )  # fmt: skip
    said_of = dict(zip(task.columns.ids.tolist(), task.quality.tolist(), strict=True))
    outline, epsg = flat(place.polygon)
    cell = cell_for(location_quality(everything, epsg, _said(everything, said_of)), float(outline.area))
    while float(outline.area) > MOST_CELLS * cell * cell:
        cell *= 2
    grid = Grid.of(place.polygon, cell)
    if not place.code:  # no zone was drawn: a box round the cases
        grid = lived_in(grid, everything.x, everything.y)
    families = dict(zip(FAMILIES, found, strict=True))
    return Prepared(task, place, everything, families, said_of, Ground.of(grid))


def families_of(zone: Prepared, codes: Iterable[str] = tuple(FAMILIES)) -> Iterator[Family]:
    """The cases of some families in a zone."""
    for code in codes:
        family = FAMILIES[code]
        cases, left_out = zone.families[code]
        others = zone.everything.take(~np.isin(zone.everything.offence, family.offences))
        yield Family(code, cases, others, left_out, _said(cases, zone.said_of))


def refit(task: Task) -> list[Made]:
    """The maps of a station: of each zone, family and horizon, and of each shift where there are cases enough.

    Deterministic: the same task gives the same text.

    Raises:
        ValueError: a zone is no polygon.
    """
    return [made for place in task.places for made in _of_place(prepared(task, place))]


def _of_place(zone: Prepared) -> Iterator[Made]:
    task = zone.task
    for family in families_of(zone):
        asked = Question(
            family.cases, zone.ground, task.at, HORIZONS[0], family.others, shifts=task.shifts,
            prior=task.weights.get(family.code),
        )  # fmt: skip
        found = yield from _horizons(task, zone.place, family, asked)
        if found.verdict != "too_few":
            for shift in range(len(task.shifts)):
                yield from _horizons(task, zone.place, family, asked.of_shift(shift))


def _said(cases: Cases, said_of: Mapping[str, str]) -> Counter[str]:
    return Counter(said_of[name] for name in cases.ids.tolist())


def shift_key(shifts: Shifts, shift: int | None) -> str:
    """A shift as maps are kept by it."""
    return "" if shift is None else f"{shifts.starts[shift]:02d}"


def _horizons(task: Task, place: Place, family: Family, asked: Question) -> Generator[Made, None, HotspotMap]:
    """The maps of every horizon; returns that of the usual one.

    Days ahead change how many cases are expected, hardly where: a horizon drawn by the same methods as a longer one
    has its map, told for other days.
    """
    which = DAY if asked.shift is None else BY_SHIFT
    drawn: dict[tuple[str, str], tuple[HotspotMap, Frozen | None]] = {}
    for days in HORIZONS:
        rule = task.rules.get((family.code, days, which), Rule())
        alike = (rule.method, rule.model)
        if alike not in drawn:
            mine = asked.for_days(days)
            made = _drawn(task, place, family, mine, rule)
            drawn[alike] = made, _freeze(mine, made, rule, place.polygon)
        first, frozen = drawn[alike]
        found = first if first.days == days else for_days(first, days, rule.record, asked.known.days_back)
        kept = frozen if frozen is None or first.days == days else frozen.for_days(days / first.days)
        yield _made(task, place, asked, rule, found, kept)
        if days == asked.days:
            usual = found
    return usual


def _drawn(task: Task, place: Place, family: Family, asked: Question, rule: Rule) -> HotspotMap:
    key = Key(place.code, family.code, asked.days, shift_key(task.shifts, asked.shift))
    before = task.last.get(key)
    setting = Setting(
        family=family.code, polygon=place.polygon, left_out=family.left_out,
        label=f"{task.station}/{place.code}", record=rule.record, said=family.said, places=task.known,
        last=None if before is None else from_json(before),
    )  # fmt: skip
    return build_map(asked, rule.method, setting)


def for_days(found: HotspotMap, days: int, record: Record | None, days_back: float) -> HotspotMap:
    """A map told for another horizon: the same places, the cases expected in proportion. `days_back`: of past."""
    part = days / found.days
    told = np.array([(spot.expected * part, spot.past) for spot in found.hotspots])
    expected, past = told.reshape(-1, 2).T
    lows, highs = intervals(expected, past, days, days_back)
    rows = zip(found.hotspots, expected.tolist(), lows.tolist(), highs.tolist(), strict=True)
    spots = [
        replace(spot, expected=mean, expected_low=low, expected_high=high, next_expected=mean)
        for spot, mean, low, high in rows
    ]
    verdict, why = found.verdict, found.why
    if verdict in ("shown", "grey"):
        verdict, why = ("shown", "measured") if record else ("grey", "no_backtest")
    return replace(
        found, days=days, verdict=verdict, why=why, record=record, hotspots=tuple(spots),
        expected_total=found.expected_total * part, expected_flagged=found.expected_flagged * part,
    )  # fmt: skip


def _made(task: Task, place: Place, asked: Question, rule: Rule, found: HotspotMap, frozen: Frozen | None) -> Made:
    key = Key(place.code, found.family, found.days, shift_key(task.shifts, asked.shift))
    text = None if frozen is None else frozen.text()
    return Made(key, place, found.method, _parameters(task, asked, rule, found.method), to_json(found), text)


def _parameters(task: Task, asked: Question, rule: Rule, drawn: str) -> str:
    said = {
        "share": SHARE, "cell_m": asked.ground.grid.cell, "shifts": list(task.shifts.starts),
        "zone": str(task.shifts.zone), "model": rule.model,
        "weights": [round(float(weight), 6) for weight in asked.mix] if drawn.startswith("mixture") else None,
    }  # fmt: skip
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()


def _freeze(asked: Question, found: HotspotMap, rule: Rule, polygon: str) -> Frozen | None:
    """What is frozen of a map; None when it flags nothing for anybody to go to."""
    if found.verdict not in ("shown", "grey"):
        return None

    def cells(name: str) -> tuple[int, ...]:
        if name == found.method:
            return found.flagged
        return tuple(int(cell) for cell in flag(asked.expected(name), asked.ground.grid, found.share))

    return Frozen(
        found.epsg, found.cell_m, found.grid, polygon, found.flagged, cells(rule.model),
        cells(COUNTING), found.area_flagged_m2 / found.area_m2, found.expected_total, found.expected_flagged,
        noise_ceiling(asked.expected(found.method), np.array(found.flagged, dtype=np.int64)),
    )  # fmt: skip


def shift_of(task_shifts: Sequence[int], key: str) -> int | None:
    """The shift of a key among shifts that begin at these hours; None for the whole day, or when it is gone."""
    starts = [f"{start:02d}" for start in task_shifts]
    return starts.index(key) if key in starts else None
