"""How a database means to answer a query, in its own words."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, text

from store.database import Database


def plan_of(db: Database, query: Select[Any], **values: object) -> str:
    """The plan of a query with these values for its named parameters."""
    explain = "EXPLAIN QUERY PLAN " if db.dialect == "sqlite" else "EXPLAIN "
    with db.read() as conn:
        if db.dialect == "postgresql":
            conn.execute(text("SET LOCAL enable_seqscan = off"))  # so few rows are read faster from end to end
        whole = query.params(**values).compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True})
        return "\n".join(str(row) for row in conn.exec_driver_sql(explain + str(whole).replace("%%", "%")))
