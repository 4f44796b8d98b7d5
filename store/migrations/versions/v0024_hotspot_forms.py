"""Whether a map claims a hotspot, and of which form a station's maps are: those of another are made anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the two columns."""
    op.add_column("hotspot_map", sa.Column("claims", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("refit_station", sa.Column("format", sa.Integer(), nullable=False, server_default="1"))
