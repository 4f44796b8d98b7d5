"""Alembic migrations: `versions/` holds one readable file a step. Forward only; the way back is a backup."""
