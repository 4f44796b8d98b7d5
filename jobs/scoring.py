"""Scoring forecasts whose window is over, on the cases that were reported."""

from __future__ import annotations

import logging
from collections import defaultdict
from zoneinfo import ZoneInfo

import numpy as np
import orjson

from models.analysis.cases import Columns, prepare
from models.analysis.families import FAMILIES
from models.analysis.forecast import thawed, turned_out
from models.analysis.record import Scored
from models.analysis.shifts import Shifts
from models.analysis.task import shift_of
from models.records.base import Millis
from models.records.hotspot import ForecastRow
from store import cases, forecasts
from store.database import Database

_LOG = logging.getLogger(__name__)


def scored(forecast: ForecastRow, columns: Columns, now: Millis) -> Scored:
    """How a forecast turned out. `columns`: the station's incidents of at least its window; those of other families,
    of group 4 and those a patrol found are left out here, as they were when the map was made."""
    frozen = thawed(forecast.body)
    found, _ = prepare(columns, family=FAMILIES[forecast.family], now=now, polygon=frozen.polygon)
    window = found.between(forecast.made_at, forecast.until)
    weights = np.ones(len(window))
    if forecast.shift:
        said = orjson.loads(forecast.parameters)
        shifts = Shifts(tuple(said["shifts"]), ZoneInfo(said["zone"]))
        shift = shift_of(shifts.starts, forecast.shift)
        assert shift is not None, "a forecast's shift is one of its own parameters"  # noqa: S101
        weights = shifts.weights(window.start, window.end)[:, shift]
    return turned_out(frozen, window, weights, now)


def score_due(database: Database, now: Millis) -> int:
    """Score what is due; returns how many were scored. One that cannot be is logged and stops no other."""
    total, failed = 0, set[tuple[str, str]]()
    while True:
        with database.read() as conn:
            due = forecasts.due(conn, now, without=failed)
            by_station: dict[str, list[ForecastRow]] = defaultdict(list)
            for one in due:
                by_station[one.station].append(one)
            found: list[tuple[ForecastRow, Scored]] = []
            for station, mine in sorted(by_station.items()):
                start, end = min(one.made_at for one in mine), max(one.until for one in mine)
                columns, _ = cases.columns(conn, station, start, end)
                for one in mine:
                    try:
                        found.append((one, scored(one, columns, now)))
                    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
                        _LOG.error("the forecast %s of %s could not be scored: %r", one.hash[:12], station, error)
                        failed.add((one.station, one.hash))
        if not due:
            return total
        with database.write(patience_s=30.0) as tx:
            forecasts.keep_scores(tx, found)
        total += len(found)
        now += 1  # each piece has a moment of its own, by which the audit log tells of it
        _LOG.info("forecasts scored: %d", total)
