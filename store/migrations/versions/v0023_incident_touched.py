"""Which incidents came, changed or went, whoever wrote them: what columns in memory are renewed by.

An import is one row, however many incidents it holds. `revision` is the number of the last change of the log when it
was written: writers go one after the other, so what a reader of change N has not seen has revision N or more.
An import is touched as well when it is finished, or begins to be undone: its incidents are seen or hidden by that.
"""

from __future__ import annotations

from alembic import op

from store.migrations.columns import key, millis, words

revision = "0023"
down_revision = "0022"

#: Which incident or import a row stands for; `{row}` is the row as the trigger calls it.
_NAMED = (
    "{row}.station, {row}.batch, CASE WHEN {row}.batch = '' THEN {row}.source ELSE '' END,"
    " CASE WHEN {row}.batch = '' THEN {row}.id ELSE '' END"
)
_ONE = "{row}.station, '', {row}.source, {row}.id"

_SEQ = "(SELECT COALESCE(MAX(seq), 0) FROM change)"

#: SQLite: an outer INSERT's own word on conflicts must not become this one's, so that is asked first.
_SQLITE = (
    "INSERT INTO incident_touched (revision, station, batch, source, id)"  # noqa: S608 - all of it stands here
    " SELECT s.revision, s.station, s.batch, s.source, s.id FROM"
    f" (SELECT {_SEQ} AS revision, {{station}} AS station, {{batch}} AS batch,"
    " {source} AS source, {id} AS id) AS s"
    " WHERE NOT EXISTS (SELECT 1 FROM incident_touched AS t WHERE t.revision = s.revision AND t.station = s.station"
    " AND t.batch = s.batch AND t.source = s.source AND t.id = s.id);"
)

_POSTGRES = f"""
CREATE FUNCTION incident_touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO incident_touched SELECT DISTINCT {_SEQ}, {_NAMED.format(row="added")} FROM added
            ON CONFLICT DO NOTHING;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO incident_touched SELECT DISTINCT {_SEQ}, {_NAMED.format(row="gone")} FROM gone
            ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO incident_touched SELECT {_SEQ}, {_ONE.format(row="added")} FROM added
            UNION SELECT {_SEQ}, {_ONE.format(row="gone")} FROM gone ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$
"""  # noqa: S608 - all of it stands here

_POSTGRES_IMPORT = f"""
CREATE FUNCTION import_touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO incident_touched SELECT {_SEQ}, OLD.station, OLD.batch, '', '' ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Make the table and what fills it."""
    op.create_table(
        "incident_touched",
        millis("revision"), words("station", 64), words("batch", 64), words("source", 64), words("id", 64),
        key("revision", "station", "batch", "source", "id"),
    )  # fmt: skip
    if op.get_bind().dialect.name == "sqlite":
        for name, when, row, whole in (
            ("added", "INSERT", "NEW", True),
            ("gone", "DELETE", "OLD", True),
            ("changed", "UPDATE", "NEW", False),
            ("renamed", "UPDATE OF station, source, id", "OLD", False),
        ):
            op.execute(f"CREATE TRIGGER incident_{name} AFTER {when} ON incident BEGIN {_sqlite(row, whole)} END")
        touch = _SQLITE.format(station="OLD.station", batch="OLD.batch", source="''", id="''")
        for name, when in (("changed", "UPDATE OF state"), ("gone", "DELETE")):
            op.execute(f"CREATE TRIGGER import_{name} AFTER {when} ON import_batch BEGIN {touch} END")
        return
    op.execute(_POSTGRES)
    op.execute(_POSTGRES_IMPORT)
    op.execute(
        "CREATE TRIGGER import_touched AFTER UPDATE OF state OR DELETE ON import_batch"
        " FOR EACH ROW EXECUTE FUNCTION import_touch()"
    )
    for name, when, tables in (
        ("added", "INSERT", "NEW TABLE AS added"),
        ("gone", "DELETE", "OLD TABLE AS gone"),
        ("changed", "UPDATE", "NEW TABLE AS added OLD TABLE AS gone"),
    ):
        op.execute(
            f"CREATE TRIGGER incident_{name} AFTER {when} ON incident REFERENCING {tables}"
            " FOR EACH STATEMENT EXECUTE FUNCTION incident_touch()"
        )


def _sqlite(row: str, whole: bool) -> str:
    """The statement of a trigger; `whole`: an incident of an import stands for the import."""
    station, batch, source, name = f"{row}.station", "''", f"{row}.source", f"{row}.id"
    if whole:
        batch = f"{row}.batch"
        source, name = (f"CASE WHEN {batch} = '' THEN {one} ELSE '' END" for one in (source, name))
    return _SQLITE.format(station=station, batch=batch, source=source, id=name)
