"""A mark that changes whenever a station comes, goes or moves to another bureau or province, whoever writes it, and
an index that reads the newest alarms of some stations without touching their rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

#: Drawn, not counted: a count taken in a transaction that is rolled back would come again with other stations.
_SQLITE_MARK = "UPDATE levels_mark SET mark = lower(hex(randomblob(16)));"

_MOVED = (
    "UPDATE ON station"
    " WHEN OLD.code IS NOT NEW.code OR OLD.bureau IS NOT NEW.bureau OR OLD.province IS NOT NEW.province"
)

_FUNCTION = """
CREATE FUNCTION station_levels_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE levels_mark SET mark = gen_random_uuid()::text;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Make the mark and what renews it, and the index."""
    op.create_table(
        "levels_mark",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("mark", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_levels_mark"),
    )
    op.execute("INSERT INTO levels_mark (id, mark) VALUES (1, '')")
    op.create_index("alarm_of_station", "alarm", ["station", "raised_at", "id"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_SQLITE_MARK)
        for name, when in (("added", "INSERT ON station"), ("gone", "DELETE ON station"), ("moved", _MOVED)):
            op.execute(f"CREATE TRIGGER station_{name} AFTER {when} BEGIN {_SQLITE_MARK} END")
        return
    op.execute("UPDATE levels_mark SET mark = gen_random_uuid()::text")
    op.execute(_FUNCTION)
    # A statement as a whole: an import writes every station of the country.
    op.execute(
        "CREATE TRIGGER station_levels AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE ON station"
        " FOR EACH STATEMENT EXECUTE FUNCTION station_levels_changed()"
    )
