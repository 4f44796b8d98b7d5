"""Zones as the map draws them."""

from __future__ import annotations

import math

import orjson
import pytest
import shapely
from shapely.geometry import shape

from models.formats.polygons import measure
from models.formats.zone_shapes import MOST_CORNERS, drawn, ring, shapes_of


def _circle(corners: int) -> str:
    turns = [2 * math.pi * step / corners for step in range(corners)]
    line = [[104.7 + 0.01 * math.cos(turn), 16.5 + 0.01 * math.sin(turn)] for turn in turns]
    return orjson.dumps({"type": "Polygon", "coordinates": [[*line, line[0]]]}).decode()


def test_an_outline_is_bounded_and_stays_true() -> None:
    exact = _circle(9_999)
    few = drawn(exact)
    assert shapely.get_num_coordinates(shape(orjson.loads(few))) <= MOST_CORNERS
    assert math.isclose(measure(few).area_m2, measure(exact).area_m2, rel_tol=1e-3)
    assert drawn(_circle(100)) == _circle(100)


def test_the_ring_is_round_the_zone_and_bounded() -> None:
    around = ring(_circle(9_999))
    assert around is not None
    outline = shape(orjson.loads(around))
    assert shapely.get_num_coordinates(outline) <= MOST_CORNERS
    zone = shape(orjson.loads(_circle(9_999)))
    assert outline.intersection(zone).area < zone.area * 1e-3
    assert measure(around).area_m2 == pytest.approx(math.pi * (1_295**2 - 1_095**2), rel=0.05)


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}',
        '{"type":"Polygon","coordinates":[]}',
        "{}",
    ],
)
def test_a_bad_outline_costs_no_more_than_its_ring(text: str) -> None:
    ring(text)  # says None, or a ring; never raises


def test_a_row_keeps_only_what_differs_from_its_polygon_and_no_ring_of_a_beat() -> None:
    few, many = _circle(100), _circle(9_999)
    assert shapes_of(few, "risk") == (None, ring(few))
    assert shapes_of(many, "risk") == (drawn(many), ring(many))
    assert shapes_of(many, "beat") == (drawn(many), None)


def test_no_geometry_is_said() -> None:
    with pytest.raises(ValueError, match="geometry"):
        drawn('{"type":"Polygon"}')
