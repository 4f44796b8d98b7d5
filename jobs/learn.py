"""What all stations teach: weights and choices, learnt once a week, kept in the store, read for every refit."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import orjson
from sqlalchemy import Connection

from jobs.spread import Workers, spread
from models.analysis.candidates import CANDIDATES
from models.analysis.components import Floats
from models.analysis.due import When, is_night
from models.analysis.gate import Choice
from models.analysis.hotspots import Record
from models.analysis.learning import Lesson, Taught, lesson, taught
from models.analysis.record import Standing, summary
from models.analysis.station import COUNTING, HORIZONS, Rule, Task
from models.records.base import Millis
from models.records.hotspot import HotspotChoiceRow, HotspotWeightsRow
from store import forecasts, hotspots, refits
from store.database import Database

_LOG = logging.getLogger(__name__)

_DAY_MS = 86_400_000

#: What was learnt is learnt anew after this long.
OLD_MS = 7 * _DAY_MS

#: Stations that are looked back at, drawn anew each time: their pasts together tell as much as all of them.
MOST_STATIONS = 100

#: Stations of one task.
BATCH = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What is known by now. `standing`: of the forward record, by family and horizon."""

    rules: Mapping[tuple[str, str, int], Rule]
    weights: Mapping[str, Floats]
    standing: Mapping[tuple[str, int], Standing]

    def rules_of(self, station: str) -> dict[tuple[str, int], Rule]:
        """How a station's maps are drawn: by its own past where that overrules, else by that of all."""
        pooled = {(family, days): rule for (code, family, days), rule in self.rules.items() if not code}
        own = {(family, days): rule for (code, family, days), rule in self.rules.items() if code == station}
        return pooled | own


def known(conn: Connection) -> Known:
    """What was learnt last, and what the forward record says of it."""
    told = forecasts.record(conn, None, shift="")
    standing: dict[tuple[str, int], Standing] = {}
    for family in sorted({one.family for one in told}):
        for days in HORIZONS:
            standing[family, days] = summary([one for one in told if one.family == family], days).standing
    rules = {
        (row.station, row.family, row.days): rule_of(row, standing.get((row.family, row.days)))
        for row in hotspots.choices(conn, None)
        if row.method in CANDIDATES
    }
    weights = {family: np.array(orjson.loads(row.body)) for family, row in hotspots.weights(conn).items()}
    return Known(rules, weights, standing)


def rule_of(row: HotspotChoiceRow, standing: Standing | None) -> Rule:
    """How maps are drawn by a choice: as the gate says, unless the record shows that counting does as well."""
    said = orjson.loads(row.body)["record"]
    record = None if said is None else Record(**said)
    counts = standing in (Standing.AS_GOOD, Standing.WORSE)
    return Rule(COUNTING if counts else row.method, row.method, record)


def wanted(database: Database, now: Millis, when: When) -> bool:
    """Whether it is time to learn: never done, or a week old and night."""
    with database.read() as conn:
        newest = max((row.made_at for row in hotspots.weights(conn).values()), default=None)
        cases = refits.versions(conn, None)
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
        names = sorted(refits.versions(conn, None)) if stations is None else list(stations)
    if len(names) > MOST_STATIONS:
        names = sorted(random.Random(now // OLD_MS).sample(names, MOST_STATIONS))  # noqa: S311 - no secret
    batches = {" ".join(part): part for part in (names[n : n + BATCH] for n in range(0, len(names), BATCH))}

    def tasks_of(batch: str) -> list[Task]:
        return [task_of(name) for name in batches[batch]]

    lessons: list[Lesson] = []
    for one in spread(lesson, list(batches), tasks_of, workers):
        if one.result is None:
            _LOG.error("nothing could be learnt from %s: %s", one.name, one.error)
        else:
            lessons.append(one.result)
    # In one order, whichever came first: sums of numbers depend on it in the last digit.
    lessons.sort(key=lambda one: orjson.dumps(sorted(map(str, one.own))))
    found = taught(lessons)
    with database.write(patience_s=30.0) as tx:
        hotspots.keep_weights(tx, [_weights_row(code, found, len(names), now) for code in sorted(found.weights)])
        rows = [_choice_row("", *key, *found.choices[key], now) for key in sorted(found.choices)]
        hotspots.keep_choices(tx, rows + [_choice_row(*key, *found.own[key], now) for key in sorted(found.own)])
    return found


def _weights_row(code: str, found: Taught, stations: int, now: Millis) -> HotspotWeightsRow:
    body = orjson.dumps(found.weights[code].tolist()).decode()
    return HotspotWeightsRow(family=code, made_at=now, stations=stations, cases=found.cases[code], body=body)


def _choice_row(
    station: str, family: str, days: int, choice: Choice, record: Record | None, now: Millis
) -> HotspotChoiceRow:
    table = {name: asdict(one) for name, one in choice.table.items()}
    body = orjson.dumps({"table": table, "record": None if record is None else asdict(record)}).decode()
    return HotspotChoiceRow(
        station=station, family=family, days=days, shift="", made_at=now, method=choice.method, why=choice.why,
        body=body,
    )  # fmt: skip
