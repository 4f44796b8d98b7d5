"""Whether a column is one of some texts: one parameter however many they are, so that a list of hundreds is neither
put together nor planned anew each time."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from sqlalchemy import ColumnElement, Connection, Text, any_, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY


def among(conn: Connection, column: ColumnElement[str], texts: Iterable[str]) -> ColumnElement[bool]:
    """True where the column is one of the texts; of none for no row."""
    if conn.dialect.name == "postgresql":
        return column == any_(literal(list(texts), ARRAY(Text())))
    each = func.json_each(orjson.dumps(list(texts)).decode())
    return column.in_(select(literal_column("value")).select_from(each))
