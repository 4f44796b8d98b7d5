"""The pins of a month as columns, one entry a case: the browser makes of them one pin on the dial and one on the map.

As markup each pin was some 400 bytes of mostly the same words, twice; as columns a case is about 90. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from dashboard.clock.read import Case
from dashboard.hotspots.ground import Frame
from dashboard.incidents.more import offence_text
from dashboard.times import day
from dashboard.words import Language, word
from models.imports.quick import Remembered

#: Units of the dial's radius.
RADIUS = 400

#: The shape of each group as an SVG path, the same as on the incidents' map; sizes as a circle of 9 looks.
SHAPES = {
    1: "M0,-11L11,8L-11,8Z",
    2: "M-9,0a9,9 0 1 0 18,0a9,9 0 1 0 -18,0Z",
    3: "M-8,-8h16v16h-16Z",
    0: "M-6,0a6,6 0 1 0 12,0a6,6 0 1 0 -12,0Z",
}

#: What stands between the parts of a case's words.
_APART = " · "


def pins_of(cases: Sequence[Case], frame: Frame, zone: ZoneInfo, language: Language) -> dict[str, Any]:
    """Columns of a month's cases in the order of time: `id`; `kind` and `told` by their number in `kinds` and
    `tells`, whose words stand before and after those of `when`; `dial` in its units and `ground` in metres of the
    frame, each `[x, y]` or None where the case has no hour or no place; `arcs`: number of the case and its path."""
    kinds: dict[str, int] = {}
    tells: dict[tuple[str, str], int] = {}
    dates = Remembered[date, str](lambda on: day(on, language))
    rounds = Remembered[tuple[str, bool | None, bool, bool], tuple[str, str]](lambda one: _round(*one, language))
    ordered = sorted(cases, key=lambda case: case.start)
    degrees = np.array([[case.lon, case.lat] for case in ordered], dtype=np.float64).reshape(-1, 2)
    metres = np.where(np.isnan(degrees), 0.0, frame.metres(degrees)).round().astype(np.int64).tolist()
    return {
        "id": [case.id for case in ordered],
        "kind": [kinds.setdefault(_kind(case), len(kinds)) for case in ordered],
        "told": [
            tells.setdefault(rounds[case.offence, case.arrested, case.at is None, case.lat is None], len(tells))
            for case in ordered
        ],
        "when": [_when(case, zone, dates) for case in ordered],
        "dial": [case.at and [round(RADIUS * part, 1) for part in case.at] for case in ordered],
        "ground": [
            None if case.lat is None else place for case, place in zip(ordered, metres, strict=True)
        ],
        "arcs": [
            [number, _arc(case.arc)]
            for number, case in enumerate(ordered)
            if case.arc is not None and not case.certain
        ],
        "kinds": list(kinds),
        "tells": list(tells),
    }  # fmt: skip


def _kind(case: Case) -> str:
    """What a pin is to the style sheet."""
    return " ".join(
        [f"g{case.group}", *(["arrested"] if case.arrested else []), *([] if case.certain else ["unsure"])]
    )


def _round(offence: str, arrested: bool | None, no_hour: bool, no_place: bool, language: Language) -> tuple[str, str]:
    """The words before and after those of the time: the same for many cases."""
    arrest = {True: "inc.arrested", False: "inc.not_arrested", None: "clock.arrest_unknown"}[arrested]
    hour = [word("clock.no_hour", language)] if no_hour else []
    place = [word("inc.q_none", language)] if no_place else []
    after = _APART.join(["", *hour, *place, word(arrest, language)])
    return f"{offence_text(offence, language)}{_APART}", after


def _when(case: Case, zone: ZoneInfo, dates: Remembered[date, str]) -> str:
    begin = datetime.fromtimestamp(case.start / 1000, zone)
    when = f"{dates[begin.date()]} {begin:%H:%M}"
    if case.end <= case.start:
        return when
    end = datetime.fromtimestamp(case.end / 1000, zone)
    after = "" if end.date() == begin.date() else f"{dates[end.date()]} "
    return f"{when} - {after}{end:%H:%M}"


def _arc(arc: tuple[float, float, float]) -> str:
    radius, begin, end = arc
    far = RADIUS * radius
    (x, y), (to_x, to_y) = on_dial(far, begin), on_dial(far, end)
    large = 1 if end - begin > 0.5 else 0
    return f"M{x:.1f},{y:.1f}A{far:.1f},{far:.1f} 0 {large} 1 {to_x:.1f},{to_y:.1f}"


def on_dial(radius: float, turn: float) -> tuple[float, float]:
    """Where a turn of the dial (0.25 = 06:00) lies."""
    return radius * math.sin(2 * math.pi * turn), -radius * math.cos(2 * math.pi * turn)
