"""Native topics: `ssz/v1/<station>/<kind>/<id>/<what>`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ingest.decode.fields import MAX_NAME, BadPayloadError, identifier
from models.records.base import UNKNOWN_STATION, Reason
from models.texts import clean

_STATION = re.compile(r"_?[a-z0-9][a-z0-9_]{0,62}")

#: Topics remembered; the one not heard for longest is forgotten, so that no sender can fill the memory.
MOST_KNOWN = 65_536


class Topic(NamedTuple):
    """A native topic, taken apart. `what` is empty for the two kinds that have none (incident, report)."""

    station: str
    kind: str
    name: str
    what: str


@lru_cache(maxsize=MOST_KNOWN)
def parse(topic: str) -> Topic | None:
    """The parts of a native topic; None when it is not one. Kept, because units repeat theirs for months."""
    levels = topic.split("/")
    if len(levels) not in (5, 6) or levels[0] != "ssz" or levels[1] != "v1":
        return None
    station, kind, name = levels[2:5]
    if not _STATION.fullmatch(station) or identifier(name, MAX_NAME) is None:
        return None
    return Topic(station, kind, name, levels[5] if len(levels) == 6 else "")


def native(topic: str, most: int = MAX_NAME) -> Topic:
    """The parts of a native topic whose name has at most that many characters.

    Raises:
        BadPayloadError: it is not one.
    """
    found = parse(topic)
    if found is None or len(found.name) > most:
        raise BadPayloadError(Reason.BAD_TOPIC)
    return found


def forgiving(topic: str) -> Topic:
    """The parts of an alarm topic whatever is wrong with it: an SOS is never refused for its topic."""
    found = parse(topic)
    if found is not None:
        return found
    levels = topic.split("/")
    known = len(levels) > 2 and _STATION.fullmatch(levels[2]) is not None
    station = levels[2] if known else UNKNOWN_STATION
    name = clean("/".join(levels[4:-1] if known else levels[2:-1]), MAX_NAME) or "unnamed"
    return Topic(station, "", name, levels[-1])


def agree(topic: Topic, values: Mapping[str, Any], own: str) -> None:
    """Who a message says it is from must be who its topic says.

    Raises:
        BadPayloadError: the payload names another station, unit or box.
    """
    for name, expected in (("station", topic.station), (own, topic.name)):
        if name in values and values[name] != expected:
            raise BadPayloadError(Reason.IDENTITY, f"{name} in the payload is not the topic's")
