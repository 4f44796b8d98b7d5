"""A hotspot map comes back from its text as it was, and the text of one map is always the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.analysis.cases import LeftOut
from models.analysis.hotspots import HistoryQuality, Hotspot, HotspotMap, LocationQuality, PileUp, Record
from models.analysis.written import from_json, to_json

NUMBER = st.floats(allow_nan=False, allow_infinity=False)
SHARE = st.floats(0, 1)
COUNT = st.integers(0, 2**53)
PILES = st.builds(PileUp, lat=NUMBER, lon=NUMBER, cases=COUNT, share=SHARE)
HOTSPOTS = st.builds(
    Hotspot,
    cells=st.lists(COUNT, max_size=3).map(tuple),
    area_m2=NUMBER, lat=NUMBER, lon=NUMBER, expected=NUMBER, next_expected=NUMBER, stability=SHARE, chance=SHARE,
    others=SHARE,
    peak_hours=st.none() | st.tuples(st.integers(0, 23), st.integers(0, 23)),
    peak_days=st.lists(st.integers(0, 6), max_size=2).map(tuple),
    hours=st.lists(SHARE, min_size=24, max_size=24).map(tuple),
    offences=st.lists(st.tuples(st.text(max_size=4), COUNT), max_size=2).map(tuple),
    pile_up=st.lists(PILES, max_size=2).map(tuple),
    cases=st.lists(st.tuples(st.text(max_size=4), SHARE), max_size=2).map(tuple),
)  # fmt: skip
LOCATION = st.builds(
    LocationQuality, placed=COUNT, exact=SHARE, street=SHARE, area=SHARE, unsaid=SHARE, piled=SHARE, coarse=SHARE
)
HISTORY = st.builds(HistoryQuality, days=NUMBER, cases=COUNT, per_month=NUMBER)
RECORDS = st.builds(Record, hit=SHARE, hit_low=SHARE, hit_high=SHARE, pai=NUMBER, naive_hit=SHARE)
MAPS = st.builds(
    HotspotMap,
    shift=st.none() | st.just("08-16"),
    cell_m=NUMBER, expected_total=NUMBER, expected_flagged=NUMBER, area_m2=NUMBER, area_flagged_m2=NUMBER,
    share=SHARE,
    grid=st.tuples(NUMBER, NUMBER, COUNT, COUNT),
    flagged=st.lists(COUNT, max_size=3).map(tuple),
    hotspots=st.lists(HOTSPOTS, max_size=2).map(tuple),
    left_out=st.builds(LeftOut, group4=COUNT, no_hour=COUNT),
    location_quality=LOCATION, history_quality=HISTORY, record=st.none() | RECORDS,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(MAPS)
def test_a_map_comes_back_from_its_text(found: HotspotMap) -> None:
    text = to_json(found)
    assert from_json(text) == found
    assert to_json(from_json(text)) == text


@settings(max_examples=5, deadline=None)
@given(MAPS)
def test_another_map_is_another_text_and_a_broken_one_is_refused(found: HotspotMap) -> None:
    assert to_json(replace(found, made_at=found.made_at + 1)) != to_json(found)
    with pytest.raises(ValueError, match="verdict"):
        from_json(to_json(found).replace(f'"verdict":"{found.verdict}"', '"verdict":"certain"'))
    with pytest.raises(ValueError):
        from_json(to_json(found)[:-2])
