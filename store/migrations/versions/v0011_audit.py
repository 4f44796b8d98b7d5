"""The audit log, which the database itself only lets be added to; and the seals on alarms' histories."""

from __future__ import annotations

from alembic import op

from store.migrations.columns import key, millis, octets, serial, whole, words
from store.migrations.triggers import only_add

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables, have them refuse changes, and have each new line of a history wait for its seal."""
    op.create_table(
        "audit",
        millis("seq"), millis("at"), words("who"), words("role"), words("session"), words("address"),
        words("action", 48), words("station", 64), words("object"), words("detail"), words("purpose", 32),
        words("key", 16), octets("mac"),
        key("seq"),
    )  # fmt: skip
    op.create_index("audit_time", "audit", ["at"])
    for column in ("who", "action", "station", "object"):
        op.create_index(f"audit_{column}", "audit", [column, "seq"])
    op.create_table(
        "audit_head",
        whole("id"), millis("seq"), octets("mac"), millis("at"), words("key", 16), octets("tag"),
        key("id"),
    )  # fmt: skip
    op.create_table(
        "audit_cut",
        millis("seq"), octets("mac"), millis("at"), words("key", 16), octets("tag"),
        key("seq"),
    )  # fmt: skip
    op.create_table("audit_waiting", serial("id"), words("body"), key("id"), sqlite_autoincrement=True)
    only_add("audit_cut")
    _only_cut()
    op.create_table(
        "alarm_step_seal",
        words("station", 64), words("alarm", 32), whole("version"), millis("seal", null=True),
        key("station", "alarm", "version"),
    )  # fmt: skip
    op.create_index("alarm_step_seal_row", "alarm_step_seal", ["seal"])
    op.execute("INSERT INTO alarm_step_seal (station, alarm, version) SELECT station, alarm, version FROM alarm_step")
    _wait_for_seal()


def _only_cut() -> None:
    """No row of the log is changed; the oldest may go once a cut covers them; none takes the place of another."""
    if op.get_bind().dialect.name == "sqlite":
        refuse = "BEGIN SELECT RAISE(ABORT, 'audit is only added to'); END"
        op.execute(f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit {refuse}")
        no_cut = "NOT EXISTS (SELECT 1 FROM audit_cut WHERE seq >= OLD.seq)"
        op.execute(f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN {no_cut} {refuse}")
        # INSERT OR REPLACE deletes without asking the trigger of deletes.
        taken = "EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)"
        op.execute(f"CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN {taken} {refuse}")
        return
    op.execute(
        "CREATE FUNCTION audit_only_added() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'audit is only added to'; END $$"
    )
    op.execute(
        "CREATE FUNCTION audit_only_cut() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF NOT EXISTS (SELECT 1 FROM audit_cut WHERE seq >= OLD.seq) THEN"
        " RAISE EXCEPTION 'audit is only added to'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_only_added BEFORE UPDATE OR TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_only_added()"
    )
    op.execute("CREATE TRIGGER audit_only_cut BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_only_cut()")


def _wait_for_seal() -> None:
    wait = (
        "INSERT INTO alarm_step_seal (station, alarm, version) VALUES (NEW.station, NEW.alarm, NEW.version)"
        " ON CONFLICT (station, alarm, version) DO NOTHING;"
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER alarm_step_waits AFTER INSERT ON alarm_step BEGIN {wait} END")
        return
    op.execute(
        f"CREATE FUNCTION alarm_step_waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {wait} RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER alarm_step_waits AFTER INSERT ON alarm_step FOR EACH ROW EXECUTE FUNCTION alarm_step_waits()"
    )
