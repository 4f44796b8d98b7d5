"""The store on SQLite and PostgreSQL, through the same calls."""
