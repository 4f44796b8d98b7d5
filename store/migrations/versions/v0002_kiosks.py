"""Kiosk links, and sessions that come from one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import flag, key, millis, whole, words

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table, and tell of each session whose screen it is. A session that is there already is a person's."""
    op.create_table(
        "kiosk",
        words("hash", 64), words("name"), words("stations"), flag("visitor"), whole("rotate_s"), millis("created_at"),
        millis("expires_at"), millis("opened_at", null=True), millis("revoked_at", null=True),
        key("hash"), sa.UniqueConstraint("name"),
    )  # fmt: skip
    op.add_column("web_session", sa.Column("kiosk", sa.String(64), nullable=False, server_default=""))
    op.add_column("web_session", sa.Column("visitor", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("web_session", sa.Column("rotate_s", sa.Integer(), nullable=False, server_default="0"))
