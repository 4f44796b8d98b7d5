"""Views that people keep for themselves: read and changed only by the account they belong to."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select

from models.formats.text import clean
from models.records.base import Millis
from models.records.saved_view import SavedView
from store.database import Tx
from store.rows import put, records, table_of

_VIEW = table_of(SavedView)

#: Views of one person, and characters of a name and of an address.
MOST_VIEWS, MOST_NAME, MOST_QUERY = 30, 60, 4_000


class TooManyError(Exception):
    """The person has `MOST_VIEWS` already."""


def views(conn: Connection, account: str) -> list[SavedView]:
    """The views of an account, by name; of nobody (empty) there are none."""
    if not account:
        return []
    return records(conn, SavedView, select(_VIEW).where(_VIEW.c.account == account).order_by(_VIEW.c.name))


def save(tx: Tx, account: str, name: str, query: str, now: Millis) -> str:
    """Keep a view under a name, in place of the one of that name; returns the name as it is kept.

    Raises:
        ValueError: there is no account or no name, or the address is too long.
        TooManyError: no more are kept.
    """
    name = clean(name)[:MOST_NAME].strip()
    if not account or not name or len(query) > MOST_QUERY:
        raise ValueError("view")
    others = select(func.count()).select_from(_VIEW).where(_VIEW.c.account == account, _VIEW.c.name != name)
    if tx.conn.execute(others).scalar_one() >= MOST_VIEWS:
        raise TooManyError
    put(tx, _VIEW, [{"account": account, "name": name, "query": query, "saved_at": now}])
    return name


def forget(tx: Tx, account: str, name: str) -> bool:
    """Throw a view away; False: there is none of that name."""
    return tx.conn.execute(delete(_VIEW).where(_VIEW.c.account == account, _VIEW.c.name == name)).rowcount > 0
