"""What a sender said before anybody knew it, taken out of quarantine once somebody does."""

from __future__ import annotations

from commands.context import now_ms, say
from ingest.again import Again
from ingest.pipeline import STRANGERS
from models.records.base import Millis
from store import quarantine, registry
from store.database import Database
from store.follower import Follower


def let_in(database: Database) -> None:
    """Store as history what waits in quarantine of those the registry knows by now, and say how much it was.

    Raises:
        StorageError: the store cannot be read or written; what was taken out so far is stored.
    """
    with database.read() as conn:
        held = quarantine.by_reason(conn)
        known = registry.load(conn)
    if not any(held.get(reason.value) for reason in STRANGERS):
        return
    follower = Follower(database, now_ms)
    follower.start()
    try:
        again = Again(database, follower, known, now_ms, dry=False)
        _take_out(database, again, now_ms() + 1)
    finally:
        follower.stop()
    if again.tally.released:
        stored = again.tally.stored.total()
        say(f"taken out of quarantine: {again.tally.released} messages, {stored} records stored")


def _take_out(database: Database, again: Again, end: Millis) -> None:
    after: int | None = 0
    while after is not None:
        with database.read() as conn:
            rows, after = quarantine.page(conn, None, 0, end, after)
        again.held([row for row in rows if row[0].reason in STRANGERS])
