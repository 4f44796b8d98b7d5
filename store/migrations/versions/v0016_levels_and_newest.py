"""Bureaus and provinces in the one spelling grants are compared in, and the index of the newest alarms where it
was made otherwise."""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_STATION = sa.table("station", sa.column("code"), sa.column("bureau"), sa.column("province"))


def upgrade() -> None:
    """Rewrite what was stored with blanks around it or in another form of Unicode; make the index anew."""
    conn = op.get_bind()
    for row in conn.execute(sa.select(_STATION)).all():
        kept = {"bureau": _plain(row.bureau), "province": _plain(row.province)}
        if kept != {"bureau": row.bureau, "province": row.province}:
            conn.execute(sa.update(_STATION).where(_STATION.c.code == row.code).values(**kept))
    op.drop_index("alarm_newest", "alarm")
    op.create_index("alarm_newest", "alarm", ["raised_at", "id", "station"])


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
