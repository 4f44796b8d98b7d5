"""A whole map: deterministic, ids kept, what cases gave adds up, bad input gets a plain word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import orjson
import pytest
from shapely.geometry import shape

from models.analysis.build import Setting, build_map
from models.analysis.candidates import CANDIDATES, Question
from models.analysis.cases import Cases, LeftOut
from models.analysis.components import Ground
from models.analysis.contributions import contributions
from models.analysis.grid import Grid
from models.analysis.hotspots import HotspotMap
from models.analysis.resampled import surfaces
from models.analysis.shifts import Shifts
from models.analysis.station import for_days
from models.analysis.written import from_json, to_json
from models.town.known_rates import BEGINS, DAY_MS, KINDS, Kind, random_town, square
from tests.unit.hotspot_samples import RECORD, map_of, question, town

AT = BEGINS + 366 * DAY_MS


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_tells_what_its_cases_say(kind: Kind) -> None:
    found, asked = map_of(kind), question(kind)
    assert (found.verdict, found.why) == ("shown", "measured")
    assert found.area_flagged_m2 == pytest.approx(0.05 * found.area_m2)
    zone = shape(orjson.loads(town(kind).polygon)).buffer(1e-6)
    cells = asked.ground.grid.cell_of(asked.past.x, asked.past.y)
    year = asked.past.start >= asked.at - 365 * DAY_MS
    assert [one.expected for one in found.hotspots] == sorted((one.expected for one in found.hotspots), reverse=True)
    for one in found.hotspots:
        assert set(one.cells) <= set(found.flagged)
        assert one.past == int((np.isin(cells, one.cells) & year).sum())
        assert zone.covers(shape(orjson.loads(one.outline)))
        assert one.area_m2 == pytest.approx(1e4 * len(one.cells), rel=1e-3)
        assert one.expected_low <= one.expected <= one.expected_high
        assert sum(one.hours) == pytest.approx(1.0)
        assert sum(share for _, share in one.cases) + one.others == pytest.approx(1.0, abs=1e-6 * len(one.cases))
        assert 0 < one.chance <= 0.05
        assert 0.2 < one.stability <= 1.0
    assert from_json(to_json(found)) == found
    setting = Setting("robbery", town(kind).polygon, LeftOut(), "station/zone", record=RECORD)
    assert build_map(question(kind), "365_all3", setting) == found


def test_the_new_spot_is_found_and_called_by_what_it_is() -> None:
    # In this town the new spot lies on cold ground.
    made, found = town("emerging", 4), map_of("emerging", origin=2, method="mixture", seed=4)
    middle = int(np.argmax(made.emerged))
    [spot] = [one for one in found.hotspots if middle in one.cells]
    assert spot.trend in ("new", "consecutive")
    assert {one.trend for one in map_of("dense").hotspots} & {"persistent", "intensifying"}


@pytest.mark.parametrize("method", ["365_all3", "mixture"])
def test_ids_and_cells_stay_on_stationary_data(method: str) -> None:
    kept = seen = overlap = flagged = 0
    for seed in range(1, 3):
        made = town("dense", seed)
        last: HotspotMap | None = None
        for origin in range(3):
            setting = Setting("robbery", made.polygon, LeftOut(), "s/z", last=last)
            found = build_map(question("dense", origin, seed), method, setting)
            if last is not None:
                overlap += len(set(found.flagged) & set(last.flagged))
                flagged += len(last.flagged)
                # A hotspot of the last run that still has a cell under it keeps its id.
                under = [
                    one for one in last.hotspots if any(set(one.cells) & set(new.cells) for new in found.hotspots)
                ]
                seen += len(under)
                kept += len({one.id for one in under} & {one.id for one in found.hotspots})
            last = found
    assert overlap / flagged >= 0.6
    assert kept / seen >= 0.8


@pytest.mark.parametrize("method", sorted(CANDIDATES))
@pytest.mark.parametrize("shift", [None, 2])
def test_what_the_cases_gave_is_what_is_expected(method: str, shift: int | None) -> None:
    asked = question("sparse").of_shift(shift)
    cells = np.array(map_of("sparse").flagged[:6])
    others = np.array(map_of("sparse").flagged[6:])
    both = list(contributions(asked, method, [others, cells]))
    [(shares, rest)] = contributions(asked, method, [cells])
    assert both[1][0] == pytest.approx(shares)
    assert both[1][1] == pytest.approx(rest)
    assert both[0][0] != pytest.approx(shares)
    assert shares.sum() + rest == pytest.approx(1.0)
    expected = CANDIDATES[method](asked)[cells].sum()
    # Without its five greatest cases a rule of counts expects less by just their shares, level aside.
    out = np.argsort(-shares)[:5]
    left = np.setdiff1d(np.arange(len(asked.past)), out)
    fewer = CANDIDATES[method](replace(asked, cases=asked.past.take(left)))
    whole = CANDIDATES[method](asked).sum()
    told = expected / whole
    without = fewer[cells].sum() / fewer.sum()
    assert without < told
    if method in ("counts_365", "counts_all") and shift is None:
        assert without == pytest.approx((told - told * shares[out].sum()) / (1 - told * shares[out].sum()))


def test_a_map_by_shift_names_its_hours_and_counts_them_only() -> None:
    asked = replace(question("dense"), shifts=Shifts((0, 8, 16)), shift=1)
    setting = Setting("robbery", town("dense").polygon, LeftOut(), record=RECORD)
    found = build_map(asked, "mixture_shift", setting)
    assert found.shift == "08-16"
    whole = build_map(question("dense"), "mixture", setting)
    assert 0.1 < found.expected_total / whole.expected_total < 0.4
    assert sum(one.past for one in found.hotspots) < sum(one.past for one in whole.hotspots)


def test_without_a_record_a_map_is_grey() -> None:
    found = build_map(question("dense"), "365_all3", Setting("robbery", town("dense").polygon, LeftOut()))
    assert (found.verdict, found.why) == ("grey", "no_backtest")
    assert found.hotspots


def of(x: np.ndarray, y: np.ndarray, days: np.ndarray | None = None) -> Cases:
    number = len(x)
    at = BEGINS + ((np.arange(number) * 360 / max(number, 1)) if days is None else days).astype(np.int64) * DAY_MS
    ids = np.array([f"bad/{n}" for n in range(number)], dtype=object)
    return Cases(x, y, at, at, np.ones(number, dtype=bool), np.full(number, "theft", dtype=object), ids)


MIDDLE_X, MIDDLE_Y = 661_000.0, 1_521_000.0
RNG = np.random.default_rng(7)
BAD: dict[str, Callable[[], Cases]] = {
    "none": lambda: of(np.zeros(0), np.zeros(0)),
    "one": lambda: of(np.full(1, MIDDLE_X), np.full(1, MIDDLE_Y)),
    "four": lambda: of(MIDDLE_X + np.arange(4.0), np.full(4, MIDDLE_Y)),
    "one point": lambda: of(np.full(80, MIDDLE_X), np.full(80, MIDDLE_Y)),
    "no place": lambda: of(np.full(30, np.nan), np.full(30, np.nan)),
    "two towns": lambda: of(np.r_[np.full(30, 9e5), RNG.uniform(660_100, 661_900, 2)], np.full(32, MIDDLE_Y)),
    "future": lambda: of(np.full(40, MIDDLE_X), np.full(40, MIDDLE_Y), np.full(40, 900.0)),
    "years ago": lambda: of(MIDDLE_X + RNG.normal(0, 90, 60), MIDDLE_Y + RNG.normal(0, 90, 60), np.full(60, -300.0)),
}
WORDS = {
    "none": "no_cases", "one": "few_cases", "four": "few_cases", "one point": "one_place", "no place": "no_cases",
    "two towns": "few_cases", "future": "no_cases", "years ago": "no_recent",
}  # fmt: skip


@pytest.mark.parametrize("method", ["365_all3", "mixture"])
@pytest.mark.parametrize("bad", sorted(BAD))
def test_too_little_gets_a_plain_word(bad: str, method: str) -> None:
    asked = Question(BAD[bad](), Ground.of(Grid.of(square(), 100.0)), AT, 28)
    found = build_map(asked, method, Setting("theft", square(), LeftOut()))
    assert (found.verdict, found.why, found.hotspots) == ("too_few", WORDS[bad], ())
    assert from_json(to_json(found)) == found


def test_a_line_is_a_right_answer_and_a_burst_after_nothing_is_new() -> None:
    ground = Ground.of(Grid.of(square(), 100.0))
    line = of(RNG.uniform(660_100, 661_900, 120), np.full(120, MIDDLE_Y + 30))
    found = build_map(Question(line, ground, AT, 28), "365_all3", Setting("theft", square(), LeftOut()))
    assert found.hotspots
    rows = {cell // ground.grid.columns for one in found.hotspots for cell in one.cells}
    assert len(rows) == 1
    # Ten years of nothing, then forty cases in two weeks at one corner.
    at = np.r_[0.0, 3650 + np.sort(RNG.uniform(0, 14, 40))]
    burst = of(
        np.r_[660_500.0, 661_500 + RNG.normal(0, 40, 40)], np.r_[1_520_500.0, 1_521_500 + RNG.normal(0, 40, 40)], at
    )
    asked = Question(burst, ground, BEGINS + 3665 * DAY_MS, 28)
    [first, *_] = build_map(asked, "365_all3", Setting("theft", square(), LeftOut())).hotspots
    assert (first.trend, first.past) == ("new", 40)
    assert first.next_expected < 40


@pytest.mark.parametrize("method", ["365_all3", "mixture"])
def test_a_past_of_days_is_not_drawn_out_into_weeks_and_is_grey(method: str) -> None:
    """Cases entered on one day, or a station's first week: nobody knows since when they have been written down."""
    ground = Ground.of(Grid.of(square(), 100.0))
    setting = Setting("theft", square(), LeftOut(), record=RECORD)
    x, y = 661_500 + RNG.normal(0, 60, 80), 1_521_500 + RNG.normal(0, 60, 80)
    for days, told in (
        (np.zeros(80), ("grey", "short_past")),
        (RNG.uniform(0, 6, 80), ("grey", "short_past")),
        (RNG.uniform(0, 50, 80), ("grey", "short_past")),
        (np.r_[0, RNG.uniform(0, 57, 79)], ("shown", "measured")),
    ):
        last = int(days.max()) + 1
        asked = Question(of(x, y, np.sort(days)), ground, BEGINS + last * DAY_MS, 28)
        found = build_map(asked, method, setting)
        assert (found.verdict, found.why) == told
        assert found.hotspots
        assert sum(one.expected for one in found.hotspots) <= found.expected_total * 1.001
        assert found.expected_total == pytest.approx(80 * 28 / max(28, last), rel=0.01)
        assert for_days(found, 7, RECORD, asked.known.days_back).why == told[1]


