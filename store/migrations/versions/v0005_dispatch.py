"""What units said they do, kept; and who was sent to which alarm, with the times of the way there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import key, millis, whole, words

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make both tables. The words known today begin the history; whoever is on the way today was sent then."""
    op.create_table(
        "unit_status_past",
        words("station", 64), words("unit", 128), millis("at"), words("status", 16), words("source", 32),
        key("station", "unit", "at"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.execute(
        "INSERT INTO unit_status_past (station, unit, at, status, source)"
        " SELECT station, unit, status_at, status, 'native' FROM unit"
        " WHERE status IS NOT NULL AND status_at IS NOT NULL"
    )
    op.create_table(
        "dispatch",
        words("station", 64), words("alarm", 32), whole("version"), words("unit_station", 64), words("unit", 128),
        millis("assigned_at"), words("assigned_by"),
        millis("enroute_at", null=True), words("enroute_how", 8),
        millis("on_scene_at", null=True), words("on_scene_how", 8),
        millis("left_at", null=True), words("left_how", 8),
        millis("ended_at", null=True),
        key("station", "alarm", "version"),
    )  # fmt: skip
    under_way = sa.text("ended_at IS NULL")
    op.create_index(
        "dispatch_open", "dispatch", ["unit_station", "unit"], sqlite_where=under_way, postgresql_where=under_way
    )
    op.execute(
        "INSERT INTO dispatch (station, alarm, version, unit_station, unit, assigned_at, assigned_by, enroute_how,"
        " on_scene_at, on_scene_how, left_how)"
        " SELECT a.station, a.id, s.version, a.station, a.assigned, s.at, s.by, '',"
        " r.at, CASE WHEN r.at IS NULL THEN '' ELSE 'manual' END, ''"
        " FROM alarm a"
        " JOIN alarm_step s ON s.station = a.station AND s.alarm = a.id AND s.version = (SELECT MAX(n.version)"
        " FROM alarm_step n WHERE n.station = a.station AND n.alarm = a.id AND n.step = 'assign')"
        " LEFT JOIN alarm_step r ON r.station = a.station AND r.alarm = a.id AND r.step = 'arrive'"
        " WHERE a.state IN ('assigned', 'on_scene') AND a.assigned <> ''"
    )
