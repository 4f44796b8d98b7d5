"""Alarms of other sources than a press: their cause, shelving, the ways to find one; histories only added to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.triggers import only_add

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Every alarm that is there is of a press, and of the empty cause."""
    op.add_column("alarm", sa.Column("cause", sa.String(), nullable=False, server_default=""))
    op.add_column("alarm", sa.Column("detail", sa.String(), nullable=False, server_default=""))
    op.add_column("alarm", sa.Column("shelved_until", sa.BigInteger(), nullable=True))
    op.add_column("alarm", sa.Column("shelved_by", sa.String(), nullable=False, server_default=""))
    op.drop_index("alarm_one_open", "alarm")
    still_open = sa.text("state <> 'closed'")
    op.create_index(
        "alarm_one_open", "alarm", ["station", "origin_kind", "origin", "cause"], unique=True,
        sqlite_where=still_open, postgresql_where=still_open,
    )  # fmt: skip
    op.create_index("alarm_id", "alarm", ["id"])
    op.create_index("alarm_newest", "alarm", ["raised_at", "id"])
    op.create_index("alarm_changed", "alarm", ["changed_at"])
    op.create_index("alarm_of_origin", "alarm", ["station", "origin_kind", "origin", "raised_at"])
    only_add("alarm_step")
