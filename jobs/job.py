"""What a job is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from models.records.base import Millis
from store.database import Database


def always(_conn: Connection, _now: Millis) -> bool:
    """A job that has something to do whenever it is due."""
    return True


@dataclass(frozen=True, slots=True)
class Job:
    """Timed work. `wanted` is a cheap look whether there is anything to do.

    `lease_ms`: for how long the process that did it may go on doing it alone; 0 = each process does it for itself.
    `first_after_ms`: for how long after its start a process leaves it alone: what loads much would delay the screens.
    """

    name: str
    every_ms: Millis
    run: Callable[[Database, Millis], None]
    lease_ms: Millis
    wanted: Callable[[Connection, Millis], bool] = always
    first_after_ms: Millis = 0
