"""The generated town: the same for the same seed, of the right size, with believable streets and furniture."""

from __future__ import annotations

import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import LineString, Point, Polygon, shape

from models.town.furniture import CAMERAS, distinct
from models.town.ground import to_metres
from models.town.lattice import make_lattice
from models.town.town import Town, make_town
from models.town.zone import fit

SEED = 4


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town(SEED)


def _zone_in_utm(town: Town) -> Polygon:
    move = Transformer.from_crs(4326, 32648, always_xy=True).transform
    return shapely.transform(shape(town.zone_geojson), lambda x, y: move(x, y), interleaved=False)


def test_two_runs_agree_to_the_byte(town: Town) -> None:
    again = make_town(SEED)
    assert repr(again.streets) == repr(town.streets)
    assert repr(again.zone_geojson) == repr(town.zone_geojson)
    assert repr(again.furniture) == repr(town.furniture)


def test_another_seed_is_another_town(town: Town) -> None:
    assert repr(make_town(SEED + 1).zone_geojson) != repr(town.zone_geojson)


@pytest.mark.parametrize("seed", range(12))
def test_the_zone_has_the_real_zones_area_and_perimeter(seed: int) -> None:
    zone = _zone_in_utm(make_town(seed))
    assert zone.area == pytest.approx(420_000, rel=0.005)
    assert zone.length == pytest.approx(3_590, rel=0.005)
    assert zone.is_valid


def test_the_zone_lies_at_the_market(town: Town) -> None:
    zone = shape(town.zone_geojson)
    assert zone.centroid.y == pytest.approx(16.542, abs=1e-4)
    assert zone.centroid.x == pytest.approx(104.732, abs=1e-4)


def test_the_zones_outline_runs_along_streets(town: Town) -> None:
    streets = [LineString(piece.line) for piece in town.graph.edges]
    for corner in town.zone.exterior.coords:
        assert min(line.distance(Point(corner)) for line in streets) < 0.5


def test_every_junction_can_be_reached(town: Town) -> None:
    reached, _ = town.graph.distances(min(town.graph.nodes))
    assert len(reached) == len(town.graph.nodes) > 400


def test_the_streets_reach_beyond_the_zone(town: Town) -> None:
    xs = [x for x, _ in town.graph.nodes.values()]
    ys = [y for _, y in town.graph.nodes.values()]
    assert 2_000 < max(xs) - min(xs) < 3_500
    assert 2_000 < max(ys) - min(ys) < 3_600


def test_the_drawn_streets_are_the_driven_ones(town: Town) -> None:
    drawn = sum(
        LineString([to_metres(lat, lon) for lon, lat in line.coordinates]).length
        for line in town.streets
        if line.kind != "river"
    )
    assert drawn == pytest.approx(sum(piece.length for piece in town.graph.edges), rel=0.001)


def test_blocks_are_irregular(town: Town) -> None:
    lengths = sorted(piece.length for piece in town.graph.edges)
    assert lengths[len(lengths) // 10] * 2 < lengths[len(lengths) * 9 // 10]
    ends = sum(1 for ways in town.graph.ways.values() if len(ways) == 1)
    assert 0.05 < ends / len(town.graph.nodes) < 0.35


def test_furniture_counts_and_names(town: Town) -> None:
    assert (len(town.boxes), len(town.cameras), len(town.checkpoints), len(town.units)) == (12, 18, 10, 8)
    assert sum(CAMERAS) == sum(camera.total for camera in town.cameras) == 61
    assert all(0 <= camera.linked <= camera.total >= camera.working >= 0 for camera in town.cameras)
    names = [spot.name_th for spot in (*town.boxes, *town.checkpoints)]
    assert len(set(names)) == len(names)
    assert all("\u0e00" <= name[0] <= "\u0e7f" for name in names)


def test_boxes_stand_on_street_corners_of_the_zone(town: Town) -> None:
    assert distinct(town.boxes)
    zone = town.zone.buffer(5)
    for box in town.boxes:
        assert zone.contains(Point(to_metres(box.lat, box.lon)))
        assert len(town.graph.ways[box.node]) >= 3


def test_units_are_five_cars_two_motorcycles_and_a_partner(town: Town) -> None:
    kinds = [unit.kind for unit in town.units]
    assert (kinds.count("car"), kinds.count("motorcycle"), kinds.count("partner")) == (5, 2, 1)


def test_one_community_is_whole_and_two_are_partly_in_the_zone(town: Town) -> None:
    shares = [town.zone.intersection(each.shape).area / each.shape.area for each in town.communities]
    assert [each.whole for each in town.communities] == [True, False, False]
    assert shares[0] > 0.999
    assert all(0.05 < share < 0.95 for share in shares[1:])


def test_the_fit_is_moderate() -> None:
    for seed in range(20):
        east, north = fit(make_lattice(seed)).stretch
        assert 0.5 < east / north < 2.0
