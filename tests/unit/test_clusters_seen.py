"""Clusters of cases beside a map: where cases lay close together, and none where chance does as much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from models.analysis.build import Setting, build_map
from models.analysis.candidates import Question
from models.analysis.cases import LeftOut
from models.analysis.clusters_seen import clusters_seen
from models.analysis.components import DAY_MS, Ground
from models.analysis.grid import Grid
from models.analysis.written import from_json, to_json
from models.town.known_rates import BEGINS, known_town, random_town

NOW = BEGINS + 366 * DAY_MS


def test_a_pile_is_a_cluster_and_evenly_spread_cases_are_none() -> None:
    polygon, cases = random_town(150, 4)
    ground = Ground.of(Grid.of(polygon, 100.0))
    assert clusters_seen(Question(cases, ground, NOW, 28), polygon) == ()
    x, y = cases.x.copy(), cases.y.copy()
    x[-30:], y[-30:] = 661_000 + np.arange(30) * 3.0, 1_521_000.0
    [found] = clusters_seen(Question(replace(cases, x=x, y=y), ground, NOW, 28), polygon)
    assert 30 <= found.cases <= 40
    middle = ground.grid.to_degrees(np.array([661_045.0]), np.array([1_521_000.0]))
    assert shapely.from_geojson(found.outline).contains(shapely.Point(middle[0][0], middle[1][0]))
    old = replace(cases, x=x, y=y, start=cases.start - 400 * DAY_MS, end=cases.end - 400 * DAY_MS)
    assert clusters_seen(Question(old, ground, NOW, 28), polygon) == (), "of the last year only"


def test_they_stand_with_the_map_of_the_day_and_a_map_from_before_them_is_read() -> None:
    town = known_town("dense", 2, windows=1)
    asked = Question(town.cases, Ground.of(town.grid), town.origins[0], 28)
    found = build_map(asked, "365_all3", Setting("robbery", town.polygon, LeftOut(), "a/b"))
    assert found.clusters
    assert sum(one.cases for one in found.clusters) < len(asked.past)
    assert build_map(asked.of_shift(1), "365_all3", Setting("robbery", town.polygon, LeftOut(), "a/b")).clusters == ()
    text = to_json(found)
    assert from_json(text) == found
    before = text[: text.index(',"clusters"')] + "}"
    assert from_json(before) == replace(found, clusters=())
