"""Hotspots on the ground of live map and wall: outline, rank and name of each; never a case, never a person. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from dashboard.hotspots.most import claims_most
from dashboard.hotspots.told import family_name, spot_name
from dashboard.times import day_of
from dashboard.words import Language, word
from store.hotspots import StoredMap

#: Days ahead of the maps that are drawn, and how many hotspots of a zone at most: more is no help on a live map.
DAYS = 28
MOST = 10

#: Where more stations than this have maps, none is drawn: nobody patrols by a map of the country.
MOST_STATIONS = 40


def hotspot_features(maps: Iterable[StoredMap], zone: ZoneInfo) -> list[tuple[Any, dict[str, Any]]]:
    """(outline, properties) of the hotspots of each zone, out of the one map that claims most there.

    After each outline come the corner at which its rank is written and the point at which its name is: once each, for
    a hotspot whose cells touch by a corner is drawn as several areas.

    `made`: when the map was made, ms; its day in `zone` stands below the name, lest an old map be taken for news.
    `grey`: nobody has measured how often such a map is right; then the name says so too.
    """
    zones: dict[tuple[str, str], list[StoredMap]] = defaultdict(list)
    for one in maps:
        zones[one.station, one.zone].append(one)
    found: list[tuple[Any, dict[str, Any]]] = []
    for of_zone in zones.values():
        stored = claims_most(of_zone)
        if stored is None:
            continue
        grey = stored.map.verdict == "grey"
        for rank, spot in enumerate(stored.map.hotspots[:MOST], 1):
            names = {language: _name(stored, rank, zone, language) for language in ("th", "en")}
            values = {"s": stored.station, "id": spot.id, "rank": rank, "grey": grey, "made": stored.made_at}
            west, north = _corner(orjson.loads(spot.outline)["coordinates"])
            found.append((orjson.Fragment(spot.outline), values))
            mark = f"{rank} {word('hot.grey_mark', 'th')}" if grey else str(rank)
            found.append(({"type": "Point", "coordinates": [west, north]}, {**values, "mark": mark}))
            found.append(({"type": "Point", "coordinates": [spot.lon, spot.lat]}, {**values, **names}))
    return found


def _corner(coordinates: Any) -> tuple[float, float]:
    """The upper left corner of what bounds (nested) coordinates. Shapely would be loaded with each start for it."""
    if isinstance(coordinates[0], (int, float)):
        return coordinates[0], coordinates[1]
    corners = [_corner(part) for part in coordinates]
    return min(west for west, _ in corners), max(north for _, north in corners)


def _name(stored: StoredMap, rank: int, zone: ZoneInfo, language: Language) -> str:
    name = spot_name(stored.map.hotspots[rank - 1], language)
    family = family_name(stored.family, language)
    said = f"{family}, {word('hot.grey_mark', language)}" if stored.map.verdict == "grey" else family
    return f"{name}\n{said}\n{day_of(stored.made_at, zone, language)}"
