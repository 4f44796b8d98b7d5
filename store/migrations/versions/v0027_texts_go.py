"""The free text of incidents may go from their history when its time is over: the database still refuses every other
change of a row that was written, and every deletion."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"

_KEPT = ("station", "source", "id", "version", "at", "by", "kind")
_SAME = " AND ".join(f'NEW."{name}" = OLD."{name}"' for name in _KEPT)
_OLD = "EXISTS (SELECT 1 FROM erasure WHERE kind = 'incident_change' AND before > OLD.at)"
_REFUSED = "incident_change is only added to"

#: What may be written: the same row without its free text. A part that is not there makes it NULL: refused.
_SQLITE = (
    f"COALESCE({_SAME} AND {_OLD} AND json_extract(NEW.fields, '$.description') = '[null,null]'"
    " AND json_remove(NEW.fields, '$.description') = json_remove(OLD.fields, '$.description'), 0)"
)
_POSTGRES = (
    f"COALESCE({_SAME} AND {_OLD} AND NEW.fields::jsonb -> 'description' = '[null,null]'::jsonb"
    " AND NEW.fields::jsonb - 'description' = OLD.fields::jsonb - 'description', FALSE)"
)


def upgrade() -> None:
    """Put the trigger that lets old texts go in the place of the one that let nothing."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER incident_change_no_update")
        op.execute(
            f"CREATE TRIGGER incident_change_no_update BEFORE UPDATE ON incident_change WHEN NOT {_SQLITE}"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )
        return
    op.execute("DROP TRIGGER incident_change_only_added ON incident_change")
    op.execute(
        "CREATE TRIGGER incident_change_only_added BEFORE DELETE OR TRUNCATE ON incident_change"
        " FOR EACH STATEMENT EXECUTE FUNCTION incident_change_only_added()"
    )
    op.execute(
        "CREATE FUNCTION incident_change_only_text() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF NOT {_POSTGRES} THEN RAISE EXCEPTION '{_REFUSED}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER incident_change_only_text BEFORE UPDATE ON incident_change"
        " FOR EACH ROW EXECUTE FUNCTION incident_change_only_text()"
    )
