"""What a hotspot map says: plain values, made by `build.build_map`, kept and sent by `written.py`. Pure.

A page may import this file: nothing here fits anything. Words are keys of `words.csv`, never text; the one text is
the name of a street or landmark that a station registered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.analysis.left_out import LeftOut
from models.records.base import Millis

#: shown: claimed, and its method has a backtest. grey: claimed, but nobody has measured how often such a map is
#: right. too_few: not enough cases, places or cells to say anything. no_hotspot: no more than chance.
Verdict = Literal["shown", "grey", "too_few", "no_hotspot"]

#: `HotspotMap.why`: the word `hotspots.why.<this>`. The first stands with `shown`, the last with `no_hotspot`.
Why = Literal[
    "measured", "no_backtest", "short_past", "no_cases", "few_cases", "no_recent", "one_place", "small_zone",
    "chance",
]  # fmt: skip

#: Emerging hot spot analysis; "none": enough slices, and no slice or no pattern that chance does not make as well;
#: "too_few": fewer than ten slices or too few cases to tell.
Trend = Literal[
    "new", "consecutive", "intensifying", "persistent", "diminishing", "sporadic", "oscillating", "historical",
    "none", "too_few",
]  # fmt: skip

#: Where in the zone, seen from its middle; with `Hotspot.number` the name when no street or landmark is near.
Side = Literal["middle", "n", "ne", "e", "se", "s", "sw", "w", "nw"]


@dataclass(frozen=True, slots=True)
class PileUp:
    """Cases on one coordinate: a police station, a district's centre or one address rather than where they happened.

    `share` of the hotspot's cases (0..1).
    """

    lat: float
    lon: float
    cases: int
    share: float


@dataclass(frozen=True, slots=True)
class Hotspot:
    """One place of a map. Hotspots stand in the order of `expected`, greatest first.

    `id` and the name stay from run to run. `name` is a street or landmark, empty when none is near; then it is called
    by `side` and `number`. `number` is above 1 also when two hotspots have one name.
    `cells` are indices of the map's grid, `outline` GeoJSON (lon, lat), `lat, lon` the point in it farthest from its
    rim. `expected` cases in the horizon when its past count falls back to the mean as such counts do,
    `expected_low..expected_high` hold the count of nine horizons in ten. `past`: cases of the last 365 days.
    `hours`: share of the cases in each hour, together 1 (all 0:
    no hour is known). `peak_hours`: first hour and the hour it ends before (22, 2), None: no hour beats chance.
    `peak_days`: 0 = Monday; empty: no day beats chance. `stability`: share of resamples in which its cells are
    flagged. `chance`: how often a map of as many cases without any hotspot shows one as strong (0..1).
    `next_expected`: the same as `expected` (in maps of format 1 the year's count alone, fallen back); stands beside
    `trend`. `cases`: id and share of the hotspot's expectation, greatest first, at most `LISTED`; `others` is what
    the rest gave together (0..1).
    """

    id: str
    name: str
    side: Side
    number: int
    cells: tuple[int, ...]
    outline: str
    area_m2: float
    lat: float
    lon: float
    expected: float
    expected_low: int
    expected_high: int
    past: int
    peak_hours: tuple[int, int] | None
    peak_days: tuple[int, ...]
    hours: tuple[float, ...]
    offences: tuple[tuple[str, int], ...]
    stability: float
    near_repeat: bool
    pile_up: tuple[PileUp, ...]
    trend: Trend
    next_expected: float
    chance: float
    cases: tuple[tuple[str, float], ...]
    others: float


#: Cases named in `Hotspot.cases`.
LISTED = 100


@dataclass(frozen=True, slots=True)
class LocationQuality:
    """How well places are known, for the meter. Shares are 0..1 of the cases that were placed.

    `exact`, `street`, `area`: by the word of the record (`unsaid`: no word). `piled`: on coordinates that five cases
    and one in twenty of all share. `coarse`: on coordinates of three decimals of a degree (111 m) or fewer.
    """

    placed: int
    exact: float
    street: float
    area: float
    unsaid: float
    piled: float
    coarse: float
    verdict: Literal["good", "fair", "poor", "none"]


@dataclass(frozen=True, slots=True)
class HistoryQuality:
    """How much past there is: days in which its cases lie (to the map, by all but the earliest twentieth, so that one
    old case is no long past), cases, cases a month (30.44 days) of that time.

    More past is worth more than any method: under a year, or cases in fewer than four quarters, is fair; under 120
    days, or cases in one quarter only, poor; `judgeable`: 50 cases a month
    or more, so that a record of few windows can be judged at all.
    """

    days: float
    cases: int
    per_month: float
    judgeable: bool
    verdict: Literal["good", "fair", "poor", "none"]


@dataclass(frozen=True, slots=True)
class CaseCluster:
    """Where cases of the last year lie close together: outline (GeoJSON, degrees), how many, area. No forecast."""

    outline: str
    cases: int
    area_m2: float


@dataclass(frozen=True, slots=True)
class Record:
    """What a backtest of the map's method measured at the map's share of area.

    `hit`: share of the cases of the windows inside the flagged cells, with its 95 % interval; `cases` in `origins`
    windows. `naive_hit`: plain counting of 365 days over the same windows. `as_good`: plain counting is within one
    standard error. `enough`: as many cases as a judgement needs. `pooled`: over all stations, not this one's own.
    `pei`: hits of the most that as much area could have had; None of what was measured before it was kept.
    """

    origins: int
    cases: int
    hit: float
    hit_low: float
    hit_high: float
    pai: float
    naive_hit: float
    as_good: bool
    enough: bool
    pooled: bool
    pei: float | None = None


@dataclass(frozen=True, slots=True)
class HotspotMap:
    """One family, horizon and shift of one zone. `shift`: its hours as `Shifts.name` has them; None: the whole day.

    `flagged`: cells in order of rank, as many as `share` of the zone's area holds; drawn only with `shown` or `grey`.
    `grid`: x0, y0 (metres of `epsg`), columns, rows: with `cell_m` what a cell's index means. `days`: horizon.
    Expectations in cases of the horizon, areas in m2. `clusters`: of the cases themselves, on a map of the whole day.
    `unnamed`: the commonest of the names behind `left_out.unnamed`, with how many cases each has.
    """

    family: str
    days: int
    shift: str | None
    made_at: Millis
    epsg: int
    cell_m: float
    grid: tuple[float, float, int, int]
    method: str
    verdict: Verdict
    why: Why
    flagged: tuple[int, ...]
    expected_total: float
    expected_flagged: float
    area_m2: float
    area_flagged_m2: float
    share: float
    cases: int
    hotspots: tuple[Hotspot, ...]
    left_out: LeftOut
    location_quality: LocationQuality
    history_quality: HistoryQuality
    record: Record | None
    clusters: tuple[CaseCluster, ...] = ()
    unnamed: tuple[tuple[str, int], ...] = ()
