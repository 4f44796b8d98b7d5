"""Accounts with their recovery codes, sign-ins under way and failed tries; whose session it is, from where and with
which browser; what a one-time link leads to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import key, millis, whole, words

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables and the columns."""
    op.create_table(
        "account",
        words("id", 32), words("name", 64), words("skeleton", 64), words("display", 120), words("display_fold", 240),
        words("role"), words("stations"), words("password"), words("totp"), millis("totp_step"),
        words("issuer", 255), words("subject", 255),
        millis("created_at"), millis("disabled_at", null=True), millis("signed_in_at", null=True),
        key("id"), sa.UniqueConstraint("name"), sa.UniqueConstraint("skeleton"), sa.UniqueConstraint("display_fold"),
        sa.UniqueConstraint("issuer", "subject"),
    )  # fmt: skip
    op.create_table(
        "recovery_code",
        words("account", 32), words("hash", 64), millis("used_at", null=True),
        key("account", "hash"), sa.ForeignKeyConstraint(["account"], ["account.id"]),
    )  # fmt: skip
    op.create_table(
        "sign_in_step",
        words("hash", 64), words("kind", 16), words("account", 32), words("data"), whole("tries"),
        millis("created_at"), millis("expires_at"), millis("used_at", null=True),
        key("hash"),
    )  # fmt: skip
    op.create_table(
        "sign_in_failures",
        words("name", 64), words("address", 64), whole("failed"), millis("at"), key("name", "address"),
    )  # fmt: skip
    op.create_index("sign_in_failures_at", "sign_in_failures", ["at"])
    for name, length in (("account", 32), ("address", 64), ("agent", 200)):
        op.add_column("web_session", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    op.create_index("web_session_of_account", "web_session", ["account"])
    op.add_column("sign_in_link", sa.Column("account", sa.String(32), nullable=False, server_default=""))
    op.add_column("sign_in_link", sa.Column("leads_to", sa.String(16), nullable=False, server_default=""))
