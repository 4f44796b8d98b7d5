"""What stands on the generated streets: SOS boxes, camera points, red boxes; and the communities. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from shapely.geometry import Point as ShapePoint
from shapely.geometry import Polygon

from models.town import names
from models.town.chance import chance
from models.town.graph import Graph
from models.town.ground import Point, gap, to_degrees

#: Cameras at each of the 18 points: 61 in all, as in the real zone.
CAMERAS = (4, 4, 4, 3, 3, 4, 3, 4, 3, 3, 4, 3, 3, 4, 2, 4, 3, 3)
BOXES = 12
CHECKPOINTS = 10
CHECKPOINT_REACH_M = 1_150.0


class Spot(NamedTuple):
    """A named thing on a junction of the street graph."""

    id: str
    name_th: str
    name_en: str
    node: int
    lat: float
    lon: float


class CameraSpot(NamedTuple):
    """A camera point; `total` counts its cameras, `owner` is who pays for them."""

    spot: Spot
    total: int
    working: int
    linked: int
    owner: str


class Furniture(NamedTuple):
    """All that stands in the street."""

    boxes: tuple[Spot, ...]
    cameras: tuple[CameraSpot, ...]
    checkpoints: tuple[Spot, ...]


def make_furniture(seed: int, graph: Graph, zone: Polygon, centre: Point) -> Furniture:
    """Boxes and cameras spread over the zone's corners, red boxes over zone and neighbourhood."""
    corners = [node for node in graph.nodes if len(graph.ways[node]) >= 3]
    reach = zone.buffer(4.0)
    inside = [node for node in corners if reach.contains(ShapePoint(graph.nodes[node]))]
    near = [node for node in corners if gap(graph.nodes[node], centre) < CHECKPOINT_REACH_M]
    start = min(inside, key=lambda node: gap(graph.nodes[node], centre))
    boxes = spread(graph, inside, BOXES, start)
    cameras = spread(graph, [node for node in inside if node not in boxes], len(CAMERAS), inside[0])
    checkpoints = spread(graph, [node for node in near if node not in boxes], CHECKPOINTS, near[-1])
    rng = chance(seed, "furniture")
    landmarks = rng.sample(names.LANDMARKS, BOXES)
    return Furniture(
        boxes=tuple(
            _spot(graph, f"sos-{k:02d}", f"ตู้ SOS {th}", f"SOS box, {en}", node)
            for k, (node, (th, en)) in enumerate(zip(boxes, landmarks, strict=True), 1)
        ),
        cameras=tuple(
            _camera(graph, k, node, total) for k, (node, total) in enumerate(zip(cameras, CAMERAS, strict=True), 1)
        ),
        checkpoints=tuple(
            _spot(graph, f"red-{k:02d}", f"ตู้แดง {th}", f"Red box, {en}", node)
            for k, (node, (th, en)) in enumerate(zip(checkpoints, names.CHECKPOINT_PLACES, strict=True), 1)
        ),
    )


def spread(graph: Graph, candidates: Sequence[int], count: int, start: int) -> list[int]:
    """Junctions far apart: each next one is the candidate farthest from those chosen."""
    chosen = [start]
    nearest = {node: gap(graph.nodes[node], graph.nodes[start]) for node in candidates}
    while len(chosen) < count:
        best = max(candidates, key=lambda node: (nearest[node], -node))
        chosen.append(best)
        for node in candidates:
            nearest[node] = min(nearest[node], gap(graph.nodes[node], graph.nodes[best]))
    return chosen


def corner_name(graph: Graph, node: int) -> str:
    """The Thai name of a junction: the two widest streets that meet there."""
    streets = list(dict.fromkeys(graph.edges[index].street for index in graph.ways[node]))
    streets.sort(key=lambda name: name.startswith("ซอย"))
    return f"แยก{streets[0].removeprefix('ถนน')}" + (f" ตัด{streets[1]}" if len(streets) > 1 else "")


def _spot(graph: Graph, code: str, thai: str, english: str, node: int) -> Spot:
    lat, lon = to_degrees(graph.nodes[node])
    return Spot(code, thai, english, node, lat, lon)


def _camera(graph: Graph, number: int, node: int, total: int) -> CameraSpot:
    spot = _spot(graph, f"cam-{number:02d}", f"กล้อง {corner_name(graph, node)}", f"Camera point {number}", node)
    private = number % 6 == 0
    return CameraSpot(
        spot,
        total=total,
        working=total - (number % 5 == 0),
        linked=0 if private else total - (number % 7 == 0),
        owner="ผู้ประกอบการในพื้นที่" if private else "เทศบาลเมืองมุกดาหาร",
    )


def distinct(spots: Collection[Spot]) -> bool:
    """Whether no two of the spots share a junction."""
    return len({spot.node for spot in spots}) == len(spots)
