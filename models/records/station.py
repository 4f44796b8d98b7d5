"""Stations and their zones. A zone's polygon is versioned, so that an old figure stays true."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import Millis

#: Kinds of station. `replay` writes only to `demo` and `test`; `test` has no plausible area.
STATION_KINDS = ("metro", "provincial", "test", "demo")
#: Kinds of zone; a `beat` is the ground of one patrol, no safety zone.
BEAT = "beat"
ZONE_KINDS = ("risk", "landmark", "economic", BEAT)


class Station(SQLModel, table=True):
    """One police station; `code` is the topic level of the MQTT contract."""

    code: str = Field(primary_key=True, max_length=64)
    name_th: str
    name_en: str
    kind: str = "provincial"
    bureau: str = ""
    province: str = ""
    lat: float | None = None
    lon: float | None = None
    plausible_km: float = 50.0


class Zone(SQLModel, table=True):
    """One version of a safety zone. Area (m2) and perimeter (m) are computed in the UTM zone of the place.

    `outline` and `ring` follow from polygon and kind (`models.formats.zone_shapes`) and are for the map alone.
    """

    station: str = Field(primary_key=True, foreign_key="station.code", max_length=64)
    code: str = Field(primary_key=True, max_length=64)
    version: int = Field(primary_key=True)
    name_th: str = ""
    name_en: str = ""
    kind: str = "risk"
    population: int | None = None
    polygon: str = Field(description="GeoJSON Polygon or MultiPolygon, WGS 84")
    outline: str | None = Field(default=None, description="GeoJSON of fewer corners for the map; None: the polygon")
    ring: str | None = Field(default=None, description="GeoJSON of the ground round it; None: there is none")
    area_m2: float
    perimeter_m: float
    utm_epsg: int
    valid_from: Millis = Field(sa_type=BigInteger)
    valid_to: Millis | None = Field(default=None, sa_type=BigInteger)
    started: str | None = Field(
        default=None, max_length=10, description="the day it began as a safety zone, ISO 8601; of all its versions"
    )


#: Kinds of streets that are main roads (OpenStreetMap's words).
MAIN_ROADS = frozenset({"motorway", "trunk", "primary", "secondary", "tertiary"})


class Street(SQLModel, table=True):
    """One street line of a station's ground: drawn when no base map is there."""

    station: str = Field(primary_key=True, foreign_key="station.code", max_length=64)
    id: int = Field(primary_key=True)
    kind: str = "residential"
    name_th: str = ""
    line: str = Field(description="GeoJSON LineString, WGS 84")


class LevelsMark(SQLModel, table=True):
    """One row: another text each time a station comes, goes or moves to another bureau or province. The database
    renews it by itself, so that whoever keeps the levels in memory can tell whether they still hold."""

    __tablename__ = "levels_mark"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    mark: str = Field(max_length=36)
