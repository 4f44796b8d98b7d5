"""Generated queues of alarms that both queues must put into the same rows: `models.alarms.queue` and the desk's page.

`python -m tests.queue_cases` writes the file the page's test reads.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from dashboard.live.objects import alarm_object
from models.alarms.kinds import Kind
from models.alarms.queue import Group, Row, queue
from models.records.alarm import AlarmNow
from tests.alarm_samples import NOW, alarm

FILE = Path(__file__).parents[1] / "dashboard" / "live" / "frontend" / "tests" / "queue-cases.json"

CASES = 40
_MOST = 45
_STEP_MS = 45_000
#: What of an alarm decides its row.
_TOLD = ("s", "id", "kind", "prio", "state", "raised", "marks", "shelved")


def _alarms(chance: random.Random) -> list[AlarmNow]:
    kinds = [*Kind, "of_newer_code"] if chance.random() < 0.5 else [Kind.SOS, Kind.REPORT, Kind.BOX_LOST]
    stations = ["lumphini", "hat_yai"][: chance.randint(1, 2)]
    width = chance.choice([1, 8, 40])  # how far apart they were raised
    return [
        alarm(
            f"{chance.getrandbits(40):010x}-{number}", chance.choice(kinds),
            NOW - chance.randint(0, width) * _STEP_MS,
            station=chance.choice(stations),
            state=chance.choice(["raised", "raised", "acknowledged", "assigned", "on_scene"]),
            marks=chance.choice(["", "", "late", "unverified", "late,unverified"]),
            shelved_until=chance.choice([None, None, None, NOW - 1, NOW, NOW + 1]),
        )
        for number in range(chance.randint(0, _MOST))
    ]  # fmt: skip


def _row(row: Row) -> str | list[Any]:
    if isinstance(row, Group):
        return [row.station, int(row.alarms[0].priority), row.why, [one.id for one in row.alarms]]
    return row.id


def cases() -> dict[str, Any]:
    """`now`, and of each case the alarms as the feed tells them and the rows they must stand in."""
    chance = random.Random(26)
    found = []
    for _ in range(CASES):
        alarms = _alarms(chance)
        told = [[alarm_object(one)[name] for name in _TOLD] for one in alarms]
        found.append({"alarms": told, "rows": [_row(row) for row in queue(alarms, NOW)]})
    return {"now": NOW, "told": list(_TOLD), "cases": found}


def written() -> str:
    """The file's text: a line a case."""
    all_of = cases()
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in all_of.pop("cases"))
    return f'{{"now":{all_of["now"]},"told":{json.dumps(all_of["told"])},"cases":[\n{lines}\n]}}\n'


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
