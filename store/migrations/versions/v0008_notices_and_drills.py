"""Every try to tell somebody of an alarm; and drills, with the boxes expected in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import key, millis, of_station, whole, words

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "notice",
        words("station", 64), words("alarm", 32), whole("level"), words("channel", 64), whole("attempt"),
        millis("at"), millis("ended_at", null=True), words("outcome"), words("error"),
        key("station", "alarm", "level", "channel", "attempt"),
    )  # fmt: skip
    op.create_index("notice_by_channel", "notice", ["channel", "at"])
    op.create_table(
        "drill",
        words("station", 64), words("id", 32), millis("starts_at"), millis("ends_at"), millis("announced_at"),
        words("announced_by"), words("ended_by"), words("note"),
        key("station", "id"), of_station(),
    )  # fmt: skip
    op.create_index("drill_time", "drill", ["station", "starts_at"])
    op.create_table(
        "drill_box",
        words("station", 64), words("drill", 32), words("box", 128), millis("pressed_at", null=True),
        words("alarm", 32, null=True),
        key("station", "drill", "box"), sa.ForeignKeyConstraint(["station", "drill"], ["drill.station", "drill.id"]),
    )  # fmt: skip
    op.create_index("drill_box_of_box", "drill_box", ["station", "box"])
