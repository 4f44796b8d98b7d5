"""Register files and zone polygons."""

from __future__ import annotations

import math

import orjson
import pytest
from sqlmodel import SQLModel

from models.formats.polygons import MAX_CORNERS, measure, ring_around, utm_epsg
from models.formats.problems import BadFileError, BadValueError, RowError
from models.formats.register_files import read_register
from models.formats.register_rows import Given
from models.formats.tables import read_table
from models.records.camera import CameraPoint
from models.records.sos import SosBox
from models.records.station import Station, Zone
from models.records.unit import Unit

HERE = Given("mueang_mukdahan", 1_700_000_000_000)
SQUARE = "POLYGON((104.72 16.54,104.73 16.54,104.73 16.55,104.72 16.55,104.72 16.54))"


def read(kind: str, text: str, given: Given = HERE) -> list[SQLModel | RowError]:
    return list(read_register(kind, read_table("a.csv", text.encode()), given))


def codes(kind: str, text: str) -> list[str]:
    (row,) = read(kind, text)
    assert isinstance(row, RowError), row
    return [problem.code for problem in row.problems]


def why(text: str) -> str:
    with pytest.raises(BadValueError) as caught:
        measure(text)
    return caught.value.problem.code


def polygon(corners: list[tuple[float, float]]) -> str:
    return orjson.dumps({"type": "Polygon", "coordinates": [[*corners, corners[0]]]}).decode()


def test_stations_by_the_names_of_the_programme_list() -> None:
    text = (
        "key,phase1_pilot,name_th,name_en,type,bureau_th,lat,lon,adm1_th\n"
        "nakhon_sawan,False,สภ.เมืองนครสวรรค์,Mueang Nakhon Sawan,provincial,ภ.6,,,นครสวรรค์\n"
    )
    (row,) = read("station", text)
    assert isinstance(row, Station)
    assert (row.code, row.kind, row.bureau, row.province) == ("nakhon_sawan", "provincial", "ภ.6", "นครสวรรค์")
    assert (row.lat, row.lon, row.plausible_km) == (None, None, 50.0)


def test_boxes_by_the_names_of_a_municipal_list() -> None:
    (row,) = read("box", "code,name_th,lon,lat\nEP01,ข้างป้าย,100.1220556,15.6975278\n")
    assert isinstance(row, SosBox)
    assert (row.station, row.box, row.lat, row.lon) == ("mueang_mukdahan", "EP01", 15.6975278, 100.1220556)


def test_a_file_may_name_the_station_itself() -> None:
    row = read("unit", "station,unit,kind,call_sign\nhat_yai,u1,สายตรวจเดินเท้า,201\n", Given("", 0))[0]
    assert isinstance(row, Unit)
    assert (row.station, row.unit, row.kind, row.call_sign) == ("hat_yai", "u1", "foot", "201")


def test_a_file_of_no_station_is_refused() -> None:
    with pytest.raises(BadFileError, match="--station"):
        read("unit", "unit\nu1\n", Given("", 0))


def test_a_zone_is_measured() -> None:
    (row,) = read("zone", f'code,kind,population,polygon\nz1,เศรษฐกิจ,"2,367","{SQUARE}"\n')
    assert isinstance(row, Zone)
    assert (row.kind, row.population, row.utm_epsg) == ("economic", 2367, 32648)
    # A hundredth of a degree at 16.5 degrees north: 1.107 km by 1.067 km.
    assert math.isclose(row.area_m2, 1_106_700 * 1.0668, rel_tol=2e-3)
    assert math.isclose(row.perimeter_m, 2 * (1_106.7 + 1_066.8), rel_tol=2e-3)


