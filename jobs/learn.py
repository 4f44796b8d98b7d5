"""What all stations teach: weights and choices, learnt once a week, kept in the store, read for every refit."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import TypeVar

import numpy as np
import orjson
from sqlalchemy import Connection

from jobs.spread import Workers, spread
from models.analysis.candidates import CANDIDATES
from models.analysis.components import Floats
from models.analysis.due import When, is_night
from models.analysis.families import FAMILIES
from models.analysis.grid import flat
from models.analysis.hotspots import Record
from models.analysis.learning import gathered, weighed
from models.analysis.lessons import Ask, Of, Taught, Verdict, lesson, taught
from models.analysis.standing import Standing, of_tallies
from models.analysis.task import BY_SHIFT, COUNTING, DAY, HORIZONS, Rule, Task
from models.records.base import Millis
from models.records.hotspot import HotspotChoiceRow, HotspotWeightsRow
from store import forecast_tally, hotspots, refits
from store.database import Database
from store.errors import StorageError

_T = TypeVar("_T")
_R = TypeVar("_R")

_LOG = logging.getLogger(__name__)

_DAY_MS = 86_400_000

#: What was learnt is learnt anew after this long.
OLD_MS = 7 * _DAY_MS

#: What a station's own past said holds no longer than this: stations are looked back at in turn, and a town changes.
OWN_MS = 26 * 7 * _DAY_MS

#: How far back the forward record speaks: a method is judged by how it does now.
RECORD_MS = 730 * _DAY_MS

#: What the weights for a short past are kept under: the family's code with this behind it.
_SHORT = "@short"

#: Word of a row that takes an own choice back.
WITHDRAWN = "withdrawn"

#: Stations that are looked back at, drawn anew each time: their pasts together tell as much as all of them.
MOST_STATIONS = 100

#: Stations of one task.
BATCH = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What is known by now. `rules`: by station (empty: pooled) and what they draw; `weights`: of the mixture by
    family, `short` for a short past; `standing`: of the forward record."""

    rules: Mapping[tuple[str, Of], Rule]
    weights: Mapping[str, Floats]
    short: Mapping[str, Floats]
    standing: Mapping[Of, Standing]

    def rules_of(self, station: str) -> dict[Of, Rule]:
        """How a station's maps are drawn: by its own past where that overrules, else by that of all."""
        pooled = {of: rule for (code, of), rule in self.rules.items() if not code}
        return pooled | {of: rule for (code, of), rule in self.rules.items() if code == station}


def known(conn: Connection, now: Millis) -> Known:
    """What was learnt last, and what the forward record says of it."""
    standing: dict[Of, Standing] = {}
    since = max(0, now - RECORD_MS)
    for family, days, which in product(FAMILIES, HORIZONS, (DAY, BY_SHIFT)):
        told = forecast_tally.tallies(
            conn, None, days, family=family, shifts=which == BY_SHIFT, since=since, now=now
        )  # fmt: skip
        if told:
            standing[family, days, which] = of_tallies(told, days).standing
    rules = {
        (row.station, _of(row)): rule_of(row, standing.get(_of(row)))
        for row in hotspots.choices(conn, None)
        if row.method in CANDIDATES and (not row.station or _holds(row, now))
    }
    weights = {family: np.array(orjson.loads(row.body)) for family, row in hotspots.weights(conn).items()}
    short = {name.removesuffix(_SHORT): found for name, found in weights.items() if name.endswith(_SHORT)}
    long = {name: found for name, found in weights.items() if not name.endswith(_SHORT)}
    return Known(rules, long, short, standing)


def _of(row: HotspotChoiceRow) -> Of:
    return row.family, row.days, row.shift


def _holds(row: HotspotChoiceRow, now: Millis) -> bool:
    return row.why != WITHDRAWN and now - row.made_at < OWN_MS


def rule_of(row: HotspotChoiceRow, standing: Standing | None) -> Rule:
    """How maps are drawn by a choice: as the gate says, unless the record shows that counting does as well. Each with
    what was measured of it: a map of counts must not carry the record of the model."""
    body = orjson.loads(row.body)
    counts = standing in (Standing.AS_GOOD, Standing.WORSE)
    said = body.get("counting") if counts else body["record"]
    record = None if said is None else Record(**said)
    return Rule(COUNTING if counts else row.method, row.method, record)


