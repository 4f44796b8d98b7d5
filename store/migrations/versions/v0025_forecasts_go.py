"""Forecasts and their scores may go when their time is over: the database refuses only what is younger."""

from __future__ import annotations

from alembic import op

from store.migrations.triggers import only_old_goes

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Put the triggers that let old rows go in the place of those that let none."""
    for table, at in (("forecast", "made_at"), ("forecast_score", "scored_at")):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(f"DROP TRIGGER {table}_no_delete")
        else:
            op.execute(f"DROP TRIGGER {table}_only_added ON {table}")
            op.execute(f"DROP FUNCTION {table}_only_added()")
        only_old_goes(table, at)
    op.create_index("forecast_score_time", "forecast_score", ["scored_at"])
