"""The history of incidents that were entered or changed by hand, which the database only lets be added to."""

from __future__ import annotations

from alembic import op

from store.migrations.columns import key, millis, whole, words
from store.migrations.triggers import only_add

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the table, and have it refuse changes."""
    op.create_table(
        "incident_change",
        words("station", 64), words("source", 64), words("id", 64), whole("version"), millis("at"), words("by"),
        words("kind", 16), words("fields"),
        key("station", "source", "id", "version"),
    )  # fmt: skip
    only_add("incident_change")
