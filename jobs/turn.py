"""Whose turn it is to refit: one at a time over all processes, from the first forecast scored to the last map."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from models.records.base import Millis
from store import leases
from store.database import Database, Tx
from store.errors import StorageError

_LOG = logging.getLogger(__name__)

#: One run at a time; a run that is gone is followed by another after this long.
LEASE, LEASE_MS = leases.REFIT, 600_000

#: How often it is held for longer, in s.
HOLD_S = LEASE_MS / 4000


class RunningError(Exception):
    """Another run is under way; `str()` is one line."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn of one run. `id`: who holds the lease, and the run's own id."""

    id: str

    def keep(self, tx: Tx, now: Millis) -> None:
        """Hold it for longer, in the transaction that keeps what was made.

        Raises:
            RunningError: another took over meanwhile, and makes the same; the transaction is not to be committed.
        """
        if not leases.renew(tx, LEASE, self.id, now, LEASE_MS):
            raise RunningError("another refit took over")


@contextmanager
def turn(database: Database, clock: Callable[[], Millis]) -> Iterator[Turn]:
    """Take the turn and hold it for as long as the block runs, however long a step of it takes.

    Raises:
        RunningError: it is another's.
        StorageError: the store cannot be written.
    """
    mine = Turn(secrets.token_hex(8))
    with database.write(patience_s=30.0) as tx:
        if not leases.take(tx, LEASE, mine.id, clock(), LEASE_MS):
            raise RunningError("a refit is under way (`refit_run` says how far it is)")
    over = threading.Event()
    holding = threading.Thread(target=_hold, args=(database, mine, clock, over), daemon=True)
    holding.start()
    try:
        yield mine
    finally:
        over.set()
        holding.join()
        with database.write(patience_s=30.0) as tx:
            leases.release(tx, LEASE, mine.id)


def _hold(database: Database, mine: Turn, clock: Callable[[], Millis], over: threading.Event) -> None:
    # Learning looks back for many minutes and writes nothing meanwhile.
    while not over.wait(HOLD_S):
        try:
            with database.write(patience_s=30.0) as tx:
                mine.keep(tx, clock())
        except StorageError as error:
            _LOG.warning("the refit's turn could not be kept, tried again: %s", error)
        except RunningError:
            return  # the next thing that is to be kept finds out
