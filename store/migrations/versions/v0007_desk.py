"""The desk: what was ticked off of the written procedure, and the earlier alarms of a box or unit."""

from __future__ import annotations

from alembic import op

from store.migrations.columns import flag, key, whole, words

revision = "0007"
down_revision = "0004"


def upgrade() -> None:
    """Make the table, to which rows are only added, and the way to an origin's alarms."""
    op.create_table(
        "procedure_tick",
        words("station", 64), words("alarm", 32), whole("version"), words("item", 64), flag("done"), words("text"),
        key("station", "alarm", "version"),
    )  # fmt: skip
    op.create_index("alarm_origin", "alarm", ["station", "origin_kind", "origin", "raised_at"])
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER procedure_tick_no_{change.lower()} BEFORE {change} ON procedure_tick"
                " BEGIN SELECT RAISE(ABORT, 'procedure_tick is only added to'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION procedure_tick_only_added() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'procedure_tick is only added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER procedure_tick_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON procedure_tick"
        " FOR EACH STATEMENT EXECUTE FUNCTION procedure_tick_only_added()"
    )
