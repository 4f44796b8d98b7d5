"""Native topics: `ssz/v1/<station>/<kind>/<id>/<what>`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ingest.decode.fields import BadPayloadError
from models.records.base import Reason

_STATION = re.compile(r"^_?[a-z0-9][a-z0-9_]{0,62}$")
_NAME = re.compile(r"^[^\x00-\x1f\x7f/+#]{1,128}$")


class Topic(NamedTuple):
    """A native topic, taken apart. `what` is empty for the two kinds that have none (incident, report)."""

    station: str
    kind: str
    name: str
    what: str


@lru_cache(maxsize=65_536)
def parse(topic: str) -> Topic | None:
    """The parts of a native topic; None when it is not one. Kept, because units repeat theirs for months."""
    levels = topic.split("/")
    if len(levels) not in (5, 6) or levels[0] != "ssz" or levels[1] != "v1":
        return None
    station, kind, name = levels[2:5]
    if not _STATION.match(station) or not _NAME.match(name):
        return None
    return Topic(station, kind, name, levels[5] if len(levels) == 6 else "")


def native(topic: str) -> Topic:
    """The parts of a native topic.

    Raises:
        BadPayloadError: it is not one.
    """
    found = parse(topic)
    if found is None:
        raise BadPayloadError(Reason.BAD_TOPIC)
    return found


def agree(topic: Topic, values: Mapping[str, Any], own: str) -> None:
    """Who a message says it is from must be who its topic says.

    Raises:
        BadPayloadError: the payload names another station, unit or box.
    """
    for name, expected in (("station", topic.station), (own, topic.name)):
        if name in values and values[name] != expected:
            raise BadPayloadError(Reason.IDENTITY, f"{name} in the payload is not the topic's")
