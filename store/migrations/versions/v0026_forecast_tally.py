"""Sums of the forward record, kept as it grows; those of the forecasts there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import key, millis, real, whole, words

revision = "0026"
down_revision = "0025"

_SUMS = ("cases", "hits", "model_hits", "naive_hits", "best_hits", "area_share", "expected_cases", "expected_hits")
_DAY_MS = 86_400_000
_PIECE = 5_000


def upgrade() -> None:
    """Make both tables, and fill them."""
    op.create_table(
        "forecast_tally",
        words("station", 64), words("family", 32), whole("days"), words("shift", 16), whole("period"),
        whole("frozen"), whole("scored"), whole("counted"), *(real(name) for name in (*_SUMS, "ceiling_hits")),
        key("station", "family", "days", "shift", "period"),
    )  # fmt: skip
    op.create_table(
        "forecast_counted",
        words("station", 64), words("family", 32), whole("days"), words("shift", 16), words("zone", 64),
        millis("made_at"), words("hash", 64),
        key("station", "family", "days", "shift", "zone", "made_at"),
    )  # fmt: skip
    _count()
    sums = ", ".join(f"SUM(CASE WHEN c.hash IS NULL THEN 0.0 ELSE s.{name} END)" for name in _SUMS)
    op.execute(
        "INSERT INTO forecast_tally SELECT f.station, f.family, f.days, f.shift,"  # noqa: S608 - our names
        f" f.made_at / (f.days * CAST({_DAY_MS} AS BIGINT)), COUNT(*), COUNT(s.hash), COUNT(c.hash), {sums},"
        " SUM(CASE WHEN c.hash IS NULL THEN 0.0 ELSE s.ceiling * s.best_hits END) FROM forecast f"
        " LEFT JOIN forecast_score s ON s.station = f.station AND s.hash = f.hash"
        " LEFT JOIN forecast_counted c ON c.station = f.station AND c.family = f.family AND c.days = f.days"
        " AND c.shift = f.shift AND c.zone = f.zone AND c.made_at = f.made_at AND c.hash = f.hash"
        " GROUP BY 1, 2, 3, 4, 5"
    )
    names = ("frozen", "scored", "counted", *_SUMS, "ceiling_hits")
    op.execute(
        "INSERT INTO forecast_tally SELECT '', family, days, shift, period, "  # noqa: S608 - our names
        + ", ".join(f"SUM({name})" for name in names)
        + " FROM forecast_tally GROUP BY family, days, shift, period"
    )


def _count() -> None:
    """Of each place, family, horizon and shift the first that was scored, then the next that begins after its end."""
    names = ("station", "family", "days", "shift", "zone", "made_at", "hash")
    columns = ", ".join(f"f.{name}" for name in names)
    found = op.get_bind().execute(
        sa.text(
            f"SELECT {columns}, f.until FROM forecast f"  # noqa: S608 - our names
            " JOIN forecast_score s ON s.station = f.station AND s.hash = f.hash"
            " ORDER BY f.station, f.family, f.days, f.shift, f.zone, f.made_at, f.hash"
        ),
        execution_options={"yield_per": _PIECE},
    )  # fmt: skip
    table = sa.table("forecast_counted", *(sa.column(name) for name in names))
    last, end, rows = None, 0, []
    for row in found:
        if row[:5] != last or row.made_at >= end:
            last, end = row[:5], row.until
            rows.append(dict(zip(names, row[:7], strict=True)))
    for first in range(0, len(rows), _PIECE):
        op.bulk_insert(table, rows[first : first + _PIECE])
