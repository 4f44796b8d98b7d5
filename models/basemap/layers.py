"""The layers of a base map's tiles, and from which zoom on each is in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

LayerName = Literal["water", "waterway", "green", "building", "rail", "highway", "street", "path", "place"]
Geometry = Literal["point", "line", "area"]

#: The extent of a tile in its own units (Mapbox Vector Tile 2.1, section 4.1).
EXTENT: Final = 4096


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: its geometry, its first zoom, and how far a line may be moved below the last zoom, in tile units."""

    name: LayerName
    geometry: Geometry
    first_zoom: int
    simplify: float = 4.0


LAYERS: Final[tuple[Layer, ...]] = (
    Layer("water", "area", 6),
    Layer("waterway", "line", 10),
    Layer("green", "area", 9),
    Layer("building", "area", 13),
    Layer("rail", "line", 9),
    Layer("highway", "line", 6),
    Layer("street", "line", 11),
    Layer("path", "line", 14),
    Layer("place", "point", 5, 0.0),
)
BY_NAME: Final[dict[str, Layer]] = {layer.name: layer for layer in LAYERS}

#: What a file without tags may be said to be: `LAYER=FILE` on the command line, or words in its layer's own name.
DECLARED: Final[dict[str, tuple[str, ...]]] = {
    "roads": ("road", "street", "highway", "ถนน"),
    "rail": ("rail", "ทางรถไฟ"),
    "water": ("water", "river", "canal", "คลอง", "แม่น้ำ"),
    "parks": ("park", "green", "garden", "สวน"),
    "buildings": ("building", "อาคาร"),
    "places": ("place", "poi", "สถานที่"),
}


def declared_by_name(name: str) -> str:
    """What a layer's own name says it holds: `parks` for `bma_pathumwan_parks`; empty when it says nothing."""
    lower = name.lower()
    return next((kind for kind, words in DECLARED.items() if any(word in lower for word in words)), "")
