"""Filters that people keep for themselves under a name."""

from __future__ import annotations

from alembic import op

from store.migrations.columns import key, millis, words

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "saved_view",
        words("account", 64), words("name", 60), words("query", 4000), millis("saved_at"), key("account", "name"),
    )  # fmt: skip
