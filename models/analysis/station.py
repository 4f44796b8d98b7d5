"""Every map of one station, made from its cases in one go, each with the forecast that is frozen of it. Pure.

One station is one task: it goes to a process or another machine as values and comes back as text.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy as np
import orjson

from models.analysis.build import SHARE, Setting, believed, build_map
from models.analysis.candidates import Question
from models.analysis.flagging import flag
from models.analysis.forecast import Frozen, noise_ceiling
from models.analysis.hotspots import HotspotMap, Record
from models.analysis.prepared import Family, Prepared, families_of, prepared
from models.analysis.regress import intervals
from models.analysis.task import BY_SHIFT, COUNTING, DAY, HORIZONS, Key, Made, Place, Rule, Task, shift_key
from models.analysis.written import from_json, to_json


def refit(task: Task) -> list[Made]:
    """The maps of a station: of each zone, family and horizon, and of each shift where there are cases enough.

    Deterministic: the same task gives the same text.

    Raises:
        ValueError: a zone is no polygon.
    """
    return [made for place in task.places for made in _of_place(prepared(task, place))]


def _of_place(zone: Prepared) -> Iterator[Made]:
    task = zone.task
    for family in families_of(zone):
        asked = Question(
            family.cases, zone.ground, task.at, HORIZONS[0], family.others, shifts=task.shifts,
            prior=task.weights.get(family.code), short=task.short.get(family.code),
        )  # fmt: skip
        found = yield from _horizons(task, zone.place, family, asked)
        if found.verdict != "too_few":
            for shift in range(len(task.shifts)):
                yield from _horizons(task, zone.place, family, asked.of_shift(shift))


def _horizons(task: Task, place: Place, family: Family, asked: Question) -> Generator[Made, None, HotspotMap]:
    """The maps of every horizon; returns that of the usual one.

    Days ahead change how many cases are expected, hardly where: a horizon drawn by the same methods as a longer one
    has its map, told for other days.
    """
    which = DAY if asked.shift is None else BY_SHIFT
    drawn: dict[tuple[str, str], tuple[HotspotMap, Frozen | None]] = {}
    for days in HORIZONS:
        rule = task.rules.get((family.code, days, which), Rule())
        alike = (rule.method, rule.model)
        if alike not in drawn:
            mine = asked.for_days(days)
            made = _drawn(task, place, family, mine, rule)
            drawn[alike] = made, _freeze(mine, made, rule, place.polygon)
        first, frozen = drawn[alike]
        found = first if first.days == days else for_days(first, days, rule.record, asked.known.days_back)
        kept = frozen if frozen is None or first.days == days else frozen.for_days(days / first.days)
        yield _made(task, place, asked, rule, found, kept)
        if days == asked.days:
            usual = found
    return usual


def _drawn(task: Task, place: Place, family: Family, asked: Question, rule: Rule) -> HotspotMap:
    key = Key(place.code, family.code, asked.days, shift_key(task.shifts, asked.shift))
    before = task.last.get(key)
    setting = Setting(
        family=family.code, polygon=place.polygon, left_out=family.left_out,
        label=f"{task.station}/{place.code}", record=rule.record, said=family.said, places=task.known,
        last=None if before is None else from_json(before), unnamed=family.unnamed,
    )  # fmt: skip
    return build_map(asked, rule.method, setting)


def for_days(found: HotspotMap, days: int, record: Record | None, days_back: float) -> HotspotMap:
    """A map told for another horizon: the same places, the cases expected in proportion. `days_back`: of past."""
    part = days / found.days
    told = np.array([(spot.expected * part, spot.past) for spot in found.hotspots])
    expected, past = told.reshape(-1, 2).T
    lows, highs = intervals(expected, past, days, days_back)
    rows = zip(found.hotspots, expected.tolist(), lows.tolist(), highs.tolist(), strict=True)
    spots = [
        replace(spot, expected=mean, expected_low=low, expected_high=high, next_expected=mean)
        for spot, mean, low, high in rows
    ]
    verdict, why = found.verdict, found.why
    if verdict in ("shown", "grey"):
        verdict, why = believed(record, days_back)
    return replace(
        found, days=days, verdict=verdict, why=why, record=record, hotspots=tuple(spots),
        expected_total=found.expected_total * part, expected_flagged=found.expected_flagged * part,
    )  # fmt: skip


def _made(task: Task, place: Place, asked: Question, rule: Rule, found: HotspotMap, frozen: Frozen | None) -> Made:
    key = Key(place.code, found.family, found.days, shift_key(task.shifts, asked.shift))
    text = None if frozen is None else frozen.text()
    return Made(key, place, found.method, _parameters(task, asked, rule, found.method), to_json(found), text)


def _parameters(task: Task, asked: Question, rule: Rule, drawn: str) -> str:
    said = {
        "share": SHARE, "cell_m": asked.ground.grid.cell, "shifts": list(task.shifts.starts),
        "zone": str(task.shifts.zone), "model": rule.model,
        "weights": [round(float(weight), 6) for weight in asked.mix] if drawn.startswith("mixture") else None,
    }  # fmt: skip
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()


def _freeze(asked: Question, found: HotspotMap, rule: Rule, polygon: str) -> Frozen | None:
    """What is frozen of a map; None when it flags nothing for anybody to go to."""
    if found.verdict not in ("shown", "grey"):
        return None

    def cells(name: str) -> tuple[int, ...]:
        if name == found.method:
            return found.flagged
        return tuple(int(cell) for cell in flag(asked.expected(name), asked.ground.grid, found.share))

    return Frozen(
        found.epsg, found.cell_m, found.grid, polygon, found.flagged, cells(rule.model),
        cells(COUNTING), found.area_flagged_m2 / found.area_m2, found.expected_total, found.expected_flagged,
        noise_ceiling(asked.expected(found.method), np.array(found.flagged, dtype=np.int64)),
    )  # fmt: skip
