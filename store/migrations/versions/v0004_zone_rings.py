"""What the map draws of a zone, beside its polygon: an outline of fewer corners, and the ring round it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.formats.zone_shapes import shapes_of

revision = "0004"
down_revision = "0003"

_ZONE = sa.table(
    "zone", sa.column("station"), sa.column("code"), sa.column("version"), sa.column("kind"), sa.column("polygon"),
    sa.column("outline"), sa.column("ring"),
)  # fmt: skip


def upgrade() -> None:
    """Add both, and fill them for every version that is there. One without geometry stays as it is."""
    op.add_column("zone", sa.Column("outline", sa.String(), nullable=True))
    op.add_column("zone", sa.Column("ring", sa.String(), nullable=True))
    conn = op.get_bind()
    for row in conn.execute(sa.select(_ZONE)).all():
        try:
            outline, ring = shapes_of(row.polygon, row.kind)
        except ValueError:
            continue
        key = (_ZONE.c.station == row.station, _ZONE.c.code == row.code, _ZONE.c.version == row.version)
        conn.execute(sa.update(_ZONE).where(*key).values(outline=outline, ring=ring))
