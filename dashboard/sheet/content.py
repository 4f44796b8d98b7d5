"""The words of the sheet: what stands where, in the reader's language. Pure; `dashboard.sheet.paper` draws it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dashboard.response.rows import length
from dashboard.sheet.facts import Facts, Stage
from dashboard.times import day_of, moment
from dashboard.words import Language, table, word
from models.alarms.life import RAISE, SYSTEM, State, Step
from models.records.alarm import AlarmStep
from models.records.base import Millis
from models.records.dispatch import Dispatch
from models.records.sos import SosEvent

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with its title: columns with their shares of the width, and what to say when it has no rows."""

    title: str
    columns: tuple[tuple[str, float], ...]
    rows: Sequence[Cells]
    empty: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet as words. `marks`: what it is not, or with what care it is to be read; `facts`: label and value."""

    title: str
    station: str
    marks: Sequence[str]
    facts: Sequence[tuple[str, str]]
    grids: Sequence[Grid]
    signatures: Sequence[str]
    foot: str
    page: str
    no_place: str
    map_words: str
    language: Language


def sheet_of(facts: Facts, who: str, now: Millis, zone: ZoneInfo, language: Language) -> Sheet:
    """The sheet of an alarm, made by somebody at a moment, which is also the age of its data."""

    def say(key: str, **values: object) -> str:
        return word(f"sheet.{key}", language, **values)

    alarm = facts.alarm
    station = facts.station
    name = (station.name_th if language == "th" else station.name_en) if station else alarm.station
    return Sheet(
        title=say("title"),
        station=name or alarm.station,
        marks=_marks(facts, language),
        facts=_facts(facts, zone, language),
        grids=[_stages(facts, zone, language), _units(facts, zone, language), _presses(facts, zone, language),
               _timeline(facts, zone, language)],
        signatures=(say("sign_made"), say("sign_checked")),
        foot=say("foot", who=who, at=moment(now, zone, language)),
        page=say("page"),
        no_place=say("no_place"),
        map_words=say("map") if facts.streets else say("map_plain"),
        language=language,
    )  # fmt: skip


def _columns(language: Language, **shares: float) -> tuple[tuple[str, float], ...]:
    return tuple((word(f"sheet.{name}", language), share) for name, share in shares.items())


def _more(left_out: int, language: Language) -> str:
    return word("sheet.more", language, n=left_out) if left_out else ""


def _stages(facts: Facts, zone: ZoneInfo, language: Language) -> Grid:
    columns = _columns(language, stage=3.2, at=2.7, since_before=2, since_call=2.5, how=1.6)
    rows = [_stage(one, facts, zone, language) for one in facts.stages]
    believed = "sheet.press_believed" if facts.press_believed else "sheet.press_not_believed"
    return Grid(word("sheet.stages", language), columns, rows, "", word(believed, language))


def _units(facts: Facts, zone: ZoneInfo, language: Language) -> Grid:
    columns = _columns(language, unit=2, sent_at=1.6, sent_by=2.6, enroute=2.3, on_scene=2.3, left=2.3)
    rows = [_dispatch(one, facts, zone, language) for one in facts.dispatches]
    return Grid(word("sheet.units", language), columns, rows, word("sheet.no_units", language))


def _presses(facts: Facts, zone: ZoneInfo, language: Language) -> Grid:
    columns = _columns(language, number=0.6, pressed=2.6, arrived=2, stored=2, kind=2.4, marks=2.8)
    rows = [_press(number, one, zone, language) for number, one in enumerate(facts.presses, 1)]
    empty, note = word("sheet.no_presses", language), _more(facts.presses_left_out, language)
    return Grid(word("sheet.presses", language), columns, rows, empty, note)


def _timeline(facts: Facts, zone: ZoneInfo, language: Language) -> Grid:
    columns = _columns(language, at=1.3, step=2.3, by=2.4, detail=5.6)
    rows = [_line(one, facts, zone, language) for one in facts.history]
    return Grid(word("sheet.timeline", language), columns, rows, "-", _more(facts.left_out, language))


def _marks(facts: Facts, language: Language) -> list[str]:
    found = []
    if facts.simulated:
        found.append(word("sys.simulated", language))
    marks = split_words(facts.alarm.marks)
    if "drill" in marks:
        found.append(word("resp.sort_drill", language))
    if facts.alarm.outcome == "test":
        found.append(word("resp.sort_test", language))
    if facts.alarm.is_open:
        found.append(word("sheet.still_open", language))
    return found


def split_words(marks: str) -> list[str]:
    """The marks of a stored list, known or not."""
    return [mark for mark in marks.split(",") if mark]


def _mark_words(marks: str, language: Language) -> str:
    return ", ".join(table()[language].get(f"mark.{mark}", mark) for mark in split_words(marks)) or "-"


def _facts(facts: Facts, zone: ZoneInfo, language: Language) -> list[tuple[str, str]]:
    alarm, box = facts.alarm, facts.box
    words = table()[language]
    origin = alarm.origin
    if box is not None:
        name = box.name_th if language == "th" else box.name_en
        origin = f"{name} ({box.box})" if name else box.box
    place = "-" if alarm.lat is None or alarm.lon is None else f"{alarm.lat:.5f}, {alarm.lon:.5f}"
    rows = [
        ("id", alarm.id),
        ("origin", origin),
        ("kind", words.get(f"live.kind_{alarm.kind}", alarm.kind)),
        ("place", alarm.place or "-"),
        ("coordinates", place),
        ("day", day_of(alarm.raised_at, zone, language)),
        ("count", f"{alarm.presses:,}"),
        ("marks", _mark_words(alarm.marks, language)),
        ("state", words.get(f"live.alarm_{alarm.state}", alarm.state)),
        ("outcome", word(f"live.outcome_{alarm.outcome}", language) if alarm.outcome else "-"),
    ]
    return [(word(f"sheet.{key}", language), value) for key, value in rows]


def _clock(at: float | None, zone: ZoneInfo, language: Language) -> str:
    """The time of day, 24 h; a word for what is not known."""
    return moment(int(at), zone, language)[-8:] if at else word("resp.unknown", language)


def _stage(one: Stage, facts: Facts, zone: ZoneInfo, language: Language) -> Cells:
    how = word(f"resp.how_{one.how}", language) if one.how else ""
    at = moment(int(one.at), zone, language) if one.at else _without_time(one.name, facts, language)
    return (
        word(f"sheet.stage_{one.name}", language), at, length(one.since_before, language),
        length(one.since_call, language), how,
    )  # fmt: skip


def _without_time(stage: str, facts: Facts, language: Language) -> str:
    """What stands where a stage has no time: nobody was sent, it has not come yet, or nobody knows."""
    if stage in ("assigned", "on_scene") and not facts.dispatches:
        return word("resp.not_sent", language)
    still_open = facts.alarm.state != State.CLOSED and stage in ("acknowledged", "on_scene", "closed")
    return word("sheet.not_yet" if still_open else "resp.unknown", language)


def _dispatch(one: Dispatch, facts: Facts, zone: ZoneInfo, language: Language) -> Cells:
    def told(at: Millis | None, how: str) -> str:
        return f"{_clock(at, zone, language)} ({word(f'resp.how_{how}', language)})" if at and how else "-"

    arrived = told(one.on_scene_at, one.on_scene_how)
    return (
        facts.calls.get((one.unit_station, one.unit)) or one.unit,
        _clock(one.assigned_at, zone, language),
        one.assigned_by or "-",
        told(one.enroute_at, one.enroute_how),
        word("resp.unknown", language) if arrived == "-" else arrived,
        told(one.left_at, one.left_how),
    )


def _press(number: int, one: SosEvent, zone: ZoneInfo, language: Language) -> Cells:
    kind = table()[language].get(f"sheet.event_{one.kind}", one.kind)
    return (
        f"{number}", _clock(one.at, zone, language), _clock(one.received_at, zone, language),
        _clock(one.stored_at, zone, language), kind, _mark_words(one.marks, language),
    )  # fmt: skip


def _line(one: AlarmStep, facts: Facts, zone: ZoneInfo, language: Language) -> Cells:
    words = table()[language]
    by = word("sheet.system", language) if one.by in ("", SYSTEM) else one.by
    step = words.get(f"live.step_{one.step}", one.step)
    return _clock(one.at, zone, language), step, by, _detail(one, facts, language) or "-"


def _detail(one: AlarmStep, facts: Facts, language: Language) -> str:
    """The detail of a line: an outcome, a unit, a level, how a notice failed and what trouble said of itself in
    words, all else as it was written."""
    words, detail = table()[language], one.detail
    if one.step == Step.CLOSE:
        return words.get(f"live.outcome_{detail}", detail)
    if one.step == Step.ESCALATE:
        return re.sub(r"^level (?=\d+$)", f"{word('sheet.level', language)} ", detail)
    if one.step == Step.NOTICE:  # the word stands last, with the status a server answered with
        return re.sub(r"[a-z]+(?=( \d+)?$)", lambda found: words.get(f"live.trouble_{found[0]}", found[0]), detail)
    if one.step == Step.SHELVE:
        return re.sub(r"^(\d+) min\b", lambda found: word("live.desk_minutes", language, n=found[1]), detail)
    if one.step in (RAISE, Step.JOIN, Step.RESTORE):
        return words.get(f"live.detail_{detail}") or words.get(f"equip.fault_{detail.lower()}", detail)
    signs = {unit: sign for (_, unit), sign in facts.calls.items() if sign}
    return signs.get(detail, detail) if one.step in (Step.ASSIGN, Step.SET_OUT, Step.LEAVE) else detail