def test_cameras_working_and_linked_are_two_facts() -> None:
    (row,) = read("camera", "point,lat,lon,total,working,linked\nc1,16.5,104.7,4,3,0\n")
    assert isinstance(row, CameraPoint)
    assert (row.total, row.working, row.linked) == (4, 3, 0)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("station", "code,name_th\nHat Yai,ก", ["bad_code"]),
        ("station", "code,name_th,kind\n,,metro", ["required", "required"]),
        ("station", "code,name_th,lat,lon\na,ก,100,13", ["swapped"]),
        ("station", "code,name_th,plausible_km\na,ก,-1", ["out_of_range"]),
        ("station", "code,name_th,kind\na,ก,castle", ["not_allowed"]),
        ("box", "box,lat,lon\nb/1,16,104", ["bad_id"]),
        ("box", "box,lat,lon\nb1,,", ["required"]),
        ("camera", "point,lat,lon,total,working\nc1,16,104,2,3", ["more_than_total"]),
        ("unit", "unit,kind\nu+1,car", ["bad_id"]),
        ("zone", "code,polygon\nz1,", ["required"]),
        ("zone", "code,polygon\nz1,circle", ["not_polygon"]),
    ],
)
def test_wrong_rows(kind: str, text: str, expected: list[str]) -> None:
    assert codes(kind, text + "\n") == expected


def test_the_same_box_twice_in_a_file() -> None:
    rows = read("box", "box,lat,lon\nb1,16,104\nb1,16,104.1\n")
    assert isinstance(rows[1], RowError)
    assert rows[1].problems[0].code == "id_twice"


def test_a_needed_column_is_missing() -> None:
    with pytest.raises(BadFileError, match="no column lat"):
        read("box", "box\nb1\n")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_polygon"),
        ("{}", "not_polygon"),
        ("{", "not_polygon"),
        ('{"type":"Polygon"}', "not_polygon"),
        ('{"type":"Polygon","coordinates":[[[1,2]]]}', "not_polygon"),
        ('{"type":"Polygon","coordinates":[]}', "not_polygon"),
        ('{"type":"Polygon","coordinates":"x"}', "not_polygon"),
        ('{"type":"Point","coordinates":[104,16]}', "not_polygon"),
        ("LINESTRING(104 16,105 16)", "not_polygon"),
        (polygon([(104.0, 16.0), (104.1, 16.1), (104.1, 16.0), (104.0, 16.1)]), "crossing"),
        (polygon([(104.0, 16.0), (104.1, 16.1), (104.2, 16.2)]), "degenerate"),
        (polygon([(104.0, 16.0), (104.000001, 16.0), (104.0, 16.000001)]), "degenerate"),
        (polygon([(16.0, 104.0), (16.0, 104.1), (16.1, 104.1)]), "swapped"),
        (polygon([(104.0, 16.0), (204.0, 16.0), (104.0, 17.0)]), "bad_corner"),
        ("POLYGON((1 1,2 2,Inf 1,1 1))", "bad_corner"),
        (polygon([(100.0, 10.0), (106.0, 10.0), (106.0, 20.0)]), "too_large"),
    ],
)
def test_what_is_no_zone(text: str, code: str) -> None:
    assert why(text) == code


def test_too_many_corners() -> None:
    turns = [2 * math.pi * step / (MAX_CORNERS + 1) for step in range(MAX_CORNERS + 1)]
    assert why(polygon([(104.7 + 0.01 * math.cos(turn), 16.5 + 0.01 * math.sin(turn)) for turn in turns])) == (
        "too_many_corners"
    )


def test_a_million_corners_are_refused_in_words() -> None:
    turns = [2 * math.pi * step / 1_000_000 for step in range(1_000_000)]
    text = "POLYGON((" + ",".join(f"{104.7 + 0.01 * math.cos(t):.7f} {16.5 + 0.01 * math.sin(t):.7f}" for t in turns)
    with pytest.raises(BadValueError) as refused:
        measure(f"{text}, 104.71 16.5))")
    assert "10,000" in refused.value.problem.th
    assert "10,000" in refused.value.problem.en


def test_a_square_of_metres_on_a_pointed_map() -> None:
    measured = measure(SQUARE)
    ring = measure(ring_around(measured.polygon, 100.0))
    # A ring of width w round a convex outline of length p: p * w + pi * w^2.
    assert math.isclose(ring.area_m2, measured.perimeter_m * 100 + math.pi * 100**2, rel_tol=1e-3)
    with pytest.raises(ValueError, match="width"):
        ring_around(measured.polygon, 0.0)


@pytest.mark.parametrize(
    ("lat", "lon", "epsg"), [(13.7, 100.5, 32647), (16.5, 104.7, 32648), (-33.9, 151.2, 32756), (1.0, 180.0, 32660)]
)
def test_utm_zone(lat: float, lon: float, epsg: int) -> None:
    assert utm_epsg(lat, lon) == epsg
