"""Triggers of the database itself."""

from __future__ import annotations

from alembic import op


def only_add(table: str) -> None:
    """Have the database itself refuse to change or delete a row."""
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_only_added() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{table} is only added to'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_added()"
    )


def only_old_goes(table: str, at: str) -> None:
    """Have the database itself refuse to change a row, and to delete one whose time `at` is not before the moment
    that stands for the table in `erasure`."""
    young = f"NOT EXISTS (SELECT 1 FROM erasure WHERE kind = '{table}' AND before > OLD.{at})"  # noqa: S608 - our names
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN {young} {refuse}")
        return
    raising = f"RAISE EXCEPTION '{table} is only added to'"
    op.execute(f"CREATE FUNCTION {table}_only_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raising}; END $$")
    op.execute(
        f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_added()"
    )
    op.execute(
        f"CREATE FUNCTION {table}_only_old() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF {young} THEN {raising}; END IF; RETURN OLD; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_only_old BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_only_old()"
    )
