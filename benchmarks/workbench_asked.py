"""One process that answers analysts: by the product's columns, or in the plain way, a frame of every row.

    python -m benchmarks.workbench_asked columns|plain|held DATABASE_URL NUMBER ANALYSTS

Prints JSON: `ms` of each answer (all counts, the first page of the list, the map), `most_mb` and `grown_mb` of the
process over its start, `total` of all answers, and with analysts `together_ms`.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil

from benchmarks.workbench_million import ZONE, filters
from models.incidents.filter import NO_HOUR, Filter
from store.columns import Columns
from store.database import Database, open_database

#: How often each analyst changes the filter, and for how many changes, in the measurement of many at once.
EVERY_S, CHANGES = 10.0, 11

_MOST_POINTS = 5_000


def columns(db: Database) -> Callable[[Filter], int]:
    """The product's way: read once, then asked."""
    made = Columns(db, None, lambda: 1, ZONE)
    assert made.wait(timeout_s=300)

    def ask(chosen: Filter) -> int:
        found = made.ask(chosen, None)
        page, total, _ = made.rows(chosen, None, "-time")
        made.on_map(chosen, None, None, 10, _MOST_POINTS)
        assert total == found.total
        assert len(page) == min(50, total)
        return found.total

    return ask


def plain(db: Database) -> Callable[[Filter], int]:
    """What a script does that is run anew at each change: SELECT *, then pandas."""
    return lambda chosen: _drawn(_frame(db), chosen)


def held(db: Database) -> Callable[[Filter], int]:
    """The same with the frame kept in memory from change to change."""
    frame = _frame(db)
    return lambda chosen: _drawn(frame, chosen)


def _frame(db: Database) -> pd.DataFrame:
    with db.read() as conn:
        return pd.read_sql_query("SELECT * FROM incident", conn)


def _drawn(frame: pd.DataFrame, chosen: Filter) -> int:
    """All views of a filter, as one writes them."""
    local = pd.to_datetime(frame["occurred_from"], unit="ms", utc=True).dt.tz_convert(ZONE)
    long = frame["occurred_to"].fillna(frame["occurred_from"]) - frame["occurred_from"]
    hour = local.dt.hour.where(long < 3_600_000, NO_HOUR)
    arrested = frame["arrested"].map({1: "yes", 0: "no"}).fillna("unknown")
    keep = (frame["occurred_from"] >= chosen.start) & (frame["occurred_from"] < chosen.end)
    parts = (
        (chosen.hours, hour), (chosen.weekdays, local.dt.day_of_week), (chosen.stations, frame["station"]),
        (chosen.groups, frame["offence_group"]), (chosen.statuses, frame["status"]),
        (chosen.found_by, frame["found_by"]), (chosen.arrested, arrested),
    )  # fmt: skip
    for wanted, column in parts:
        if wanted is not None:
            keep &= column.isin(list(wanted))
    mine = frame[keep]
    views: list[Any] = [
        mine.groupby(local[keep].dt.date).size(),
        mine.groupby(local[keep].dt.strftime("%Y-%m")).size(),
    ]
    views.append(mine.groupby([local[keep].dt.day_of_week, hour[keep]]).size())
    views += [mine.groupby(["offence", "offence_group"]).size()]
    views += [mine[name].value_counts() for name in ("status", "found_by", "source", "place_quality", "station")]
    views += [arrested[keep].value_counts(), mine.sort_values("occurred_from", ascending=False).head(50)]
    placed = mine.dropna(subset=["lat", "lon"])
    if len(placed) > _MOST_POINTS:
        views.append(placed.groupby([np.floor(placed["lat"] * 50), np.floor(placed["lon"] * 50)]).size())
    return len(mine)


def together(ask: Callable[[Filter], int], analysts: int) -> list[float]:
    """ms of each answer while so many analysts each change the filter every `EVERY_S`."""
    times: list[float] = []

    def analyst(number: int) -> None:
        chance = random.Random(number)
        time.sleep(chance.uniform(0, EVERY_S))
        for chosen in filters(CHANGES, 100 + number):
            begun = time.perf_counter()
            ask(chosen)
            took = time.perf_counter() - begun
            times.append(took * 1000)
            time.sleep(max(0.0, EVERY_S - took))

    threads = [threading.Thread(target=analyst, args=(number,)) for number in range(analysts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def main() -> None:
    """Measure and print."""
    way, url, number, analysts = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    db = open_database(url)
    before = psutil.Process().memory_info().rss
    begun = time.perf_counter()
    ask = {"columns": columns, "plain": plain, "held": held}[way](db)
    ready_ms = (time.perf_counter() - begun) * 1000
    times, total = [], 0
    for chosen in filters(number):
        start = time.perf_counter()
        total += ask(chosen)
        times.append((time.perf_counter() - start) * 1000)
    many = together(ask, analysts) if analysts else []
    # Not `ru_maxrss`: that begins with what the process was forked from.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    most = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024
    told = {
        "ready_ms": ready_ms, "ms": times, "total": total, "together_ms": many,
        "most_mb": (most - before) / 2**20, "grown_mb": (psutil.Process().memory_info().rss - before) / 2**20,
    }  # fmt: skip
    sys.stdout.write(json.dumps(told))
    sys.stdout.flush()
    os._exit(0)  # the thread of the columns waits for changes that will not come


if __name__ == "__main__":
    main()