def test_a_zone_smaller_than_a_cell_has_no_hotspot_in_it() -> None:
    small = square(60.0)
    cases = of(RNG.uniform(660_001, 660_059, 50), RNG.uniform(1_520_001, 1_520_059, 50))
    found = build_map(
        Question(cases, Ground.of(Grid.of(small, 100.0)), AT, 28), "365_all3", Setting("a", small, LeftOut())
    )
    assert (found.verdict, found.why) == ("too_few", "small_zone")


def test_random_cases_by_shift_without_an_hour_are_few() -> None:
    polygon, cases = random_town(60, 3)
    nights = replace(cases, end=cases.start + DAY_MS, hour_known=np.zeros(60, dtype=bool))
    asked = Question(nights, Ground.of(Grid.of(polygon, 100.0)), AT, 28, shift=0)
    found = build_map(asked, "mixture_shift", Setting("robbery", polygon, LeftOut(no_hour=60)))
    assert (found.verdict, found.why) == ("too_few", "no_cases")


@pytest.mark.parametrize("method", sorted(CANDIDATES))
@pytest.mark.parametrize("shift", [None, 2])
def test_every_case_once_is_the_map_itself(method: str, shift: int | None) -> None:
    asked = question("off80").of_shift(shift)
    [made] = surfaces(asked, method, np.ones((1, len(asked.past))))
    usual = CANDIDATES[method](asked)
    assert made / made.sum() == pytest.approx(usual / usual.sum(), abs=1e-9)
    # And a case drawn twice counts as two cases.
    twice = np.ones(len(asked.past))
    twice[::3] = 2
    doubled = asked.past.take(np.repeat(np.arange(len(asked.past)), twice.astype(int)))
    again = replace(asked, cases=doubled, weights=asked.mix)
    drawn = CANDIDATES["mixture" if method == "mixture_shift" else method](again)
    [made] = surfaces(asked, "mixture" if method == "mixture_shift" else method, twice[None])
    assert made / made.sum() == pytest.approx(drawn / drawn.sum(), abs=1e-9)
