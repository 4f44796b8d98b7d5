"""The desk: what was ticked off of the written procedure."""

from __future__ import annotations

from alembic import op

from store.migrations.columns import flag, key, whole, words
from store.migrations.triggers import only_add

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table, to which rows are only added."""
    op.create_table(
        "procedure_tick",
        words("station", 64), words("alarm", 32), whole("version"), words("item", 64), flag("done"), words("text"),
        key("station", "alarm", "version"),
    )  # fmt: skip
    only_add("procedure_tick")
