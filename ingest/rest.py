"""The door of the position lane, where every native topic comes by: positions, and what nobody listens to.

A box that is set up with a wrong topic is a box nobody hears. Its words go to quarantine like any other bad input;
what another connection takes, and what we published ourselves, is acknowledged at once. Pure but for the lane.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ingest.decode.table import decoder_of
from ingest.decode.topics import MOST_KNOWN
from ingest.lanes import Acknowledger, Lane
from ingest.sources.mqtt_client import Arrivals

#: The last two levels of what we publish: kind of the topic, and what.
_OUR_OWN = frozenset({("sos", "receipt"), ("sos", "command"), ("unit", "command"), ("alarm", "state")})


@lru_cache(maxsize=MOST_KNOWN)
def elsewhere(topic: str) -> bool:
    """Whether a topic is another connection's, or our own word; False for a position and for what nobody knows."""
    if not topic.startswith("ssz/"):
        return False
    levels = topic.split("/")
    if decoder_of(topic) is not None:
        return levels[3] != "unit" or levels[5] != "position"
    return len(levels) == 6 and levels[1] == "v1" and (levels[3], levels[5]) in _OUR_OWN


def rest_door(lane: Lane) -> Callable[[Acknowledger, Arrivals], None]:
    """What the position connection hands its messages to, on its network thread."""

    def take(link: Acknowledger, arrivals: Arrivals) -> None:
        mine = [message for message in arrivals.messages if not elsewhere(message[0])]
        if len(mine) == len(arrivals.messages):
            lane.put(link, arrivals)
            return
        others = [message[2] for message in arrivals.messages if message[2] and elsewhere(message[0])]
        link.ack(others, arrivals.generation)
        if mine:
            lane.put(link, arrivals._replace(messages=mine))

    return take
