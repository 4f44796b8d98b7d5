"""The parts of a hotspot, one by one: cells flagged and joined, counts settled, hours, repeats, piles, names."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pytest
import shapely
from scipy.stats import nbinom
from shapely.geometry import shape

from models.analysis.build import Setting, build_map
from models.analysis.candidates import Question
from models.analysis.cases import Cases, LeftOut
from models.analysis.components import Ground
from models.analysis.flagging import flag, flag_all
from models.analysis.grid import Grid
from models.analysis.hotspots import Hotspot
from models.analysis.naming import Known, name_all
from models.analysis.near_repeats import chance_of_repeats
from models.analysis.outlines import group, outlines
from models.analysis.peaks import peak_days, peak_hours
from models.analysis.quality import cell_for, history_quality, location_quality, one_place, pile_ups
from models.analysis.regress import intervals, settled
from models.analysis.shifts import Shifts
from models.analysis.written import from_json, to_json
from models.town.known_rates import BEGINS, DAY_MS, EPSG, known_town, random_town, square
from tests.unit.hotspot_samples import map_of

GRID = Grid(EPSG, 660_000.0, 1_520_000.0, 100.0, 20, 20, np.full(400, 1e4))


def test_flagged_cells_fill_the_share_and_equal_ones_keep_their_place() -> None:
    counts = np.zeros(400)
    counts[:100] = 1.0
    counts[[5, 200]] = [3.0, 2.0]
    found = flag(counts, GRID, 0.05)
    assert len(found) == 20
    assert found[:2].tolist() == [5, 200]
    assert set(flag(counts, GRID, 0.05, last=range(60, 100))) - {5, 200} <= set(range(60, 100))
    assert set(found[2:6]) <= set(range(100)), "the rest are ties"
    assert len(flag(np.zeros(400), GRID, 0.05)) == 0
    assert flag(counts, GRID, 0.0001).tolist() == [5], "one cell even where the share holds none"
    assert np.nan not in counts[flag(np.where(counts == 3, np.nan, counts), GRID, 0.05)]
    half = replace(GRID, area=np.where(np.arange(400) < 200, 1e4, 0.0))
    assert (flag(np.ones(400), half, 0.5) < 200).all()
    many = [counts, np.zeros(400), np.arange(400.0) % 7]
    together = [cells.tolist() for cells in flag_all(np.stack(many), half, 0.05, last=(3, 4))]
    assert together == [flag(one, half, 0.05, last=(3, 4)).tolist() for one in many]


def test_cells_that_touch_by_side_or_corner_are_one_and_clipped_to_the_zone() -> None:
    cells = np.array([42, 0, 21, 60])
    groups = group(cells, GRID)
    assert sorted(sorted(one.tolist()) for one in groups) == [[0, 21, 42], [60]]
    cut = GRID.degrees(shapely.box(660_050, 1_520_000, 662_000, 1_522_000))
    first, second = outlines([np.array([0, 21]), np.array([60])], GRID, cut)
    assert first.area_m2 == pytest.approx(15_000, rel=1e-3)
    assert second.area_m2 == pytest.approx(5_000, rel=1e-3)
    drawn = shape(orjson.loads(first.geojson))
    assert drawn.intersects(shapely.Point(first.lon, first.lat))
    assert drawn.is_valid
    assert group(np.array([], dtype=np.int64), GRID) == []


def test_counts_fall_back_to_the_mean_as_far_as_chance_made_them() -> None:
    rng = np.random.default_rng(1)
    rates = rng.gamma(0.5, 2.0, 400)
    first, second = rng.poisson(rates), rng.poisson(rates)
    top = np.argsort(-first)[:20]
    none = np.zeros(400, dtype=np.int64)
    told = settled(first, none, GRID) * 3 / 4
    assert abs(told[top].sum() - second[top].sum()) < abs(first[top].sum() - second[top].sum()) / 2
    assert told.sum() == pytest.approx(first.sum(), rel=0.05)
    even = settled(rng.poisson(1.0, 400), none, GRID) * 3 / 4
    assert even.max() < 2.5, "where all are alike the highest count is told as the mean, or nearly so"
    assert not settled(none, none, GRID).any()


def test_what_is_expected_of_hotspots_comes() -> None:
    """Places picked for their past by either method, in towns of known rates: the truth of them is told."""
    for method in ("365_all3", "mixture"):
        expected = truth = inside = spots = flagged = held = 0.0
        for seed in range(6):
            town = known_town("sparse", seed, windows=1)
            [at], ground = town.origins, Ground.of(town.grid)
            came = ground.counts(town.cases.between(at, at + 28 * DAY_MS))
            rates = town.expected(at, 28)
            found = build_map(
                Question(town.cases, ground, at, 28), method, Setting("robbery", town.polygon, LeftOut())
            )
            flagged, held = flagged + rates[list(found.flagged)].sum(), held + found.expected_flagged
            for spot in found.hotspots:
                cells = list(spot.cells)
                spots, truth, expected = spots + 1, truth + rates[cells].sum(), expected + spot.expected
                inside += spot.expected_low <= came[cells].sum() <= spot.expected_high
        assert spots >= 20
        # The surface itself said 0.8 for the rule and 1.3 for the mixture.
        assert truth / expected == pytest.approx(1.0, abs=0.12)
        assert flagged / held == pytest.approx(1.0, abs=0.12), "all flagged cells together are told so too"
        assert inside / spots >= 0.85


def test_the_interval_holds_nine_horizons_in_ten() -> None:
    rng = np.random.default_rng(2)
    rate = rng.gamma(2.0, 12.0, 2000)
    past = rng.poisson(rate).astype(np.float64)
    low, high = intervals(past / 13, past, 28, 1000.0)
    came = rng.poisson(rate / 13)
    # Counts are whole: the interval holds nine in ten and what the last whole count brings.
    assert 0.88 <= ((low <= came) & (came <= high)).mean() <= 0.97
    seldom = rng.gamma(2.0, 3.0, 4000)
    past = rng.poisson(seldom).astype(np.float64)
    low, high = intervals((past + 2) / 13 * 6 / 8, past, 28, 1000.0)
    came = rng.poisson(seldom / 13)
    assert 0.88 <= ((low <= came) & (came <= high)).mean() <= 0.975, "less than a case is expected"
    none = np.zeros(1)
    assert [end.tolist() for end in intervals(none, none, 28, 100.0)] == [[0], [0]]
    few, many = np.array([1.0]), np.array([30.0])
    one, short = intervals(few, many, 28, 365.0), intervals(few, many, 28, 60.0)
    plain = intervals(np.array([14.0]), many, 28, 60.0)
    assert (short[0], short[1]) == (one[0], plain[1]), "of a short past it holds what the plain count allows as well"

    lasting, turned = intervals(many / 13, many, 28, 365.0), intervals(many / 4, many, 28, 365.0)
    usual = nbinom(30.5, 30.5 / (30.5 + 7.5))
    assert lasting[1] - lasting[0] < usual.ppf(0.95) - usual.ppf(0.05) < turned[1] - turned[0], "rests on less time"


def test_peak_hours_are_told_when_they_beat_chance() -> None:
    night = np.zeros((40, 24))
    night[np.arange(40), np.r_[np.full(14, 23), np.full(14, 0), np.arange(12)]] = 1.0
    assert peak_hours(night) == (23, 1)
    rng = np.random.default_rng(3)
    evenly = [np.eye(24)[rng.integers(0, 24, size)] for size in (5, 8, 20, 60) * 25]
    assert sum(peak_hours(hours) is not None for hours in evenly) <= 11
    assert peak_hours(night[:4]) is None
    assert peak_hours(np.full((50, 24), 1 / 24)) is None
    days = np.eye(7)
    places = [days[[4] * 12 + [0, 1, 2, 3, 5, 6]], days[np.arange(70) % 7], days[[4, 4, 4]], days[[]]]
    assert peak_days(places) == [(4,), (), (), ()], "of several places each as if it stood alone"
    assert peak_days([]) == []


@pytest.mark.parametrize("zone", ["Asia/Bangkok", "America/Chicago"])
def test_a_window_is_spread_over_the_days_it_may_lie_in(zone: str) -> None:
    clock = Shifts(zone=ZoneInfo(zone))
    friday = int(datetime(2026, 3, 6, 18, tzinfo=clock.zone).timestamp() * 1000)
    start = np.full(3, friday)
    shares = clock.by_weekday(start, start + np.array([0, 60, 9 * 24]) * 3_600_000)
    assert shares[0] == pytest.approx([0, 0, 0, 0, 1, 0, 0])
    assert shares[1, 4:] == pytest.approx(np.array([6, 24, 24]) / 60)
    assert shares[1, 0] == pytest.approx(6 / 60)
    assert shares[2] == pytest.approx(np.full(7, 1 / 7))
    # Thirty weekends over which nobody was at home are no Fridays.
    start = friday + np.arange(30) * 7 * DAY_MS
    assert peak_days([clock.by_weekday(start, start + 60 * 3_600_000)]) == [(5, 6)]


def test_near_repeats_are_bursts_and_not_the_season() -> None:
    rng = np.random.default_rng(4)
    year = np.sort(rng.uniform(0, 365, 400)) * DAY_MS
    bursts = np.sort(np.concatenate([begin + rng.uniform(0, 5, 8) for begin in rng.uniform(0, 350, 4)])) * DAY_MS
    x, y = rng.uniform(0, 100, 32), rng.uniform(0, 100, 32)
    assert chance_of_repeats(x, y, bursts, year, 1) == 1 / 100
    chances = [chance_of_repeats(x, y, np.sort(rng.choice(year, 32, replace=False)), year, n) for n in range(40)]
    assert sum(chance <= 0.05 for chance in chances) <= 6
    # All cases of the zone come in summer: those of one place are no burst.
    summer = np.sort(rng.uniform(100, 160, 400)) * DAY_MS
    assert chance_of_repeats(x, y, np.sort(rng.choice(summer, 32, replace=False)), summer, 1) > 0.05
    assert chance_of_repeats(x[:3], y[:3], bursts[:3], year, 1) == 1.0
    assert chance_of_repeats(x * 1e4, y * 1e4, bursts, year, 1) == 1.0, "far apart"


def of(x: list[float], y: list[float]) -> Cases:
    number = len(x)
    at = BEGINS + np.arange(number, dtype=np.int64) * DAY_MS
    known, what = np.ones(number, dtype=bool), np.full(number, "theft", dtype=object)
    return Cases(np.array(x), np.array(y), at, at, known, what, what)


def test_a_pile_of_geocodes_is_seen() -> None:
    rng = np.random.default_rng(5)
    x, y = 660_000 + rng.uniform(0, 500, 20), 1_520_000 + rng.uniform(0, 500, 20)
    assert pile_ups(x, y, EPSG) == ()
    x[:8], y[:8] = 660_123.4, 1_520_321.2
    [pile] = pile_ups(x, y, EPSG)
    assert (pile.cases, pile.share) == (8, 0.4)
    assert pile.lat == pytest.approx(13.745, abs=0.02)
    assert one_place(of([660_000.0] * 9 + [661_000.0], [1_520_000.0] * 10))
    assert not one_place(of([660_000.0] * 7 + [661_000.0] * 3, [1_520_000.0] * 10))


def test_the_meters_tell_good_from_poor() -> None:
    _, cases = random_town(300, 6)
    good = location_quality(cases, EPSG, {"exact": 280, "street": 20})
    assert (good.verdict, good.piled, good.coarse, round(good.exact, 2)) == ("good", 0.0, 0.0, 0.93)
    assert location_quality(cases, EPSG, {"area": 200}).verdict == "poor"
    assert location_quality(cases, EPSG, {"street": 200, "exact": 100}).verdict == "fair"
    piled = replace(
        cases,
        x=np.where(np.arange(300) < 200, cases.x[0], cases.x),
        y=np.where(np.arange(300) < 200, cases.y[0], cases.y),
    )
    assert location_quality(piled, EPSG, {"exact": 300}).verdict == "poor"
    coarse = square_of_thousandths()
    assert location_quality(coarse, EPSG, {"exact": len(coarse)}).coarse == 1.0
    nothing = location_quality(of([], []), EPSG, {})
    assert (nothing.placed, nothing.verdict) == (0, "none")
    assert [cell_for(each, 2e6) for each in (good, location_quality(coarse, EPSG, {}))] == [100.0, 150.0]
    assert cell_for(good, 0.3e6) == 50.0
    assert history_quality(cases, BEGINS + 500 * DAY_MS).verdict == "good"
    lately = BEGINS + np.arange(299) * DAY_MS // 15
    burst = history_quality(replace(cases, start=np.r_[BEGINS - 3650 * DAY_MS, lately]), BEGINS + 21 * DAY_MS)
    assert (burst.verdict, round(burst.days)) == ("poor", 21)
    short = history_quality(of([1.0] * 5, [1.0] * 5), BEGINS + 30 * DAY_MS)
    assert (short.verdict, short.judgeable, short.cases) == ("poor", False, 5)


def square_of_thousandths() -> Cases:
    """Cases on coordinates of three decimals."""
    from pyproj import Transformer

    lat, lon = np.meshgrid(13.745 + np.arange(10) / 1000, 100.48 + np.arange(10) / 1000)
    turned = Transformer.from_crs("EPSG:4326", f"EPSG:{EPSG}", always_xy=True).transform(lon.ravel(), lat.ravel())
    return of(list(turned[0]), list(turned[1]))


def box(x: float, y: float, wide: float = 200.0) -> shapely.Geometry:
    return shapely.box(660_000 + x, 1_520_000 + y, 660_000 + x + wide, 1_520_000 + y + wide)


def hotspot(outline: shapely.Geometry, **named: object) -> Hotspot:
    [sample, *_] = map_of("emerging").hotspots
    return replace(sample, outline=GRID.degrees(outline), **named)  # type: ignore[arg-type]


def test_a_hotspot_keeps_its_name_and_a_new_one_gets_one_of_its_own() -> None:
    zone = box(0, 0, 2000.0)
    first = name_all([box(1700, 900), box(1700, 1200), box(950, 900)], zone, EPSG, [], [], "s/z/robbery")
    assert [(one.side, one.number) for one in first] == [("e", 1), ("e", 2), ("middle", 1)]
    assert len({one.id for one in first}) == 3
    last = [
        hotspot(box(1700, 900), id="a", side="e", number=1, name=""),
        hotspot(box(100, 100), id="b", side="sw", number=1, name=""),
    ]
    moved = name_all([box(1700, 1000), box(1600, 500), box(1700, 1200)], zone, EPSG, last, [], "s/z/robbery")
    assert [(one.id == "a", one.side, one.number) for one in moved] == [
        (True, "e", 1),
        (False, "se", 1),
        (False, "e", 2),
    ]
    again = name_all([box(1700, 900)], zone, EPSG, [], [], "s/z/robbery")
    assert again[0].id == first[0].id, "the same place and no last run: the same id"
    assert name_all([box(1700, 900)], zone, EPSG, [], [], "s/z/theft")[0].id != first[0].id


def test_a_street_near_by_gives_the_name() -> None:
    zone = box(0, 0, 2000.0)
    street = Known("ถนนชยางกูร", GRID.degrees(shapely.LineString([(660_000, 1_520_350), (662_000, 1_520_350)])))
    market = Known("ตลาดอินโดจีน", GRID.degrees(shapely.Point(661_900, 1_521_000)))
    found = name_all(
        [box(300, 100), box(900, 100), box(1700, 900), box(0, 1500)], zone, EPSG, [], [street, market], "x"
    )
    assert [(one.name, one.number) for one in found] == [
        ("ถนนชยางกูร", 1), ("ถนนชยางกูร", 2), ("ตลาดอินโดจีน", 1), ("", 1),
    ]  # fmt: skip


def test_the_zone_of_the_samples_is_the_square() -> None:
    assert shape(orjson.loads(square())).is_valid
    assert from_json(to_json(map_of("emerging"))) == map_of("emerging")
