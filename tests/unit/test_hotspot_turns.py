"""Places that turned within the year are told as they are now, and those that did not as they have always been."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.analysis.build import Setting, build_map
from models.analysis.candidates import Question
from models.analysis.cases import LeftOut
from models.analysis.components import Ground
from models.analysis.turns import BEFORE_DAYS, follow
from models.town.known_rates import DAY_MS, known_town

HISTORY = 1095.0
#: Four places of a cell each, the rest of the zone the fifth.
PLACES = [np.array([number]) for number in range(4)]
RNG = np.random.default_rng(4)


def evenly(number: int, first: float, last: float) -> np.ndarray:
    """Ages in days of so many cases between two of them."""
    return np.linspace(first + 0.5, last - 0.5, number)


def followed(ages: list[np.ndarray], history: float = HISTORY) -> np.ndarray:
    """Cases a day told of each cell whose cases have these ages; if nothing turned all are told their mean."""
    cells = np.repeat(np.arange(len(ages)), [len(own) for own in ages])
    steady = np.array([len(own) / history for own in ages])
    return follow(PLACES, cells, np.concatenate(ages), steady, history, (1, len(ages)))


def test_a_place_that_began_ended_or_doubled_is_told_as_it_is_now() -> None:
    begun, ended = evenly(36, 0, 84), evenly(100, 150, HISTORY)
    doubled = np.concatenate([evenly(120, 0, 180), evenly(305, 180, HISTORY)])
    lasting, rest = evenly(110, 0, HISTORY), evenly(2000, 0, HISTORY)
    told = followed([begun, ended, doubled, lasting, rest]) * 30
    assert told[0] == pytest.approx(36 / 2.8, rel=0.12)
    assert told[1] < 0.7
    assert told[2] == pytest.approx(120 / 6, rel=0.1)
    assert told[3:] == pytest.approx(np.array([110, 2000]) * 30 / HISTORY, rel=0.05), "the others' cases went on"


def test_others_lose_what_a_new_place_takes_when_their_own_cases_say_so() -> None:
    begun = evenly(160, 0, 98)
    kept = [np.concatenate([evenly(int(9 * part), 0, 98), evenly(91, 98, HISTORY)]) for part in (1.0, 0.6)]
    rest = [np.concatenate([evenly(int(300 * part), 0, 98), evenly(3052, 98, HISTORY)]) for part in (1.0, 0.6)]
    stayed, fell = (followed([begun, kept[each], *[evenly(9, 0, HISTORY)] * 2, rest[each]]) for each in (0, 1))
    was = len(kept[0]) / HISTORY
    assert stayed[[0, 1]] == pytest.approx([160 / 98, was], rel=0.1)
    assert fell[0] == pytest.approx(stayed[0], rel=0.02)
    assert 0.5 * was < fell[1] < 0.75 * was
    assert fell[4] / stayed[4] == pytest.approx(fell[2] / stayed[2], rel=0.1), "all of them alike"


def test_what_a_new_place_brings_to_the_cells_around_it_does_not_hide_what_the_others_lost() -> None:
    """A place (cell 2) of which half lies in the cells beside it, that nobody flagged; the others fell to 0.6."""
    fell = [np.concatenate([evenly(54, 0, 98), evenly(916, 98, HISTORY)]) for _ in range(4)]
    ages = [fell[0], evenly(50, 0, 98), evenly(100, 0, 98), evenly(50, 0, 98), *fell[1:]]
    cells = np.repeat(np.arange(len(ages)), [len(own) for own in ages])
    steady = np.array([len(own) / HISTORY for own in ages])
    told = follow([np.array([2])], cells, np.concatenate(ages), steady, HISTORY, (1, len(ages)))
    assert told[[0, 4, 5, 6]] == pytest.approx(54 / 98, rel=0.12)
    assert told[2] == pytest.approx(100 / 98, rel=0.1)


@pytest.mark.parametrize("halved", ["the last year", "the time before"])
def test_of_a_zone_that_calmed_down_or_grew_the_hotspots_are_told_their_share_of_what_it_is_now(halved: str) -> None:
    rng, told, true = np.random.default_rng(4), [], []
    for seed in range(4):
        town = known_town("off80", seed, windows=1)
        at = town.origins[0]
        late = town.cases.start >= at - 365 * DAY_MS
        gone = (late == (halved == "the last year")) & (rng.random(len(late)) < 0.5)
        setting = Setting("robbery", town.polygon, LeftOut())
        found = build_map(Question(town.cases.take(~gone), Ground.of(town.grid), at, 28), "365_all3", setting)
        rates = town.expected(at, 28)
        told.append(found.expected_flagged / found.expected_total)
        true.append(rates[list(found.flagged)].sum() / rates.sum())
    # At the pace of the whole past a fifth too much of the one that calmed down.
    assert np.mean(told) == pytest.approx(np.mean(true), rel=0.1)


def test_ten_victims_of_one_event_turn_no_place() -> None:
    town = known_town("off80", 0, windows=1)
    at, ground = town.origins[0], Ground.of(town.grid)
    past = town.cases.take(town.cases.start < at)
    setting = Setting("robbery", town.polygon, LeftOut())
    before = build_map(Question(past, ground, at, 28), "365_all3", setting).hotspots[-1]
    there = np.isin(ground.grid.cell_of(past.x, past.y), before.cells)
    event = np.flatnonzero(there & (past.start > at - 112 * DAY_MS))[-1]
    more = past.take(np.sort(np.concatenate([np.arange(len(past)), np.full(9, event)])))
    more = replace(more, ids=np.arange(len(more)).astype(str).astype(object))
    found = build_map(Question(more, ground, at, 28), "365_all3", setting)
    [after] = [one for one in found.hotspots if set(one.cells) & set(before.cells)]
    assert after.cells == before.cells
    # Nine cases more of a year are half a case of four weeks; as a new spot they were nine.
    assert after.expected - before.expected < 1.0


def test_what_chance_does_and_a_burst_of_days_turn_no_place() -> None:
    moved = []
    for _ in range(200):
        ages = [np.sort(RNG.uniform(0, HISTORY, RNG.poisson(mean))) for mean in (15, 40, 120, 400, 2000)]
        steady = np.array([len(own) / HISTORY for own in ages])
        moved.append(followed(ages)[:4] / steady[:4])
    told = np.array(moved)
    assert told.mean() == pytest.approx(1.0, abs=0.02)
    assert (np.abs(told - 1) > 0.25).mean() < 0.02
    burst = [np.concatenate([evenly(6, 0, 7), evenly(104, 7, HISTORY)]), *[evenly(110, 0, HISTORY)] * 4]
    assert followed(burst)[0] < 1.5 * 110 / HISTORY


def test_too_short_a_past_none_at_all_and_many_cases_are_answers() -> None:
    assert followed([evenly(9, 0, 30)] * 5, BEFORE_DAYS + 20.0) == pytest.approx(9 / 48)
    assert not followed([np.zeros(0)] * 5).any()
    none = follow([], np.array([0]), np.array([1.0]), np.ones(3), HISTORY, (1, 3))
    assert none.tolist() == [1.0, 1.0, 1.0]
    many = [evenly(30_000, 0, 100), *[evenly(50_000, 0, HISTORY)] * 4]
    assert followed(many)[0] == pytest.approx(300, rel=0.2)
    late = followed([np.full(40, -0.2), *[evenly(9, 0, HISTORY)] * 4])
    assert np.isfinite(late).all()
    assert 1.0 < late[0] < 1.5, "all in the last day: a day's rate is nobody's to tell, that of the last month is"


def test_a_new_spot_of_known_rate_is_told_whole_and_the_others_no_worse() -> None:
    expected, truth, inside, spots = np.zeros(2), np.zeros(2), 0, 0
    for seed in range(6):
        town = known_town("emerging", seed, windows=2)
        ground = Ground.of(town.grid)
        for at in town.origins:
            found = build_map(
                Question(town.cases, ground, at, 28), "mixture", Setting("robbery", town.polygon, LeftOut())
            )
            rates = town.expected(at, 28)
            came = ground.counts(town.cases.between(at, at + 28 * DAY_MS))
            for spot in found.hotspots:
                cells = list(spot.cells)
                new = int(town.emerged[cells].sum() * 28 > rates[cells].sum() / 2)
                expected[new], truth[new] = expected[new] + spot.expected, truth[new] + rates[cells].sum()
                inside, spots = inside + (spot.expected_low <= came[cells].sum() <= spot.expected_high), spots + 1
    # As a count over years: 2.4 for the new ones, 0.8 for the others.
    assert truth / expected == pytest.approx([1.0, 1.0], abs=0.15)
    assert inside / spots >= 0.88
