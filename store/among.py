"""Whether a column is one of some texts: one parameter however many they are, so that a list of hundreds is neither
put together nor planned anew each time."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from sqlalchemy import BindParameter, ColumnElement, Connection, Text, any_, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

_NAME = "among"


def among(conn: Connection, column: ColumnElement[str], texts: Iterable[str]) -> ColumnElement[bool]:
    """True where the column is one of the texts; of none for no row."""
    dialect = conn.dialect.name
    return _held(dialect, column, bindparam(_NAME, given(dialect, texts), _type(dialect), unique=True))


def among_named(dialect: str, column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """The same in a statement that is made once: its texts are the parameter of that name, as `given` writes them."""
    return _held(dialect, column, bindparam(name, type_=_type(dialect)))


def given(dialect: str, texts: Iterable[str]) -> object:
    """Texts as the parameter of `among_named`."""
    return list(texts) if dialect == "postgresql" else orjson.dumps(list(texts)).decode()


def _type(dialect: str) -> ARRAY[str] | Text:
    return ARRAY(Text()) if dialect == "postgresql" else Text()


def _held(dialect: str, column: ColumnElement[str], texts: BindParameter[object]) -> ColumnElement[bool]:
    if dialect == "postgresql":
        return column == any_(texts)
    return column.in_(select(literal_column("value")).select_from(func.json_each(texts)))
