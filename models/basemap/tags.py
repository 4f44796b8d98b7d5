"""Tags of a feature -> what is drawn. OpenStreetMap's own keys and values, and what other files write for them.

Source of keys and values: OpenStreetMap wiki, "Map features".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from models.basemap.layers import Geometry, LayerName

#: Longest name that is put on the map; what is longer is a description.
MAX_NAME: Final = 60

_HIGHWAYS: Final = {
    "motorway": "motorway", "trunk": "trunk", "primary": "primary", "secondary": "secondary",
}  # fmt: skip
_STREETS: Final = {
    "tertiary": "tertiary", "unclassified": "minor", "residential": "minor", "living_street": "minor",
    "road": "minor", "busway": "minor", "service": "service", "pedestrian": "service",
}  # fmt: skip
_PATHS: Final = frozenset({"footway", "path", "steps", "cycleway", "track", "bridleway", "corridor"})
_RAILS: Final = {
    "rail": "rail", "light_rail": "metro", "subway": "metro", "monorail": "metro", "tram": "metro",
    "narrow_gauge": "rail",
}  # fmt: skip
_WATERWAYS: Final = {"river": "river", "canal": "canal", "stream": "stream", "drain": "stream", "ditch": "stream"}
#: (key, value) of an area -> the kind of green it is.
_GREENS: Final = {
    ("leisure", "park"): "park", ("leisure", "garden"): "park", ("leisure", "playground"): "park",
    ("leisure", "recreation_ground"): "park", ("leisure", "dog_park"): "park", ("leisure", "common"): "park",
    ("leisure", "nature_reserve"): "wood", ("leisure", "golf_course"): "pitch", ("leisure", "pitch"): "pitch",
    ("leisure", "track"): "pitch", ("leisure", "stadium"): "pitch", ("leisure", "sports_centre"): "pitch",
    ("landuse", "grass"): "grass", ("landuse", "recreation_ground"): "park", ("landuse", "village_green"): "park",
    ("landuse", "forest"): "wood", ("landuse", "cemetery"): "grass", ("landuse", "meadow"): "grass",
    ("landuse", "orchard"): "grass", ("natural", "wood"): "wood", ("natural", "scrub"): "wood",
    ("natural", "grassland"): "grass", ("boundary", "national_park"): "wood",
}  # fmt: skip
_WATERS: Final = frozenset(
    {
        ("natural", "water"), ("natural", "bay"), ("waterway", "riverbank"), ("waterway", "dock"),
        ("landuse", "reservoir"), ("landuse", "basin"), ("leisure", "swimming_pool"),
    }
)  # fmt: skip
#: Settlements and what a patrol knows a place by -> the first zoom its name is written at.
_PLACES: Final = {
    ("place", "city"): ("city", 5), ("place", "town"): ("town", 8), ("place", "village"): ("village", 12),
    ("place", "island"): ("village", 11), ("place", "suburb"): ("suburb", 12), ("place", "quarter"): ("suburb", 13),
    ("place", "neighbourhood"): ("suburb", 14), ("place", "hamlet"): ("village", 14),
    ("railway", "station"): ("station", 14), ("railway", "halt"): ("station", 14),
    ("amenity", "police"): ("public", 14), ("amenity", "hospital"): ("public", 14),
    ("amenity", "university"): ("public", 14), ("amenity", "college"): ("public", 15),
    ("amenity", "school"): ("public", 15), ("amenity", "townhall"): ("public", 15),
    ("amenity", "fire_station"): ("public", 15), ("amenity", "place_of_worship"): ("public", 15),
    ("amenity", "marketplace"): ("public", 15), ("amenity", "bus_station"): ("station", 15),
    ("shop", "mall"): ("public", 15),
}  # fmt: skip

#: Our name of a key -> how files write it, in lower case. `fclass` is Geofabrik's.
_ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name", "ชื่อ"),
    "name:th": ("name:th", "name_th", "nameth", "park_name_t"),
    "name:en": ("name:en", "name_en", "nameen", "park_name_e"),
}
_SPELLED: Final = {other: key for key, others in _ALIASES.items() for other in others}
_WATER_WORDS: Final = ("แหล่งน้ำ", "สระน้ำ", "บึง", "คลอง", "แม่น้ำ", "อ่างเก็บน้ำ")
_PITCH_WORDS: Final = ("สนาม",)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a feature is drawn as. `label_zoom`: its name's own first zoom; None: by its size."""

    layer: LayerName
    kind: str
    label_zoom: int | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """A feature's names; empty when it has none that belongs on a map."""

    th: str
    en: str


