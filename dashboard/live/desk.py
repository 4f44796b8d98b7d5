"""One alarm in full, as the desk page gets it. Pure; read by `dashboard.live.desk_routes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.live.objects import alarm_object
from dashboard.live.procedures import Procedure
from models.formats.procedure import items_for
from models.records.alarm import AlarmNow, AlarmStep
from models.records.base import Millis
from models.records.notice import Notice
from models.records.procedure import ProcedureTick
from models.records.sos import SosBox
from store.cameras import Near
from store.procedures import Tick

#: A link a browser or a player may open; anything else in the register is told as words.
_LINKS = ("https://", "http://", "rtsp://", "rtsps://")


@dataclass(frozen=True, slots=True)
class Case:
    """An alarm and all that is kept round it. `left_out`: lines of its history that are not told."""

    alarm: AlarmNow
    procedure: Procedure
    box: SosBox | None = None
    earlier: Sequence[AlarmNow] = ()
    cameras: Sequence[Near] = ()
    history: Sequence[AlarmStep] = ()
    left_out: int = 0
    ticks: Mapping[str, Tick] = field(default_factory=dict)
    ticked: Mapping[int, ProcedureTick] = field(default_factory=dict)
    notices: Sequence[Notice] = ()


def _box(box: SosBox | None) -> dict[str, Any] | None:
    """What the feed does not tell of the box: when it was tested last, and since when it is as it is."""
    return None if box is None else {"id": box.box, "tested": box.tested_at, "heard": box.heard_at}


def _earlier(one: AlarmNow) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "state": one.state,
        "outcome": one.outcome,
        "raised": one.raised_at,
        "changed": one.changed_at,
        "presses": one.presses,
        "by": one.by,
    }


def _camera(near: Near) -> dict[str, Any]:
    point = near.point
    return {
        "id": point.point,
        "th": point.name_th,
        "en": point.name_en,
        "lat": point.lat,
        "lon": point.lon,
        "metres": round(near.metres),
        "total": point.total,
        "working": point.working,
        "linked": point.linked,
        "note": point.note,
        "at": point.status_at,
        "stream": point.stream if point.stream.lower().startswith(_LINKS) else "",
    }


def _procedure(case: Case) -> dict[str, Any]:
    rows = []
    for item in items_for(case.procedure.items, case.alarm.kind):
        tick = case.ticks.get(item.id)
        done = tick is not None and tick.done
        rows.append(
            {
                "id": item.id,
                "th": item.th,
                "en": item.en,
                "done": done,
                "by": tick.by if tick is not None and done else "",
                "at": tick.at if tick is not None and done else None,
            }
        )
    return {"own": case.procedure.own, "problem": case.procedure.problem, "items": rows}


def _line(step: AlarmStep, tick: ProcedureTick | None) -> dict[str, Any]:
    return {
        "v": step.version,
        "step": step.step if tick is None else "tick" if tick.done else "untick",
        "at": step.at,
        "by": step.by,
        "from": step.origin,
        "old": step.old_state,
        "new": step.new_state,
        "detail": step.detail if tick is None else tick.text,
        "item": "" if tick is None else tick.item,
    }


def _notice(one: Notice) -> dict[str, Any]:
    return {
        "level": one.level,
        "channel": one.channel,
        "attempt": one.attempt,
        "at": one.at,
        "outcome": one.outcome,
        "error": one.error,
    }


def case_object(case: Case, now: Millis) -> dict[str, Any]:
    """`GET /live/desk/{alarm}`, for orjson; documented in `docs/desk.md`."""
    return {
        "now": now,
        "alarm": alarm_object(case.alarm),
        "changed": case.alarm.changed_at,
        "box": _box(case.box),
        "earlier": [_earlier(one) for one in case.earlier],
        "cameras": [_camera(near) for near in case.cameras],
        "procedure": _procedure(case),
        "history": [_line(step, case.ticked.get(step.version)) for step in case.history],
        "left_out": case.left_out,
        "notices": [_notice(one) for one in case.notices],
    }
