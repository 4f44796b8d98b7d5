"""Migrations: from nothing to the tables the code knows, on both databases; a newer database is left alone."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from models.formats.zone_shapes import shapes_of
from models.records.tables import METADATA
from store import migrate, registers
from store.database import Database, open_database
from store.errors import StorageBrokenError
from tests.servers import PgCluster

ROOT = Path(__file__).resolve().parents[2]


def test_the_migrated_schema_is_the_one_of_the_records(db: Database) -> None:
    with db.read() as conn:
        context = MigrationContext.configure(
            conn,
            opts={
                "compare_type": True,
                "include_object": lambda _obj, name, _kind, _reflected, _other: not str(name).startswith("position_"),
            },
        )
        assert compare_metadata(context, METADATA) == []


def test_a_migrated_database_passes_the_check(db: Database) -> None:
    migrate.check(db)
    with db.read() as conn:
        assert migrate.current(conn) == migrate.head()


def test_the_files_of_the_steps_are_named_after_the_versions_alembic_reads_in_them() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [migrate.head()]
    assert {step.revision for step in scripts.walk_revisions()} == migrate.known()


def test_a_start_without_anything_to_migrate_does_not_load_alembic_or_psycopg(sqlite_url: str) -> None:
    script = (
        "import sys; from store import migrate, side; migrate.upgrade(sys.argv[1]);"
        " print(*sorted({'alembic', 'psycopg'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script, sqlite_url], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")


def test_zones_that_are_there_get_what_the_map_draws_of_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    square = (
        '{"type":"Polygon","coordinates":[[[104.7,16.5],[104.71,16.5],[104.71,16.51],[104.7,16.51],[104.7,16.5]]]}'
    )
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    old = Database(url, pool_size=1)
    with old.write() as tx:
        config.attributes["connection"] = tx.conn
        command.upgrade(config, "0003")
        tx.conn.execute(text("INSERT INTO station VALUES ('s', '', '', 'test', '', '', NULL, NULL, 50)"))
        for code, kind, polygon in (("z", "risk", square), ("b", "beat", square), ("bad", "risk", "{}")):
            row = {"code": code, "kind": kind, "polygon": polygon}
            values = "('s', :code, 1, '', '', :kind, NULL, :polygon, 1, 1, 32648, 0, NULL)"
            tx.conn.execute(text(f"INSERT INTO zone VALUES {values}"), row)  # noqa: S608 - no word from outside
    old.close()
    migrate.upgrade(url)
    database = open_database(url)
    with database.read() as conn:
        found = {row.code: (row.outline, row.ring) for row in registers.zones(conn, None)}
    database.close()
    assert found == {"z": shapes_of(square, "risk"), "b": (None, None), "bad": (None, None)}
    assert found["z"][1] is not None


def test_upgrading_twice_changes_nothing(db_url: str) -> None:
    migrate.upgrade(db_url)


def test_two_programs_may_upgrade_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    failures: list[BaseException] = []

    def run() -> None:
        try:
            migrate.upgrade(url)
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.postgres
def test_two_programs_may_upgrade_postgresql_at_once(pg_cluster: PgCluster) -> None:
    url = pg_cluster.create()
    threads = [threading.Thread(target=migrate.upgrade, args=(url,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database = open_database(url)
    migrate.check(database)
    database.close()
    pg_cluster.drop(url)


def test_a_newer_database_is_refused_in_one_line_and_left_as_it_is(db: Database) -> None:
    with db.write() as tx:
        tx.conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageBrokenError, match=r"^database is newer than this program: .*9999"):
        migrate.check(db)
    with pytest.raises(StorageBrokenError, match="newer than this program"):
        migrate.upgrade(db.url)
    with db.read() as conn:
        assert migrate.current(conn) == "9999"


def test_refusing_does_not_write_a_byte_of_the_file(sqlite_url: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    database = open_database(sqlite_url)
    with database.write() as tx:
        tx.conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    before = hashlib.sha256(file.read_bytes()).digest()
    with pytest.raises(StorageBrokenError):
        migrate.upgrade(sqlite_url)
    assert hashlib.sha256(file.read_bytes()).digest() == before


def test_an_empty_database_does_not_pass_the_check(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(StorageBrokenError, match="not migrated"):
        migrate.check(database)
    database.close()


def test_a_step_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'half.db'}"
    database = open_database(url)
    with database.write() as tx:
        tx.conn.execute(text("CREATE TABLE web_session (other int)"))  # the last tables cannot be made
    with pytest.raises(StorageBrokenError, match="web_session already exists"):
        migrate.upgrade(url)
    with database.read() as conn:
        tables = conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
    database.close()
    assert tables == ["web_session"]


def test_positions_are_clustered_on_sqlite(sqlite_db: Database) -> None:
    with sqlite_db.read() as conn:
        made = conn.execute(text("SELECT sql FROM sqlite_master WHERE name = 'position'")).scalar_one()
    assert "WITHOUT ROWID" in made


@pytest.mark.postgres
def test_positions_are_partitioned_on_postgresql(pg_db: Database) -> None:
    with pg_db.read() as conn:
        kind = conn.execute(text("SELECT relkind FROM pg_class WHERE relname = 'position'")).scalar_one()
    assert str(kind) in {"p", "b'p'"}
