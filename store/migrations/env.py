"""Alembic's door: it runs the steps on the connection `store.migrate` hands over, in that transaction."""

from __future__ import annotations

from alembic import context

from models.records.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite can roll DDL back when the transaction is begun by us; a half-made schema cannot exist.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
