"""The live picture as one scope may read figures of it. Pure."""

from __future__ import annotations

from dataclasses import replace

from models.access.scope import Scope
from models.picture import Picture


def seen_by(picture: Picture, scope: Scope) -> Picture:
    """The picture with the units, boxes, alarms and sources a scope may see; a source that never delivered anything
    is of no station, and everybody's."""
    newest = {
        name: {station: at for station, at in source.newest.items() if scope.sees_alarm(station)}
        for name, source in picture.sources.items()
    }
    return replace(
        picture,
        units={key: unit for key, unit in picture.units.items() if scope.sees(unit.station)},
        boxes={key: box for key, box in picture.boxes.items() if scope.sees(box.station)},
        alarms={key: alarm for key, alarm in picture.alarms.items() if scope.sees_alarm(alarm.station)},
        sources={
            name: replace(source, newest=newest[name])
            for name, source in picture.sources.items()
            if newest[name] or not source.newest
        },
    )
