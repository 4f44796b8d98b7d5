"""The page on the store names every table with its key, and every job with its time."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from jobs.notices import Courier
from jobs.patrolled import patrolled_job
from jobs.standard import standard_jobs
from jobs.trouble import Watched
from models.alarms.ladder import Ladders
from models.notices.channels import Channels
from models.records.tables import METADATA
from store.retention import Keep

PAGE = (Path(__file__).parents[2] / "docs" / "store.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE, re.MULTILINE))


def test_every_table_is_described_with_its_key() -> None:
    keys = {table.name: ", ".join(column.name for column in table.primary_key) for table in METADATA.tables.values()}
    assert {name: key for name, key in ROWS.items() if name in keys} == keys


def test_every_job_is_described_with_its_time() -> None:
    nothing = cast(Any, None)
    unsent = Courier(nothing, Channels(), nothing, nothing, nothing).job()
    minutes = patrolled_job(ZoneInfo("Asia/Bangkok"))
    unit = {"s": 1_000, "h": 3_600_000}
    jobs = {
        job.name: job.every_ms
        for job in standard_jobs(Ladders(), Keep(14, 90, 7, 2, 1000), Watched(Path()), unsent, patrolled=minutes)
    }
    told = {name: int(each.split()[0]) * unit[each.split()[1]] for name, each in ROWS.items() if name in jobs}
    assert told == jobs
