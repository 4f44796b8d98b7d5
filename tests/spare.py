"""PostgreSQL databases used again: to copy a migrated one for each test takes longer than most tests.

What is given out is as new: every table, sequence and right as in the template, under a name nobody has had. What
cannot be brought back to that is dropped.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.servers import PgCluster

Connection = psycopg.Connection[tuple[Any, ...]]

#: Everything but rows: tables and what belongs to them, who may do what, and what the planner has learned.
_SHAPE = """
WITH space AS (SELECT oid, nspacl FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'),
     ours AS (SELECT * FROM pg_class WHERE relnamespace IN (SELECT oid FROM space))
SELECT format('space %s %s', oid::regnamespace, nspacl) FROM space
UNION ALL SELECT format('class %s %s %s %s', oid::regclass, relkind, relacl, relowner::regrole) FROM ours
UNION ALL SELECT format('column %s %s %s %s %s %s', attrelid::regclass, attnum, attname, atttypid, attnotnull, attacl)
    FROM pg_attribute WHERE attrelid IN (SELECT oid FROM ours)
UNION ALL SELECT format('trigger %s %s %s', tgrelid::regclass, tgname, tgenabled)
    FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM ours)
UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, convalidated)
    FROM pg_constraint WHERE connamespace IN (SELECT oid FROM space)
UNION ALL SELECT format('index %s %s %s %s', indexrelid::regclass, indkey, indisunique, indisvalid)
    FROM pg_index WHERE indrelid IN (SELECT oid FROM ours)
UNION ALL SELECT format('function %s %s %s', oid::regprocedure, md5(prosrc), proacl)
    FROM pg_proc WHERE pronamespace IN (SELECT oid FROM space)
UNION ALL SELECT format('policy %s %s', tablename, policyname) FROM pg_policies
UNION ALL SELECT format('extension %s', extname) FROM pg_extension
UNION ALL SELECT format('learned %s', starelid::regclass) FROM pg_statistic WHERE starelid IN (SELECT oid FROM ours)
UNION ALL SELECT format('setting %s', setconfig) FROM pg_db_role_setting s
    JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()
"""

_TABLES = """
SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables t
JOIN pg_class c ON c.relname = t.tablename AND c.relnamespace = t.schemaname::regnamespace AND c.relkind = 'r'
WHERE schemaname !~ '^(pg_|information_schema)'
"""

_SEQUENCES = "SELECT schemaname, sequencename, start_value, last_value FROM pg_sequences"


def _table(name: str) -> sql.SQL:
    return sql.SQL(name)  # quoted by the server


def _filled(connection: Connection, tables: list[str]) -> list[str]:
    """Those of the tables that have rows."""
    asked = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(name), _table(name))
        for name in tables
    ]
    return [row[0] for row in connection.execute(sql.SQL(" UNION ALL ").join(asked))]


def _rows(connection: Connection, table: str) -> bytes:
    """All rows of a table, as the server writes them."""
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(_table(table))) as copied:
        return b"".join(bytes(part) for part in copied)


@dataclass(frozen=True)
class _New:
    """What a new database is like."""

    shape: frozenset[str]
    tables: list[str]
    rows: dict[str, bytes]
    sequences: frozenset[tuple[Any, ...]]

    @classmethod
    def of(cls, connection: Connection) -> _New:
        tables = [row[0] for row in connection.execute(_TABLES)]
        rows = {name: _rows(connection, name) for name in _filled(connection, tables)}
        return cls(_shape(connection), tables, rows, frozenset(connection.execute(_SEQUENCES).fetchall()))


def _shape(connection: Connection) -> frozenset[str]:
    return frozenset(row[0] for row in connection.execute(_SHAPE))


class Spare:
    """Databases made from a template."""

    def __init__(self, cluster: PgCluster, template: str) -> None:
        """`template`: the name of a database nobody is connected to."""
        self._cluster = cluster
        self._template = template
        self._free: list[str] = []
        self._new: _New | None = None

    def take(self) -> str:
        """The address of a database as the template is."""
        if self._free:
            return self._free.pop()
        url = self._cluster.create(self._template)
        if self._new is None:
            with self._connected(url) as connection:
                self._new = _New.of(connection)
        return url

    def give_back(self, url: str) -> None:
        """Nobody needs it any more; who is still connected is thrown out, and finds nothing of that name."""
        name, renamed = _name(url), f"t_{secrets.token_hex(6)}"
        with self._cluster.admin() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [url.rsplit("/", 1)[1]]
            )
            try:
                connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(name, sql.Identifier(renamed)))
            except psycopg.errors.ObjectInUse:  # somebody comes back at once each time
                renamed = ""
        emptied = self._cluster.url(renamed) if renamed else url
        if renamed and self._as_new(emptied):
            self._free.append(emptied)
        else:
            self._cluster.drop(emptied)

    def _connected(self, url: str) -> Connection:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(address, autocommit=True)

    def _as_new(self, url: str) -> bool:
        """Empty it again; False: it was changed in more than its rows."""
        new = self._new
        assert new is not None
        with self._connected(url) as connection:
            if _shape(connection) != new.shape:
                return False
            connection.execute("SET session_replication_role = replica")  # no trigger, no key to another table
            filled = set(_filled(connection, new.tables))
            changed = (filled | new.rows.keys()) - {
                name for name in filled & new.rows.keys() if _rows(connection, name) == new.rows[name]
            }
            if changed:
                self._refill(connection, sorted(changed | new.rows.keys()))
            for schema, name, start, _ in set(connection.execute(_SEQUENCES)) - new.sequences:
                was = next((last for s, n, _, last in new.sequences if (s, n) == (schema, name)), None)
                values = (str(sql.Identifier(schema, name).as_string()), was or start, was is not None)
                connection.execute("SELECT setval(%s, %s, %s)", values)
        return True

    def _refill(self, connection: Connection, tables: list[str]) -> None:
        assert self._new is not None
        emptied = sql.SQL(", ").join(_table(name) for name in tables)
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(emptied))
        for name, rows in self._new.rows.items():
            with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(_table(name))) as copied:
                copied.write(rows)


def _name(url: str) -> sql.Identifier:
    return sql.Identifier(url.rsplit("/", 1)[1])
