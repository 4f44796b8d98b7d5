"""The generated town as one value, and how it is made from a seed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import shapely
from shapely.geometry import Polygon

from models.town import names
from models.town.fleet import FLEET, Crewed
from models.town.furniture import CameraSpot, Furniture, Spot, make_furniture
from models.town.graph import Graph
from models.town.ground import UTM_EPSG, Point, line_to_lonlat, to_metres
from models.town.lattice import ROWS, ZONE_ROW, ZONE_WIDTHS, Lattice, make_lattice, zone_cells
from models.town.lines import StreetLine, street_lines
from models.town.streets import make_streets
from models.town.zone import CENTRE, Fit, fit, outline

STATION = "mueang_mukdahan"
STATION_TH = "สภ.เมืองมุกดาหาร"
STATION_EN = "Mueang Mukdahan"
STATION_PLACE = (16.5436, 104.7235)
ZONE_CODE = "indochina"
ZONE_TH = "ชุมชนศรีมงคลยอดแก้ว (ตลาดอินโดจีน)"
ZONE_EN = "Indochina market"
ZONE_PEOPLE = 2367


@dataclass(frozen=True)
class Community:
    """A community of residents; `whole` = all of it lies in the zone."""

    name_th: str
    name_en: str
    whole: bool
    shape: Polygon


@dataclass(frozen=True)
class Town:
    """Everything generated, in UTM metres inside and degrees in what is handed on."""

    seed: int
    graph: Graph
    zone: Polygon
    river: tuple[Point, ...]
    communities: tuple[Community, ...]
    furniture: Furniture

    station = STATION
    utm_epsg = UTM_EPSG

    @property
    def units(self) -> tuple[Crewed, ...]:
        """The station's units."""
        return FLEET

    @property
    def boxes(self) -> tuple[Spot, ...]:
        """The SOS boxes."""
        return self.furniture.boxes

    @property
    def cameras(self) -> tuple[CameraSpot, ...]:
        """The camera points."""
        return self.furniture.cameras

    @property
    def checkpoints(self) -> tuple[Spot, ...]:
        """The red boxes."""
        return self.furniture.checkpoints

    @property
    def centre(self) -> Point:
        """The middle of the zone, in metres."""
        return to_metres(*CENTRE)

    @cached_property
    def zone_geojson(self) -> dict[str, Any]:
        """The zone as a GeoJSON Polygon."""
        return {"type": "Polygon", "coordinates": [line_to_lonlat(self.zone.exterior.coords)]}

    @cached_property
    def streets(self) -> tuple[StreetLine, ...]:
        """Streets as lines, longest run first within each street, and the river."""
        return (*street_lines(self.graph), StreetLine("river", names.RIVER, line_to_lonlat(self.river)))


def make_town(seed: int) -> Town:
    """The town of a seed.

    Raises:
        ValueError: this seed gives no zone of the wanted figures.
    """
    lattice = make_lattice(seed)
    fitted = fit(lattice)
    graph = make_streets(seed, lattice, fitted)
    zone = _stretched(outline(lattice, zone_cells()), fitted)
    river = tuple(fitted.apply(lattice.place(-0.6, t / 2)) for t in range(2 * ROWS + 1))
    return Town(
        seed=seed,
        graph=graph,
        zone=zone,
        river=river,
        communities=_communities(lattice, fitted),
        furniture=make_furniture(seed, graph, zone, to_metres(*CENTRE)),
    )


def _stretched(shape: Polygon, fitted: Fit) -> Polygon:
    (x, y), (sx, sy), (east, north) = fitted.origin, fitted.stretch, fitted.target
    moved = shapely.transform(shape, lambda xy: (xy - (x, y)) * (sx, sy) + (east, north))
    if not isinstance(moved, Polygon):
        raise TypeError("a polygon stays a polygon")
    return moved


def _communities(lattice: Lattice, fitted: Fit) -> tuple[Community, ...]:
    """The middle one fills the zone's width; those north and south of it reach beyond the zone's edge."""
    first, second = ZONE_ROW + 3, ZONE_ROW + 7
    middle = {(i, j) for i, j in zone_cells() if first <= j < second}
    south = {(i, j) for j in range(ZONE_ROW, first) for i in range(max(ZONE_WIDTHS) - 1)}
    north = {(i, j) for j in range(second, ZONE_ROW + len(ZONE_WIDTHS)) for i in range(max(ZONE_WIDTHS))}
    return tuple(
        Community(thai, english, whole, _stretched(outline(lattice, cells), fitted))
        for (thai, english, whole), cells in zip(names.COMMUNITIES, (middle, south, north), strict=True)
    )
