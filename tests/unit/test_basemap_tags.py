"""What a feature of a street file is drawn as."""

from __future__ import annotations

import math

import pytest

from models.basemap.labels import label_zoom
from models.basemap.layers import BY_NAME, DECLARED, Geometry, declared_by_name
from models.basemap.tags import Drawn, Names, draw, names_of, spelled


@pytest.mark.parametrize(
    ("tags", "geometry", "drawn"),
    [
        ({"highway": "motorway"}, "line", ("highway", "motorway")),
        ({"highway": "primary_link"}, "line", ("highway", "primary")),
        ({"highway": "residential;service"}, "line", ("street", "minor")),
        ({"highway": "footway"}, "line", ("path", "path")),
        ({"highway": "construction"}, "line", None),
        ({"railway": "rail"}, "line", ("rail", "rail")),
        ({"railway": "subway", "tunnel": "yes"}, "line", None),
        ({"waterway": "canal"}, "line", ("waterway", "canal")),
        ({"waterway": "stream", "tunnel": "culvert"}, "line", None),
        ({"natural": "water"}, "area", ("water", "water")),
        ({"leisure": "park"}, "area", ("green", "park")),
        ({"landuse": "forest"}, "area", ("green", "wood")),
        ({"building": "yes"}, "area", ("building", "building")),
        ({"building": "no", "leisure": "park"}, "area", None),
        ({"highway": "pedestrian"}, "area", None),
        ({"place": "city"}, "point", ("place", "city")),
        ({"amenity": "hospital"}, "area", ("place", "public")),
        ({"amenity": "bench"}, "point", None),
        ({}, "line", None),
        ({"leisure": "park"}, "point", None),
    ],
)
def test_tags_say_what_is_drawn(tags: dict[str, str], geometry: Geometry, drawn: tuple[str, str] | None) -> None:
    found = draw(tags, geometry)
    assert (None if found is None else (found.layer, found.kind)) == drawn
    assert found is None or BY_NAME[found.layer].geometry == geometry or found.layer == "place"


@pytest.mark.parametrize(
    ("tags", "geometry", "declared", "drawn"),
    [
        ({"name:th": "สวนลุมพินี"}, "area", "parks", Drawn("green", "park")),
        ({"name:th": "แหล่งน้ำบริเวณบึงมักกะสัน"}, "area", "parks", Drawn("water", "water")),
        ({"name:th": "สนามกีฬาแห่งชาติ"}, "area", "parks", Drawn("green", "pitch")),
        ({"fclass": "primary"}, "line", "roads", Drawn("highway", "primary")),
        ({}, "line", "roads", Drawn("street", "minor")),
        ({}, "line", "parks", None),
        ({}, "area", "roads", None),
        ({"fclass": "town"}, "point", "places", Drawn("place", "town", 8)),
        # Tags come before what the file was said to be.
        ({"building": "yes"}, "area", "parks", Drawn("building", "building")),
    ],
)
def test_a_file_without_tags_is_what_it_was_said_to_be(
    tags: dict[str, str], geometry: Geometry, declared: str, drawn: Drawn | None
) -> None:
    assert declared in DECLARED
    assert draw(tags, geometry, declared) == drawn


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("osm_pathumwan_roads", "roads"),
        ("bma_pathumwan_parks", "parks"),
        ("gis_osm_buildings_a_free_1", "buildings"),
        ("sheet1", ""),
    ],
)
def test_a_layers_name_may_say_what_it_holds(name: str, declared: str) -> None:
    assert declared_by_name(name) == declared


def test_names_are_thai_first_and_never_a_description() -> None:
    tags = spelled(
        {"nameTh": " ถนนพระรามที่  4 ", "name": "Rama IV", "nameEn": None, "oneway": True, "HIGHWAY": "primary"}
    )
    assert tags == {"name:th": "ถนนพระรามที่ 4", "name": "Rama IV", "highway": "primary"}
    assert names_of(tags) == Names("ถนนพระรามที่ 4", "ถนนพระรามที่ 4")
    assert names_of({"name": "Soi 4", "name:en": "Soi Four"}) == Names("Soi 4", "Soi Four")
    assert names_of({"name:th": "ก" * 61, "name:en": "Park"}) == Names("", "Park")
    assert names_of({}) == Names("", "")


def test_a_name_waits_for_the_zoom_at_which_it_fits() -> None:
    lumphini = label_zoom(570_000, 13.73)
    assert lumphini == 14
    # One zoom in, a pixel is half as long: a quarter of the area fits as well.
    assert label_zoom(570_000 / 4, 13.73) == 15
    side = math.sqrt(570_000) * 2**lumphini / (78271.517 * math.cos(math.radians(13.73)))
    assert 95 <= side < 190
    assert label_zoom(50, 13.73) is None
    assert label_zoom(0, 13.73) is None
