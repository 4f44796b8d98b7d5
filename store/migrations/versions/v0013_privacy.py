"""Purposes and readings may go when their time is over, words of citizens are found by age, the newest alarms of many
stations without reading all the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import key, millis, words

revision = "0013"
down_revision = "0011"

TABLES = ("purpose", "past_reading")


def upgrade() -> None:
    """Make the table of limits, and have the two tables refuse to delete what is younger."""
    op.create_table("erasure", words("kind", 32), millis("before"), key("kind"))
    op.create_index("past_reading_time", "past_reading", ["at"])
    said = sa.text("text <> '' OR contact <> ''")
    op.create_index("report_said", "report", ["received_at"], sqlite_where=said, postgresql_where=said)
    op.drop_index("alarm_newest", "alarm")
    op.create_index("alarm_newest", "alarm", ["raised_at", "id", "station"])
    for table in TABLES:
        _only_old_goes(table)


def _only_old_goes(table: str) -> None:
    young = "NOT EXISTS (SELECT 1 FROM erasure WHERE kind = 'purpose' AND before > OLD.at)"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {table}_no_delete")
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN {young}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
        )
        return
    op.execute(f"DROP TRIGGER {table}_only_added ON {table}")
    op.execute(
        f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_added()"
    )
    op.execute(
        f"CREATE FUNCTION {table}_only_old() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF {young} THEN RAISE EXCEPTION '{table} is only added to'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_only_old BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_only_old()"
    )
