"""Street files: lines with the properties of OpenStreetMap (`highway`, `name`, `name:th`), as rows of `Street`.

A file is one station's whole street net. Lines of several parts become several streets, numbered from 1 on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import orjson
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from models.formats.geometry import read_geometry
from models.formats.problems import BAD_PLACE, SWAPPED, ZERO_PLACE, BadFileError, BadValueError, Problem, RowError
from models.formats.rows import Row, find_columns
from models.formats.tables import Sheet
from models.formats.text import clean
from models.records.station import Street

#: Most vertices of one line, all its parts together.
MAX_VERTICES = 10_000
#: Most vertices of a file: what a wall is still sent and draws at once, some 5 MB.
MAX_FILE_VERTICES = 200_000
#: Digits behind the point of a stored degree: 0.1 m, finer than a street is drawn.
_DIGITS = 6
_LONGEST_KIND = 40
_LONGEST_NAME = 200

#: Field -> other names of its column.
STREET_NAMES: Mapping[str, Collection[str]] = {
    "geometry": ("line", "wkt", "geojson"),
    "highway": ("kind", "type", "fclass", "ประเภท"),
    "name_th": ("name:th", "ชื่อ"),
    "name": (),
}

NOT_LINE = Problem(
    "not_line", "ไม่ใช่เส้น (GeoJSON LineString หรือ WKT)", "is not a LineString or MultiLineString (GeoJSON or WKT)"
)
TOO_MANY_VERTICES = Problem(
    "too_many_vertices", "จุดในเส้นเกิน 10,000 จุด", "has more than 10,000 vertices: split or simplify it"
)
NO_LENGTH = Problem("no_length", "เส้นมีเพียงจุดเดียว", "has no length: all its vertices are one place")
FILE_TOO_FINE = Problem(
    "file_too_fine",
    "จุดในเส้นรวมกันเกิน 200,000 จุด",
    "the file has more than 200,000 vertices: cut it to the station's ground, or simplify it",
)
NO_GEOMETRY = Problem("no_column", "ไม่พบเส้นถนนในไฟล์", "the file has no column geometry; see docs/formats.md")


def read_streets(sheet: Sheet, station: str) -> Iterator[list[Street] | RowError]:
    """Every row of a street file as its streets, one a part of the line, or a `RowError`.

    Raises:
        BadFileError: no column of lines, more vertices than a wall can draw, or the file breaks in the middle.
    """
    columns = find_columns(sheet.header, STREET_NAMES)
    if not columns.has("geometry"):
        raise BadFileError(NO_GEOMETRY)
    number, vertices = 0, 0
    for at, cells in sheet.rows:
        row = Row(columns, at, cells).blame(sheet.faults.get(at))
        parts = row.parse("geometry", parts_of, required=True) or []
        kind = _kind(row.text("highway", _LONGEST_KIND))
        name = row.text("name_th", _LONGEST_NAME) or row.text("name", _LONGEST_NAME)
        if row.problems:
            yield row.error()
            continue
        vertices += sum(int(shapely.get_num_coordinates(part)) for part in parts)
        if vertices > MAX_FILE_VERTICES:
            raise BadFileError(FILE_TOO_FINE)
        yield [
            Street(station=station, id=number + index, kind=kind, name_th=name, line=_json(part))
            for index, part in enumerate(parts, 1)
        ]
        number += len(parts)


def parts_of(text: str) -> list[BaseGeometry]:
    """The lines of a LineString or MultiLineString, GeoJSON geometry text or WKT, in degrees (lon, lat).

    Raises:
        BadValueError: no line, too many vertices, out of range, swapped, or without length.
    """
    line = read_geometry(text, ("LineString", "MultiLineString"), NOT_LINE)
    if shapely.get_num_coordinates(line) > MAX_VERTICES:
        raise BadValueError(TOO_MANY_VERTICES)
    _check_range(line)
    parts = [part for part in shapely.get_parts(line).tolist() if part.length > 0.0]
    if not parts:
        raise BadValueError(NO_LENGTH)
    return parts


def _check_range(line: BaseGeometry) -> None:
    lon, lat = abs(shapely.get_coordinates(line)).T
    if not bool((lon <= 180.0).all() and (lat <= 180.0).all()):  # NaN compares false, so it is caught here too
        raise BadValueError(BAD_PLACE)
    if bool((lat > 90.0).any()):
        raise BadValueError(SWAPPED if bool((lon <= 90.0).all()) else BAD_PLACE)
    if bool(((lon == 0.0) & (lat == 0.0)).any()):
        raise BadValueError(ZERO_PLACE)


def _kind(text: str) -> str:
    """The value of `highway`; of several (`residential;service`) the first, of none the commonest."""
    return clean(text.partition(";")[0]).lower() or "residential"


def _json(line: BaseGeometry) -> str:
    rounded = [[round(lon, _DIGITS), round(lat, _DIGITS)] for lon, lat in mapping(line)["coordinates"]]
    return orjson.dumps({"type": "LineString", "coordinates": rounded}).decode()
