"""Rows of the record tables: the table of a record, and inserts that mean the same on both databases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from store.database import Tx

_R = TypeVar("_R", bound=SQLModel)

Values = Mapping[str, object]


def table_of(record: type[SQLModel]) -> Table:
    """The table a record class is kept in."""
    return cast(Table, record.__table__)  # type: ignore[attr-defined]


def values_of(record: SQLModel) -> dict[str, object]:
    """A record's columns by name."""
    return {column.name: getattr(record, column.name) for column in table_of(type(record)).columns}


def record_of(kind: type[_R], row: Row[Any]) -> _R:
    """A row of a record's table as that record, bound to no session."""
    return kind(**row._mapping)


def records(conn: Connection, kind: type[_R], query: Select[Any]) -> list[_R]:
    """What a query of whole rows finds, as records."""
    return [record_of(kind, row) for row in conn.execute(query)]


def of_stations(query: Select[Any], column: ColumnElement[Any], stations: frozenset[str] | None) -> Select[Any]:
    """The query, held to the rows of these stations; None leaves it whole."""
    return query if stations is None else query.where(column.in_(sorted(stations)))


def _insert(tx: Tx, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if tx.conn.dialect.name == "sqlite" else postgresql.insert(table)


def add_new(tx: Tx, table: Table, values: Values) -> bool:
    """Insert one row unless its key is there already; True when it was new."""
    statement = _insert(tx, table).values(**values).on_conflict_do_nothing()
    return tx.conn.execute(statement.returning(literal(1))).one_or_none() is not None


def add(tx: Tx, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows of numbers; where the key is there already, add to what stands in every other column.

    Every row must name all columns, and no key twice.
    """
    if not rows:
        return
    statement = _insert(tx, table)
    key = [column.name for column in table.primary_key]
    more = {name: table.c[name] + statement.excluded[name] for name in rows[0] if name not in key}
    tx.conn.execute(statement.on_conflict_do_update(index_elements=key, set_=more), [dict(row) for row in rows])


def put(tx: Tx, table: Table, rows: Sequence[Values], *, keep: Collection[str] = ()) -> None:
    """Insert rows; where the key is there already, change every other column but those in `keep`.

    Every row must name the same columns.
    """
    if not rows:
        return
    statement = _insert(tx, table)
    key = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in key and name not in keep}
    if changed:
        statement = statement.on_conflict_do_update(index_elements=key, set_=changed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    tx.conn.execute(statement, [dict(row) for row in rows])
