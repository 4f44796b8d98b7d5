"""Looking back: what boxes said in the past, alarms as each step left them, and purposes of reading."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import flag, key, millis, real, words
from store.migrations.triggers import only_add

revision = "0003"
down_revision = "0002"

#: Tables to which rows are only ever added.
APPENDED = ("purpose", "past_reading")


def upgrade() -> None:
    """Make the tables, and the ways to read an alarm's history by time."""
    op.create_table(
        "sos_box_past",
        words("station", 64), words("box", 128), millis("at"), millis("heard_at", null=True),
        flag("online", null=True), real("battery_pct", null=True), flag("mains", null=True), words("fault"),
        millis("tested_at", null=True),
        key("station", "box", "at"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.add_column("alarm_step", sa.Column("body", sa.String(), nullable=False, server_default=""))
    op.create_index("alarm_step_time", "alarm_step", ["station", "at", "version"])
    op.drop_index("alarm_raised", "alarm")
    op.create_index("alarm_span", "alarm", ["station", "raised_at", "changed_at", "state"])
    op.create_table(
        "purpose",
        words("id", 32), millis("at"), words("who"), words("role"), words("holder", 64), words("stations"),
        words("reason", 32), words("text"), millis("expires_at"),
        key("id"),
    )  # fmt: skip
    op.create_index("purpose_time", "purpose", ["at"])
    op.create_table(
        "past_reading",
        words("purpose", 32), words("unit", 200), millis("window_from"), millis("window_to"), millis("at"),
        key("purpose", "unit", "window_from"), sa.ForeignKeyConstraint(["purpose"], ["purpose.id"]),
    )  # fmt: skip
    for table in APPENDED:
        only_add(table)
