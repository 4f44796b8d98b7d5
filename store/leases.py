"""Leases: who may do a thing of which there must be one. A row with an end; who holds it renews it."""

from __future__ import annotations

from sqlalchemy import Connection, delete, or_, select, update

from models.records.base import Millis
from models.records.change import Lease
from store.database import Tx
from store.rows import add_new, table_of

_LEASE = table_of(Lease)

#: The lease of the one refit that is under way; its holder is the run's id.
REFIT = "refit"


def take(tx: Tx, name: str, holder: str, now: Millis, for_ms: Millis) -> bool:
    """Take a lease, or keep one held; False while somebody else holds it. All takers of a name use one `for_ms`.

    A lease that runs for longer than twice `for_ms` was taken before the clock was set back: it counts as ended,
    or nobody could take over for as long as the clock was wrong.
    """
    if add_new(tx, _LEASE, {"name": name, "holder": holder, "until": now + for_ms}):
        return True
    free = or_(_LEASE.c.holder == holder, _LEASE.c.until <= now, _LEASE.c.until > now + 2 * for_ms)
    found = tx.conn.execute(
        update(_LEASE).where(_LEASE.c.name == name, free).values(holder=holder, until=now + for_ms)
    ).rowcount
    return found == 1


def renew(tx: Tx, name: str, holder: str, now: Millis, for_ms: Millis) -> bool:
    """Hold a lease for longer; False when it was lost to somebody else or given back. Never takes one anew."""
    found = tx.conn.execute(
        update(_LEASE).where(_LEASE.c.name == name, _LEASE.c.holder == holder).values(until=now + for_ms)
    ).rowcount
    return found == 1


def release(tx: Tx, name: str, holder: str) -> None:
    """Give a lease back, so that the next one need not wait for its end. Somebody else's stays."""
    tx.conn.execute(delete(_LEASE).where(_LEASE.c.name == name, _LEASE.c.holder == holder))


def holder(conn: Connection, name: str, now: Millis) -> str | None:
    """Who holds a lease now; None when nobody does."""
    query = select(_LEASE.c.holder).where(_LEASE.c.name == name, _LEASE.c.until > now)
    found: str | None = conn.execute(query).scalar()
    return found
