"""A hotspot map out of the past: flagged cells, grouped, held against chance, with their evidence. Pure.

`hotspots.py` says what stands in a map. Nothing is claimed that chance does as well (`chance.py`), and nothing is
said of cases too few to say it: a plain verdict and its reason take the place of hotspots.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.analysis.backtest import LEAST_DAYS
from models.analysis.candidates import Question
from models.analysis.cases import LeftOut
from models.analysis.chance import ALPHA, Chance
from models.analysis.clusters_seen import clusters_seen
from models.analysis.events import reached
from models.analysis.evidence import Evidence
from models.analysis.flagging import flag
from models.analysis.grid import flat
from models.analysis.hotspots import Hotspot, HotspotMap, Record, Verdict, Why
from models.analysis.naming import Known, name_all
from models.analysis.outlines import group, outlines
from models.analysis.regress import settled, weighed_days
from models.analysis.shifts import Shifts
from models.analysis.surface import level
from models.analysis.turns import follow

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Fewer cases say nothing of where the next will be.
FEWEST_CASES = 5
#: A zone of fewer cells has no place that stands out from the rest.
FEWEST_CELLS = 4
SHARE = 0.05
DAY_MS, YEAR_DAYS = 86_400_000, 365


@dataclass(frozen=True, slots=True)
class Setting:
    """What a map is of, beside the cases. `polygon`: the zone, GeoJSON (lon, lat). `label`: of its ids, for instance
    `station/zone`. `said`: cases of the map by `place_quality`. `last`: the newest map that had hotspots, for ids and
    names. `places`: streets and landmarks that can give a name. `record` None: nobody has measured the method.
    `unnamed`: names that may mean an offence of the family.
    """

    family: str
    polygon: str
    left_out: LeftOut
    label: str = ""
    share: float = SHARE
    record: Record | None = None
    said: Mapping[str, int] = field(default_factory=dict)
    places: Sequence[Known] = ()
    last: HotspotMap | None = None
    unnamed: tuple[tuple[str, int], ...] = ()


def build_map(asked: Question, method: str, setting: Setting) -> HotspotMap:
    """The map of a question (cases, ground, time, horizon, shift) drawn by a method of `CANDIDATES`.

    Deterministic: the same question and setting give the same map.

    Raises:
        KeyError: a method nobody knows.
        ValueError: the zone is no polygon.
    """
    grid = asked.ground.grid
    expected = asked.expected(method)
    last = setting.last
    same = last is not None and last.grid == _frame(asked) and last.cell_m == grid.cell
    flagged = flag(expected, grid, setting.share, last.flagged if last is not None and same else ())
    counts = _windows(asked)
    groups = group(flagged, grid)
    fallen = _fallen(asked, groups, counts)
    verdict, why = _too_few(asked, int(sum(count.sum() for count in counts)))
    hotspots: tuple[Hotspot, ...] = ()
    if verdict is None:
        hotspots = _hotspots(asked, method, setting, groups, counts, fallen)
        verdict, why = believed(setting.record, asked.known.days_back)
        if not hotspots:
            verdict, why = "no_hotspot", "chance"
    return HotspotMap(
        family=setting.family,
        days=asked.days,
        shift=None if asked.shift is None else (asked.shifts or Shifts()).name(asked.shift),
        made_at=asked.at,
        epsg=grid.epsg,
        cell_m=grid.cell,
        grid=_frame(asked),
        method=method,
        verdict=verdict,
        why=why,
        flagged=tuple(int(cell) for cell in flagged),
        expected_total=float(expected.sum()),
        expected_flagged=_held(asked, flagged, fallen, float(expected.sum())),
        area_m2=grid.total_m2,
        area_flagged_m2=float(grid.area[flagged].sum()),
        share=setting.share,
        cases=len(asked.past),
        hotspots=hotspots,
        left_out=setting.left_out,
        location_quality=asked.known.location(setting.said),
        history_quality=asked.known.history,
        record=setting.record,
        clusters=clusters_seen(asked, setting.polygon) if asked.shift is None else (),
        unnamed=setting.unnamed,
    )


def believed(record: Record | None, days_back: float) -> tuple[Verdict, Why]:
    """How a map that marks hotspots is drawn: grey without a measurement of its method, and out of fewer days of past
    than any map that was measured."""
    if record is None:
        return "grey", "no_backtest"
    return ("shown", "measured") if days_back >= LEAST_DAYS else ("grey", "short_past")


def _held(asked: Question, flagged: Ints, fallen: Floats, total: float) -> float:
    """Cases to be expected in the flagged cells: as of the hotspots, what such counts fall back to, for the surface
    says too much of places that were picked by it; not more than in the whole zone."""
    part = asked.days / weighed_days(asked.known.days_back)
    return min(total, float(fallen[flagged].sum()) * part)


def _frame(asked: Question) -> tuple[float, float, int, int]:
    grid = asked.ground.grid
    return grid.x0, grid.y0, grid.columns, grid.rows


def _too_few(asked: Question, counted: int) -> tuple[Verdict | None, Why]:
    """A verdict when there is too little to look at, None otherwise."""
    if not counted:
        return "too_few", "no_cases"
    if counted < FEWEST_CASES:
        return "too_few", "few_cases"
    if not level(asked.past, asked.at):  # a year of nothing: nothing is expected of any cell
        return "too_few", "no_recent"
    if len(asked.ground.inside) < FEWEST_CELLS:
        return "too_few", "small_zone"
    if asked.known.on_one_place:
        return "too_few", "one_place"
    return None, "chance"


def _fallen(asked: Question, groups: Sequence[Ints], counts: Sequence[Ints]) -> Floats:
    """What the cells' counts fall back to, places that turned told as they are now, and the zone at its pace of now
    as every method's total is (`surface.level`); in the units of `settled`."""
    grid, known = asked.ground.grid, asked.known
    days = weighed_days(known.days_back)
    ages = (asked.at - asked.past.start) / DAY_MS
    # Whether a place turned its events say: ten victims of one robbery are no new spot.
    events = known.are_events if asked.shift is None else known.are_events & _mostly(asked)
    size = len(ages) / max(1, int(known.are_events.sum())) or 1.0  # cases of an event
    usual = (float((ages <= YEAR_DAYS).sum()) + len(ages) / 3) / days
    pace = level(asked.past, asked.at) / usual if usual else 1.0
    steady = settled(counts[0], counts[1], grid) / (days * size)
    shape = grid.rows, grid.columns
    now = follow(groups, asked.cells[events], ages[events], steady, known.days_back, shape, pace)
    return days * size * now


