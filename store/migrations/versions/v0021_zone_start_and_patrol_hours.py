"""The day a zone began as a safety zone, and the minutes patrols spent on each ground by the hour of the day."""

from __future__ import annotations

from alembic import op

from store.migrations.columns import key, millis, whole, words

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the column and make the table."""
    op.add_column("zone", words("started", 10, null=True))
    op.create_table(
        "patrol_hours",
        words("station", 64), words("zone", 64), whole("day"), millis("made_at"), words("minutes"),
        key("station", "zone", "day"),
    )  # fmt: skip
