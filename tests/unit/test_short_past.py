"""A short past is drawn with what pasts as short have taught, and passes to what long ones teach as it grows."""

from __future__ import annotations

import numpy as np
import pytest

from models.analysis.candidates import Question
from models.analysis.components import DAY_MS, Ground
from models.analysis.mixing import ALONE, DEFAULT, past_evidence, pooled
from models.analysis.scores import outcome
from models.analysis.short_past import SHORT, SHORT_ALONE, for_past, short_evidence
from models.town.known_rates import known_town


def test_weights_pass_from_the_short_ones_to_the_long_ones() -> None:
    assert for_past(DEFAULT, SHORT, 365.0, 0) is DEFAULT
    assert for_past(DEFAULT, SHORT, 5000.0, 10) is DEFAULT
    assert for_past(DEFAULT, SHORT, 60.0, 1_000) is DEFAULT, "so many cases tell a place in sixty days"
    for days in (1.0, 60.0):
        assert (for_past(DEFAULT, SHORT, days, 100) == SHORT).all()
    between = for_past(DEFAULT, SHORT, 148.0, 100)  # the geometric middle of 60 and 365
    assert between == pytest.approx((DEFAULT + SHORT) / 2, abs=1e-3)
    assert between.sum() == pytest.approx(1.0)


def test_a_past_too_short_to_be_cut_teaches_nothing() -> None:
    town = known_town("short", 1, windows=1)
    ground, at = Ground.of(town.grid), town.origins[0]
    assert list(short_evidence(town.cases, ground, at, 28)) == []
    assert list(short_evidence(town.cases.take(slice(0)), ground, at, 28)) == []
    older = known_town("sparse", 1, windows=1)
    assert len(list(short_evidence(older.cases, ground, older.origins[0], 28))) == 4


def test_sixty_days_hit_more_with_what_pasts_as_short_have_taught() -> None:
    long, short = [], []
    for kind in ("sparse", "off80", "emerging"):
        for seed in range(5):
            town = known_town(kind, seed, windows=1)
            ground, at = Ground.of(town.grid), town.origins[0]
            long += past_evidence(town.cases, ground, at, 28)
            short += list(short_evidence(town.cases, ground, at, 28))
    by_long, by_short = pooled(long, ALONE), pooled(short, SHORT_ALONE)
    hits = np.zeros(3)
    for seed in range(100, 140):
        town = known_town("short", seed, windows=1)
        ground, at = Ground.of(town.grid), town.origins[0]
        asked = Question(town.cases, ground, at, 28, prior=by_long)
        taught = Question(town.cases, ground, at, 28, prior=by_long, short=by_short)
        assert asked.past.start[0] > at - 61 * DAY_MS
        maps = [asked.expected("counts_365"), asked.expected("mixture"), taught.expected("mixture")]
        hits += [outcome(made, town.expected(at, 28), town.grid, 0.05).hits for made in maps]
    counting, without, ours = hits
    assert ours > 1.02 * without
    assert ours > 1.1 * counting
