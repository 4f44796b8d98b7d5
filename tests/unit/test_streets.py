"""The street net: how far it is along the streets, on squares one can count and on a real town."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from models.dispatch.nearest import LINE_FACTOR
from models.streets.net import SNAP_M, SPACING_M, Net, net_of, reach
from models.streets.sphere import Floats, gaps, points
from models.track import EARTH_M, distance_m
from tests.real_data import real

LAT, LON = 13.74, 100.54
M = 180.0 / math.pi / EARTH_M
EAST = M / math.cos(math.radians(LAT))


def at(x: float, y: float) -> tuple[float, float]:
    """(lat, lon) of metres east and north of the middle."""
    return LAT + y * M, LON + x * EAST


def street(*corners: tuple[float, float], kind: str = "residential") -> tuple[str, str]:
    line = [[lon, lat] for lat, lon in (at(*corner) for corner in corners)]
    return kind, json.dumps({"type": "LineString", "coordinates": line})


def metres(net: Net | None, start: tuple[float, float], goal: tuple[float, float]) -> float:
    assert net is not None
    seen = reach(net, *at(*start))
    assert seen is not None
    lat, lon = at(*goal)
    return float(seen.to(points([lat], [lon]))[0])


def test_the_sphere_agrees_with_the_distance_of_tracks() -> None:
    rng = np.random.default_rng(7)
    for _ in range(50):
        lat, lon = rng.uniform(5, 20), rng.uniform(97, 106)
        other = lat + rng.uniform(-0.3, 0.3), lon + rng.uniform(-0.3, 0.3)
        chord = gaps(points([lat], [lon]), points([other[0]], [other[1]]))[0]
        assert chord == pytest.approx(distance_m(lat, lon, *other), rel=1e-5)


def test_the_way_goes_round_the_block_and_not_through_it() -> None:
    net = net_of([street((0, 0), (400, 0), (400, 300)), street((0, 0), (0, 300))])
    assert metres(net, (0, 0), (400, 300)) == pytest.approx(700, abs=2)
    assert metres(net, (0, 300), (400, 300)) == pytest.approx(1000, abs=2)


def test_a_place_in_the_middle_of_a_long_street_is_on_it() -> None:
    net = net_of([street((0, 0), (1000, 0))])
    assert net is not None
    assert metres(net, (0, 0), (500, 0)) == pytest.approx(500, abs=SPACING_M)
    longest = max(net.lengths.data)
    assert longest <= SPACING_M + 1e-6
    assert net.lengths.sum() / 2 == pytest.approx(1000, rel=1e-4)  # nothing was lost when nodes were put between


def test_off_the_streets_and_without_a_way_is_said_so() -> None:
    net = net_of([street((0, 0), (400, 0)), street((0, 600), (400, 600))])
    assert net is not None
    assert reach(net, *at(200, 300)) is None
    assert math.isnan(metres(net, (0, 0), (200, -SNAP_M - 10)))
    assert metres(net, (0, 0), (200, -SNAP_M + 10)) == pytest.approx(200 + SNAP_M - 10, abs=15)
    assert math.isnan(metres(net, (0, 0), (0, 600)))  # a street of another part of the town


def test_a_bridge_is_no_junction_and_a_footpath_no_street() -> None:
    crossing = [street((-300, 0), (300, 0)), street((0, -300), (0, 300))]
    assert math.isnan(metres(net_of(crossing), (-300, 0), (0, 300)))
    stairs = street((-300, 0), (0, 300), kind="steps")
    assert math.isnan(metres(net_of([*crossing, stairs]), (-300, 0), (0, 300)))
    assert net_of([stairs]) is None
    assert net_of([]) is None


def test_a_street_drawn_twice_is_as_long_as_once() -> None:
    twice = [street((0, 0), (400, 0)), street((400, 0), (0, 0)), street((0, 0), (0, 0), (400, 0))]
    assert metres(net_of(twice), (0, 0), (400, 0)) == pytest.approx(400, abs=2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=12, unique=True), st.data())
def test_no_way_is_shorter_than_the_line_and_there_is_as_far_as_back(
    corners: list[tuple[int, int]], data: st.DataObject
) -> None:
    net = net_of([street(*((100 * x, 100 * y) for x, y in corners))])
    start, goal = (tuple(100.0 * part for part in data.draw(st.sampled_from(corners))) for _ in range(2))
    there, back = metres(net, start, goal), metres(net, goal, start)  # type: ignore[arg-type]
    assert there == pytest.approx(back, abs=1)
    assert there >= math.dist(start, goal) - 1


def real_net() -> Net:
    features = json.loads(real("geo/osm_pathumwan_roads.geojson").read_bytes())["features"]
    net = net_of((one["properties"]["highway"], json.dumps(one["geometry"])) for one in features)
    assert net is not None
    return net


def test_a_real_town_is_one_net_and_bears_out_the_factor_of_the_straight_line() -> None:
    net = real_net()
    assert net.lengths.sum() / 2000 == pytest.approx(179, abs=2)  # km, as the data says of itself
    parts = np.bincount(connected_components(net.lengths)[1])
    assert parts.max() / parts.sum() > 0.9  # the rest is cut off by the edge of the data, or is a motorway above
    rng = np.random.default_rng(11)
    ratios: list[Floats] = []
    for start in rng.choice(len(net.nodes), 40):
        x, y, z = net.nodes[start] / EARTH_M
        seen = reach(net, math.degrees(math.asin(z)), math.degrees(math.atan2(y, x)))
        assert seen is not None
        others = rng.choice(len(net.nodes), 200)
        way, line = seen.to(net.nodes[others]), gaps(net.nodes[others], net.nodes[start])
        ratios.append((way / line)[np.isfinite(way) & (line > 100)])
    assert float(np.median(np.concatenate(ratios))) == pytest.approx(LINE_FACTOR, abs=0.08)
