"""Of the audit log the oldest rows may go and no others, and never the newest: a cut that somebody wrote in does not
let a row out of the middle go."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0013"


_ONLY_OLDEST = """
CREATE OR REPLACE FUNCTION audit_only_cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM gone) AND (
        EXISTS (SELECT 1 FROM audit_cut WHERE seq >= (SELECT MAX(seq) FROM gone))
        AND (SELECT MIN(seq) FROM audit) > (SELECT MAX(seq) FROM gone)
    ) IS NOT TRUE THEN
        RAISE EXCEPTION 'audit is only added to';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Make the refusal of deletes narrower."""
    if op.get_bind().dialect.name == "sqlite":
        # Row by row, in the order of their numbers.
        allowed = (
            "EXISTS (SELECT 1 FROM audit_cut WHERE seq >= OLD.seq)"
            " AND NOT EXISTS (SELECT 1 FROM audit WHERE seq < OLD.seq)"
            " AND EXISTS (SELECT 1 FROM audit WHERE seq > OLD.seq)"
        )
        op.execute("DROP TRIGGER audit_no_delete")
        op.execute(
            f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN NOT ({allowed})"
            " BEGIN SELECT RAISE(ABORT, 'audit is only added to'); END"
        )
        return
    # A statement as a whole: in which order it deletes is the server's affair.
    op.execute("DROP TRIGGER audit_only_cut ON audit")
    op.execute(_ONLY_OLDEST)
    op.execute(
        "CREATE TRIGGER audit_only_cut AFTER DELETE ON audit REFERENCING OLD TABLE AS gone"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_only_cut()"
    )
