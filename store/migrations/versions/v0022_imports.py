"""Runs of imports, what a source's columns mean, and a station's own names of offences."""

from __future__ import annotations

from alembic import op

from store.migrations.columns import key, millis, of_station, whole, words

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "import_batch",
        words("batch", 32), words("station", 64), words("source", 64), words("file"), words("by"), words("state", 16),
        millis("begun"), millis("heard"), millis("ended", null=True), whole("new"), whole("known"), whole("bad"),
        words("read_as"),
        key("batch"), of_station(),
    )  # fmt: skip
    op.create_index("import_batch_station", "import_batch", ["station", "begun"])
    op.create_table(
        "import_mapping",
        words("station", 64), words("source", 64), words("columns"), millis("at"),
        key("station", "source"), of_station(),
    )  # fmt: skip
    op.create_table(
        "offence_name",
        words("station", 64), words("key", 200), words("name"), words("offence"), whole("offence_group", null=True),
        millis("at"),
        key("station", "key"), of_station(),
    )  # fmt: skip