def _mostly(asked: Question) -> NDArray[np.bool_]:
    """Which past cases lie in the shift for the greater part."""
    return np.asarray(asked.in_shifts[:, asked.shift] >= 0.5)


def _windows(asked: Question) -> list[Ints]:
    """Cases of each cell in the last year, and before it; of a shift, those that lie in it for the greater part."""
    mostly = None if asked.shift is None else _mostly(asked).astype(np.float64)
    year = int(np.searchsorted(asked.past.start, asked.at - YEAR_DAYS * DAY_MS))
    rows = (slice(year, None), slice(year))
    return [asked.on_cells(part, None if mostly is None else mostly[part]).astype(np.int64) for part in rows]


def _chance(asked: Question, setting: Setting, counts: Sequence[Ints]) -> Chance:
    """What chance can do with the events of the same windows: one for every method and horizon."""
    chances = asked.known.chances
    if asked.shift not in chances:
        mostly = True if asked.shift is None else _mostly(asked)
        past, grid = asked.past, asked.ground.grid
        events = np.flatnonzero(asked.known.are_events & mostly)
        cells, begun = asked.cells[events], past.start[events] >= asked.at - YEAR_DAYS * DAY_MS
        windows = ((cells >= 0) & begun, (cells >= 0) & ~begun)
        thrown = [np.bincount(cells[rows], minlength=len(grid.area)) for rows in windows]
        # Of the cases too: were all maps thrown alike, one lucky throw would speak for all of them.
        seed = zlib.crc32(np.stack(counts).tobytes(), _seed(asked, setting, asked.known.days))
        chances[asked.shift] = Chance(
            thrown, grid, setting.share, seed, reached(past.x[events], past.y[events], grid)
        )
    return chances[asked.shift]


def _seed(asked: Question, setting: Setting, days: int) -> int:
    return zlib.crc32(f"{setting.label}/{setting.family}/{days}/{asked.shift}".encode())


def _hotspots(
    asked: Question, method: str, setting: Setting, groups: list[Ints], counts: Sequence[Ints], fallen: Floats
) -> tuple[Hotspot, ...]:
    grid = asked.ground.grid
    groups = sorted(groups, key=lambda cells: (-float(fallen[cells].sum()), int(cells[0])))
    chance = _chance(asked, setting, counts).of(groups)
    claimed = [number for number in range(len(groups)) if chance[number] <= ALPHA]
    if not claimed:
        return ()
    groups = [groups[number] for number in claimed]
    shapes = outlines(groups, grid, setting.polygon)
    names = name_all(
        [each.shape for each in shapes], flat(setting.polygon)[0], grid.epsg,
        () if setting.last is None else setting.last.hotspots, setting.places, f"{setting.label}/{setting.family}",
    )  # fmt: skip
    seed = zlib.crc32(np.stack(counts).tobytes(), _seed(asked, setting, asked.days))
    evidence = Evidence.of(asked, method, groups, fallen, setting.share, seed)
    rows = zip(names, shapes, chance[claimed], strict=True)
    return tuple(evidence.hotspot(number, name, shape, float(p)) for number, (name, shape, p) in enumerate(rows))