def wanted(database: Database, now: Millis, when: When) -> bool:
    """Whether it is time to learn: never done, or a week old and night."""
    with database.read() as conn:
        newest = max((row.made_at for row in hotspots.weights(conn).values()), default=None)
        cases = refits.with_cases(conn, None)
    if newest is None:
        return bool(cases)
    return not 0 <= now - newest < OLD_MS and is_night(now, when)


def learn(
    database: Database, now: Millis, task_of: Callable[[str], Task], workers: Workers,
    stations: Sequence[str] | None = None,
) -> Taught:  # fmt: skip
    """Learn from the past of all stations, or of so many of them as are enough, and keep it.

    Raises:
        StorageError: the store cannot be read or written; nothing was kept.
    """
    with database.read() as conn:
        names = refits.with_cases(conn, None) if stations is None else list(stations)
    if len(names) > MOST_STATIONS:
        names = sorted(random.Random(now // OLD_MS).sample(names, MOST_STATIONS))  # noqa: S311 - no secret
    batches = {" ".join(part): part for part in (names[n : n + BATCH] for n in range(0, len(names), BATCH))}

    def tasks_of(batch: str) -> list[Task]:
        return [task for name in batches[batch] if (task := _sound(name, task_of)) is not None]

    # First the weights, of all batches together: what a batch knows alone is less than what maps are drawn with.
    said = weighed(_each(gathered, batches, tasks_of, workers))

    def ask_of(batch: str) -> Ask:
        return Ask(tasks_of(batch), said)

    found = taught(_each(lesson, batches, ask_of, workers), said)
    with database.write(patience_s=30.0) as tx:
        hotspots.keep_weights(tx, _weights_rows(found, len(names), now))
        rows = [_choice_row("", of, found.choices[of], now) for of in sorted(found.choices)]
        rows += [_choice_row(station, of, found.own[station, of], now) for station, of in sorted(found.own)]
        hotspots.keep_choices(tx, rows + _withdrawn(hotspots.choices(tx.conn, frozenset(names)), found, now))
    return found


def _sound(name: str, task_of: Callable[[str], Task]) -> Task | None:
    """A station's task; None, and told, when it cannot be looked back at: it must not take its batch along."""
    try:
        task = task_of(name)
        for place in task.places:
            flat(place.polygon)
    except (KeyError, ValueError, StorageError) as error:
        _LOG.error("nothing could be learnt from %s: %r", name, error)
        return None
    return task


def _each(
    work: Callable[[_T], _R], batches: Mapping[str, object], task_of: Callable[[str], _T], workers: Workers
) -> list[_R]:
    """What every batch says, in one order: sums of numbers depend on it in the last digit."""
    done: dict[str, _R] = {}
    for one in spread(work, list(batches), task_of, workers):
        if one.result is None:
            _LOG.error("nothing could be learnt from %s: %s", one.name, one.error)
        else:
            done[one.name] = one.result
    return [done[name] for name in batches if name in done]


def _withdrawn(last: Sequence[HotspotChoiceRow], found: Taught, now: Millis) -> list[HotspotChoiceRow]:
    """Rows that take back what the own pasts of the stations looked at said, and now say no longer."""
    return [
        HotspotChoiceRow(**{**row.model_dump(), "made_at": now, "why": WITHDRAWN})
        for row in last
        if row.station and row.why != WITHDRAWN and (row.station, _of(row)) not in found.own
    ]


def _weights_rows(found: Taught, stations: int, now: Millis) -> list[HotspotWeightsRow]:
    return [
        HotspotWeightsRow(
            family=f"{code}{behind}", made_at=now, stations=stations, cases=found.cases[code],
            body=orjson.dumps(weights[code].tolist()).decode(),
        )
        for behind, weights in (("", found.weights), (_SHORT, found.short))
        for code in sorted(weights)
    ]  # fmt: skip


def _choice_row(station: str, of: Of, verdict: Verdict, now: Millis) -> HotspotChoiceRow:
    family, days, which = of
    table = {name: asdict(one) for name, one in verdict.choice.table.items()}
    body = {"table": table, "record": _body(verdict.record), "counting": _body(verdict.counting)}
    return HotspotChoiceRow(
        station=station, family=family, days=days, shift=which, made_at=now, method=verdict.choice.method,
        why=verdict.choice.why, body=orjson.dumps(body).decode(),
    )  # fmt: skip


def _body(record: Record | None) -> dict[str, object] | None:
    return None if record is None else asdict(record)