def spelled(raw: Mapping[str, object]) -> dict[str, str]:
    """A feature's properties under OpenStreetMap's keys: lower case, trimmed, without what is empty."""
    found: dict[str, str] = {}
    for key, value in raw.items():
        if not isinstance(value, str) or not (text := " ".join(value.split())):
            continue
        lower = key.lower()
        found.setdefault(_SPELLED.get(lower, lower), text)
    return found


def names_of(tags: Mapping[str, str]) -> Names:
    """The Thai name (`name:th`, else `name`) and the English one (`name:en`, else the Thai one)."""
    th = tags.get("name:th") or tags.get("name") or tags.get("name:en") or ""
    en = tags.get("name:en") or th
    return Names(th if len(th) <= MAX_NAME else "", en if len(en) <= MAX_NAME else "")


def draw(tags: Mapping[str, str], geometry: Geometry, declared: str = "") -> Drawn | None:
    """What a feature is drawn as; None: not at all. `tags` as `spelled`; `declared`: a key of `DECLARED` or empty."""
    found = _by_tags(tags, geometry)
    if found is not None or not declared:
        return found
    return _by_word(tags, geometry, declared)


def _by_tags(tags: Mapping[str, str], geometry: Geometry) -> Drawn | None:
    if geometry == "point":
        return next((_place(pair) for pair in tags.items() if pair in _PLACES), None)
    if geometry == "line":
        return _line(tags)
    if "building" in tags:
        return Drawn("building", "building") if tags["building"] != "no" else None
    for pair in tags.items():
        if pair in _WATERS:
            return Drawn("water", "water")
        if pair in _GREENS:
            return Drawn("green", _GREENS[pair])
    return next((_place(pair) for pair in tags.items() if pair in _PLACES), None)


def _place(pair: tuple[str, str]) -> Drawn:
    kind, zoom = _PLACES[pair]
    return Drawn("place", kind, zoom)


def _line(tags: Mapping[str, str]) -> Drawn | None:
    road = _road(tags.get("highway", ""))
    if road is not None:
        return road
    if tags.get("railway", "") in _RAILS and tags.get("tunnel") != "yes":
        return Drawn("rail", _RAILS[tags["railway"]])
    if tags.get("waterway", "") in _WATERWAYS and tags.get("tunnel") not in ("yes", "culvert"):
        return Drawn("waterway", _WATERWAYS[tags["waterway"]])
    return None


def _road(value: str) -> Drawn | None:
    """The road of a value of `highway`; of several (`residential;service`) the first, a slip road as its road."""
    plain = value.partition(";")[0].strip().lower().removesuffix("_link")
    if plain in _HIGHWAYS:
        return Drawn("highway", _HIGHWAYS[plain])
    if plain in _STREETS:
        return Drawn("street", _STREETS[plain])
    return Drawn("path", "path") if plain in _PATHS else None


def _by_word(tags: Mapping[str, str], geometry: Geometry, declared: str) -> Drawn | None:
    """What a feature without tags is, by what its file was said to hold."""
    name = tags.get("name:th") or tags.get("name") or ""
    kind = tags.get("fclass", "")
    if geometry == "point":
        by_class = next((_place(pair) for pair in _PLACES if pair[1] == kind), None)
        return by_class or (Drawn("place", "public", 15) if declared == "places" else None)
    if geometry == "line":
        lines = {"roads": _road(kind) or Drawn("street", "minor"), "rail": Drawn("rail", _RAILS.get(kind, "rail"))}
        return lines.get(declared) or (
            Drawn("waterway", _WATERWAYS.get(kind, "canal")) if declared == "water" else None
        )
    if declared == "parks":
        # Registers of green areas list ponds and pitches too; only their names tell.
        if name.startswith(_WATER_WORDS):
            return Drawn("water", "water")
        return Drawn("green", "pitch" if name.startswith(_PITCH_WORDS) else "park")
    if declared == "water":
        return Drawn("water", "water")
    return Drawn("building", "building") if declared == "buildings" else None
