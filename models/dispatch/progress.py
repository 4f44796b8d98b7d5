"""What is known of a unit's way to an alarm: by its own words or by its fixes, whichever knew it first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from models.dispatch.arrival import arrival, departure, setting_out
from models.records.base import Millis
from models.records.dispatch import Dispatch, How
from models.records.position import Fix
from models.records.unit import UnitStatus, UnitStatusPast

#: Words of a unit that is no longer at the place. `busy` is none: it may be busy with what it came for.
_GONE = frozenset({UnitStatus.AVAILABLE, UnitStatus.ENROUTE, UnitStatus.OFF_DUTY})


@dataclass(frozen=True, slots=True)
class Known:
    """A moment, and how it is known."""

    at: Millis
    how: How


@dataclass(frozen=True, slots=True)
class Progress:
    """What is newly known of a dispatch; None for what is not, or was before."""

    enroute: Known | None = None
    on_scene: Known | None = None
    left: Known | None = None

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return (self.enroute or self.on_scene or self.left) is not None


def progress(
    sent: Dispatch,
    track: Sequence[Fix],
    words: Sequence[UnitStatusPast],
    place: tuple[float, float] | None,
    now: Millis,
) -> Progress:
    """What fixes and words say that a dispatch does not know yet.

    Args:
        sent: the dispatch.
        track: the unit's fixes, ascending, from a minute before it was sent.
        words: the unit's status words, ascending, from when it was sent.
        place: where help is needed, (lat, lon) in degrees; None when nobody knows.
        now: nothing is known of later; a device's clock may be ahead.
    """
    since = sent.assigned_at
    on_scene = enroute = left = None
    if sent.on_scene_at is None:
        on_scene = _first(
            _word(words, {UnitStatus.ON_SCENE}, since),
            arrival(track, *place, since) if place else None,
            now,
        )
    there = on_scene.at if on_scene else sent.on_scene_at
    if sent.enroute_at is None and sent.on_scene_at is None:  # once it is there, nobody asks
        enroute = _first(
            _word(words, {UnitStatus.ENROUTE}, since),
            setting_out(track, *place, since) if place else None,
            now,
        )
        if enroute and there is not None and enroute.at >= there:
            enroute = None  # on its way to something else
    if sent.left_at is None and there is not None:
        left = _first(_word(words, _GONE, there + 1), departure(track, *place, there) if place else None, now)
    return Progress(enroute, on_scene, left)


def _word(words: Sequence[UnitStatusPast], wanted: AbstractSet[UnitStatus], since: Millis) -> Millis | None:
    return next((word.at for word in words if word.at >= since and word.status in wanted), None)


def _first(said: Millis | None, seen: Millis | None, now: Millis) -> Known | None:
    """The earlier of what the unit said and what its fixes showed."""
    if said is not None and (seen is None or said <= seen):
        return Known(min(said, now), How.UNIT)
    return None if seen is None else Known(min(seen, now), How.GPS)
