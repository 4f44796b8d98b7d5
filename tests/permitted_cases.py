"""Which steps a person may take on which alarm, by the alarm's life: the desk's page must show the same keys.

`python -m tests.permitted_cases` writes the file the page's test reads.
"""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

from dashboard.live.objects import alarm_object
from models.alarms.kinds import Kind
from models.alarms.life import RULES, STEP_ROLES, IllegalStepError, State, Step, next_state
from models.alarms.queue import is_shelved
from models.records.alarm import AlarmNow
from tests.alarm_samples import NOW, alarm

FILE = Path(__file__).parents[1] / "dashboard" / "live" / "frontend" / "tests" / "permitted-cases.json"

#: Steps of persons, in the table's order.
STEPS = tuple(step for step in Step if any(rule.step is step and rule.roles & STEP_ROLES for rule in RULES))

#: One kind of each family, and one that only a newer server knows.
_KINDS = (Kind.SOS, Kind.REPORT, Kind.BOX_LOST, "of_newer_code")
#: What of an alarm decides it.
_TOLD = ("prio", "state", "shelved", "stored")


def permitted(one: AlarmNow, step: Step, role: str) -> bool:
    """Whether a step would be taken, and would change anything: by the table, for a press that is stored, and of
    putting aside and taking back the one that is not so already."""
    if not one.stored or (step is Step.SHELVE and is_shelved(one, NOW)):
        return False
    if step is Step.UNSHELVE and not is_shelved(one, NOW):
        return False
    try:
        next_state(State(one.state), step, one.family, role)
    except IllegalStepError:
        return False
    return True


def cases() -> dict[str, Any]:
    """`now`, the steps, and of each alarm what the feed tells of it and the steps it permits to any of the roles."""
    found = []
    for kind, state, shelved, stored in product(_KINDS, State, (None, NOW - 1, NOW, NOW + 1), (True, False)):
        one = alarm("a", kind, state=state.value, shelved_until=shelved, stored=stored)
        told = alarm_object(one)
        by_role = {role: [step.value for step in STEPS if permitted(one, step, role)] for role in sorted(STEP_ROLES)}
        [steps] = {tuple(steps) for steps in by_role.values()}  # the page knows of no difference between them
        found.append({"alarm": [told[name] for name in _TOLD], "permits": list(steps)})
    return {"now": NOW, "steps": [step.value for step in STEPS], "told": list(_TOLD), "cases": found}


def written() -> str:
    """The file's text: a line a case."""
    all_of = cases()
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in all_of.pop("cases"))
    head = ",".join(f'"{name}":{json.dumps(value)}' for name, value in all_of.items())
    return f'{{{head},"cases":[\n{lines}\n]}}\n'


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
