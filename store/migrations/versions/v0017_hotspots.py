"""Maps of hotspots, the forecasts frozen from them and their scores, which the database only lets be added to; the
gate's choices, pooled weights and runs; and how many cases a station has, read along an index."""

from __future__ import annotations

from alembic import op

from store.migrations.columns import flag, key, millis, real, whole, words
from store.migrations.triggers import only_add, only_old_goes

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the tables, and have them refuse changes."""
    _maps_and_forecasts()
    op.create_table(
        "hotspot_weights",
        words("family", 32), millis("made_at"), whole("stations"), whole("cases"), words("body"),
        key("family", "made_at"),
    )  # fmt: skip
    op.create_table(
        "hotspot_choice",
        words("station", 64), words("family", 32), whole("days"), words("shift", 16), millis("made_at"),
        words("method", 32), words("why", 64), words("body"),
        key("station", "family", "days", "shift", "made_at"),
    )  # fmt: skip
    op.create_table(
        "refit_station",
        words("station", 64), millis("at"), whole("cases"), millis("newest"), flag("failed"),
        key("station"),
    )  # fmt: skip
    op.create_table(
        "refit_run",
        words("id", 32), words("by"), millis("begun"), millis("heard"), millis("ended", null=True),
        whole("stations"), whole("done"), whole("failed"), whole("maps"),
        key("id"),
    )  # fmt: skip
    op.create_index("refit_run_begun", "refit_run", ["begun"])
    op.create_table(
        "refit_failure",
        words("run", 32), words("station", 64), millis("at"), words("error"),
        key("run", "station"),
    )  # fmt: skip
    op.create_index("incident_received", "incident", ["station", "received_at"])
    for table in ("forecast", "forecast_score", "hotspot_weights", "hotspot_choice"):
        only_add(table)
    only_old_goes("hotspot_map", "made_at")


def _maps_and_forecasts() -> None:
    op.create_table(
        "hotspot_map",
        words("station", 64), words("zone", 64), words("family", 32), whole("days"), words("shift", 16),
        millis("made_at"), words("data_version", 96), words("method", 32), words("parameters"), words("hash", 64),
        words("body"),
        key("station", "zone", "family", "days", "shift", "made_at"),
    )  # fmt: skip
    op.create_index("hotspot_map_time", "hotspot_map", ["made_at"])
    op.create_table(
        "forecast",
        words("station", 64), words("hash", 64), words("zone", 64), words("family", 32), whole("days"),
        words("shift", 16), millis("made_at"), millis("until"), words("data_version", 96), words("method", 32),
        words("parameters"), words("body"),
        key("station", "hash"),
    )  # fmt: skip
    op.create_index("forecast_until", "forecast", ["until"])
    op.create_index("forecast_made", "forecast", ["station", "made_at"])
    op.create_table(
        "forecast_score",
        words("station", 64), words("hash", 64), millis("scored_at"),
        real("cases"), real("hits"), real("model_hits"), real("naive_hits"), real("best_hits"),
        real("area_share"), real("expected_cases"), real("expected_hits"), real("ceiling"),
        key("station", "hash"),
    )  # fmt: skip
