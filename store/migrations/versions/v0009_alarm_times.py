"""When each alarm came to each stage first, kept by the database from the alarms' histories; who printed a sheet."""

from __future__ import annotations

from alembic import op

from store.migrations.columns import key, millis, words

revision = "0009"
down_revision = "0008"

_STAGES = {
    "stored_at": "raise", "acknowledged_at": "acknowledge", "assigned_at": "assign", "arrived_at": "arrive",
    "closed_at": "close",
}  # fmt: skip


def upgrade() -> None:
    """Make the tables, fill them from every history that is there, and have each new step counted in."""
    op.create_table(
        "alarm_times",
        words("station", 64), words("alarm", 32),
        millis("stored_at", null=True), millis("shown_at", null=True), millis("acknowledged_at", null=True),
        millis("assigned_at", null=True), millis("arrived_at", null=True), millis("closed_at", null=True),
        key("station", "alarm"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    names = ", ".join(_STAGES)
    firsts = ", ".join(f"MIN(CASE WHEN step = '{step}' THEN at END)" for step in _STAGES.values())
    op.execute(
        f"INSERT INTO alarm_times (station, alarm, {names})"  # noqa: S608 - names of our own
        f" SELECT station, alarm, {firsts} FROM alarm_step GROUP BY station, alarm"
    )
    _count_new_steps_in()
    op.create_table(
        "sheet_print",
        words("station", 64), words("alarm", 32), millis("at"), words("who"), words("role"), words("address"),
        key("station", "alarm", "at", "who"),
    )  # fmt: skip


def _count_new_steps_in() -> None:
    values = ", ".join(f"CASE WHEN NEW.step = '{step}' THEN NEW.at END" for step in _STAGES.values())
    earliest = ", ".join(
        f"{name} = CASE WHEN alarm_times.{name} IS NULL OR excluded.{name} < alarm_times.{name}"
        f" THEN excluded.{name} ELSE alarm_times.{name} END"
        for name in _STAGES
    )
    count_in = (
        f"INSERT INTO alarm_times (station, alarm, {', '.join(_STAGES)})"  # noqa: S608 - names of our own
        f" VALUES (NEW.station, NEW.alarm, {values})"
        f" ON CONFLICT (station, alarm) DO UPDATE SET {earliest};"
    )
    steps = ", ".join(f"'{step}'" for step in _STAGES.values())
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER alarm_step_counted_in AFTER INSERT ON alarm_step WHEN NEW.step IN ({steps})"
            f" BEGIN {count_in} END"
        )
        return
    op.execute(
        "CREATE FUNCTION alarm_step_counted_in() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {count_in} RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER alarm_step_counted_in AFTER INSERT ON alarm_step FOR EACH ROW"
        f" WHEN (NEW.step IN ({steps})) EXECUTE FUNCTION alarm_step_counted_in()"
    )
