"""Street files: what a line must be, and what becomes of OpenStreetMap's properties."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from models.formats import street_file
from models.formats.problems import BadFileError, RowError
from models.formats.street_file import MAX_VERTICES, read_streets
from models.formats.tables import read_table
from models.records.station import Street

SOI = [[100.5262631, 13.7532272], [100.5246443, 13.7535014]]


def geojson(*features: tuple[dict[str, Any], str, Any]) -> bytes:
    return orjson.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": values, "geometry": {"type": kind, "coordinates": coordinates}}
                for values, kind, coordinates in features
            ],
        }
    )


def read(body: bytes, name: str = "roads.geojson") -> list[list[Street] | RowError]:
    return list(read_streets(read_table(name, body), "lumphini"))


def reasons(kind: str, coordinates: Any, **values: Any) -> list[str]:
    (row,) = read(geojson((values, kind, coordinates)))
    assert isinstance(row, RowError), row
    return [problem.code for problem in row.problems]


def street(**values: Any) -> Street:
    (row,) = read(geojson((values, "LineString", SOI)))
    assert isinstance(row, list)
    return row[0]


def test_a_way_of_openstreetmap() -> None:
    found = street(**{"highway": "primary", "name": "Rama I", "name:th": "ถนนพระรามที่ 1", "oneway": True})
    assert (found.station, found.id, found.kind, found.name_th) == ("lumphini", 1, "primary", "ถนนพระรามที่ 1")
    assert orjson.loads(found.line) == {
        "type": "LineString",
        "coordinates": [[100.526263, 13.753227], [100.524644, 13.753501]],
    }


def test_names_and_kinds_as_exports_write_them() -> None:
    assert street(name="ซอย 1", nameTh=None).name_th == "ซอย 1"
    assert street(name="Soi 1", nameTh="ซอย 1").name_th == "ซอย 1"
    assert street(highway="Residential;service").kind == "residential"
    assert street().kind == "residential"


def test_the_parts_of_a_line_become_streets_numbered_on() -> None:
    rows = read(geojson(({}, "MultiLineString", [SOI, SOI[::-1]]), ({}, "LineString", SOI)))
    assert [[one.id for one in row] for row in rows if isinstance(row, list)] == [[1, 2], [3]]


def test_height_is_left_out_and_wkt_is_read() -> None:
    (row,) = read(b'geometry,highway\n"LINESTRING Z (100.5 13.7 4, 100.6 13.7 5)",tertiary\n', "roads.csv")
    assert isinstance(row, list)
    assert orjson.loads(row[0].line)["coordinates"] == [[100.5, 13.7], [100.6, 13.7]]


@pytest.mark.parametrize(
    ("kind", "coordinates", "code"),
    [
        ("Polygon", [[*SOI, [100.6, 13.8], SOI[0]]], "not_line"),
        ("LineString", [SOI[0]], "not_line"),
        ("LineString", [], "not_line"),
        ("LineString", [["a", "b"], ["c", "d"]], "not_line"),
        ("LineString", None, "not_line"),
        ("LineString", [SOI[0], SOI[0]], "no_length"),
        ("LineString", [[point[1], point[0]] for point in SOI], "swapped"),
        ("LineString", [[100.5, 13.7], [181.0, 13.7]], "bad_place"),
        ("LineString", [[100.5, 91.0], [100.6, 13.7]], "bad_place"),
        ("LineString", [[0.0, 0.0], [100.6, 13.7]], "zero_place"),
        ("LineString", [[100.0 + n / 1e5, 13.7] for n in range(MAX_VERTICES + 1)], "too_many_vertices"),
    ],
)
def test_what_is_no_street_is_refused(kind: str, coordinates: Any, code: str) -> None:
    assert reasons(kind, coordinates) == [code]


def test_a_point_and_a_long_name_are_refused() -> None:
    (row,) = read(geojson(({}, "Point", SOI[0]), ({}, "LineString", SOI)))[:1]
    assert isinstance(row, RowError)
    assert [problem.code for problem in row.problems] == ["required"]
    assert reasons("LineString", SOI, name="x" * 201) == ["too_long"]


def test_a_file_no_wall_could_draw_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(street_file, "MAX_FILE_VERTICES", 3)
    with pytest.raises(BadFileError, match="more than 200,000 vertices"):
        read(geojson(({}, "LineString", SOI), ({}, "LineString", SOI)))


def test_a_file_without_lines_is_refused() -> None:
    with pytest.raises(BadFileError, match="no column geometry"):
        read(b"name,highway\nx,primary\n", "roads.csv")
