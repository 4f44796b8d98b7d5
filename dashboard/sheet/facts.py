"""All that is known of one alarm, read for its sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from models.records.alarm import AlarmNow, AlarmStep
from models.records.dispatch import Dispatch
from models.records.sos import SosBox, SosEvent
from models.records.station import Station, Street
from models.response.times import called, trusted_press
from store import boxes, dispatch, registers, response, sheet

#: Repeated presses told one by one; of a button that is stuck there are thousands.
MOST_PRESSES = 30


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage by the name of its column in `Times`, when (epoch ms), and ms since the one before and since the call
    for help; None = not known."""

    name: str
    at: float | None
    since_before: float | None
    since_call: float | None
    how: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """One alarm in full. `left_out`: lines of its history, `presses_left_out`: presses, that are not listed."""

    alarm: AlarmNow
    stages: Sequence[Stage]
    press_believed: bool
    simulated: bool
    history: Sequence[AlarmStep]
    left_out: int
    dispatches: Sequence[Dispatch]
    presses: Sequence[SosEvent]
    presses_left_out: int
    station: Station | None
    box: SosBox | None
    calls: Mapping[tuple[str, str], str]
    streets: Sequence[Street]


def facts_of(conn: Connection, alarm: AlarmNow) -> Facts:
    """Everything the sheet tells of an alarm, in one consistent reading."""
    station = alarm.station
    history, left_out = sheet.lines(conn, station, alarm.id)
    presses, more = sheet.presses(conn, station, alarm.id, MOST_PRESSES)
    sent = dispatch.of_alarm(conn, station, alarm.id)
    units = registers.units(conn, frozenset(one.unit_station for one in sent))
    stages, believed, simulated = _stages(conn, alarm)
    return Facts(
        alarm=alarm,
        stages=stages,
        press_believed=believed,
        simulated=simulated,
        history=history,
        left_out=left_out,
        dispatches=sent,
        presses=presses,
        presses_left_out=more,
        station=next(iter(registers.stations(conn, frozenset({station}))), None),
        box=boxes.box(conn, station, alarm.origin) if alarm.origin_kind == "box" else None,
        calls={(unit.station, unit.unit): unit.call_sign for unit in units},
        streets=registers.streets(conn, frozenset({station})) if alarm.lat is not None else (),
    )


def _stages(conn: Connection, alarm: AlarmNow) -> tuple[list[Stage], bool, bool]:
    """The stages by the same rules as the report's, whether the press's own time is believed, and whether the alarm
    is of simulated data."""
    times = response.times_of_alarm(conn, alarm.station, alarm.id)
    since = float(called(times)[0])
    believed = not np.isnan(trusted_press(times)[0])
    rows: list[Stage] = []
    before = None
    for name in ("pressed", "raised", "stored", "shown", "acknowledged", "assigned", "on_scene", "closed"):
        at = float(getattr(times, name)[0])
        if name == "pressed" and not believed:
            at = float("nan")
        known = None if np.isnan(at) else at
        rows.append(
            Stage(
                name,
                known,
                _after(before, known),
                _after(since, known),
                str(times.scene_how[0]) if name == "on_scene" else "",
            )
        )
        before = before if known is None else known
    return rows, believed, bool(times.simulated[0])


def _after(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None or end < start else end - start
