"""A database of the first version, with a person signed in and an alarm answered, is whole after the upgrade."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import insert, text
from sqlalchemy.exc import DatabaseError

from models.records.alarm import Alarm, State
from models.records.purpose import Purpose
from store import access, alarms, kiosks, migrate, past, purposes
from store.database import Database, open_database
from store.rows import table_of, values_of
from tests.servers import PgCluster

AT = 1_790_000_000_000


def at_version(url: str, version: str) -> Database:
    database = open_database(url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    with database.write() as tx:
        config.attributes["connection"] = tx.conn
        command.upgrade(config, version)
    return database


def lived(database: Database) -> None:
    """A session; an alarm raised, acknowledged and closed, as the first version wrote it; and one still open."""
    with database.write() as tx:
        tx.conn.execute(
            text(
                "INSERT INTO web_session (hash, name, role, stations, csrf, created_at, used_at, expires_at)"
                " VALUES ('h', 'Somchai', 'commander', 'lumphini', 'c', :at, :at, :end)"
            ),
            {"at": AT, "end": AT + 1000},
        )
        tx.conn.execute(
            text(
                "INSERT INTO station (code, name_th, name_en, kind, bureau, province, plausible_km)"
                " VALUES ('lumphini', 'ล', 'L', '', '', '', 9)"
            )
        )
        for name, state, version, changed in (("old", "closed", 3, AT + 200), ("new", "raised", 1, AT + 50)):
            raised = AT if name == "old" else AT + 50
            alarm = Alarm(
                station="lumphini", id=name, origin_kind="box", origin=name, state=state, version=version,
                raised_at=raised, pressed_at=raised, last_at=raised, changed_at=changed,
            )  # fmt: skip
            tx.conn.execute(insert(table_of(Alarm)).values(**values_of(alarm)))  # the table is as it was
        for changed_alarm, version, step, when, old, new in (
            ("old", 1, "raise", AT, "", "raised"), ("old", 2, "acknowledge", AT + 100, "raised", "acknowledged"),
            ("old", 3, "close", AT + 200, "acknowledged", "closed"), ("new", 1, "raise", AT + 50, "", "raised"),
        ):  # fmt: skip
            tx.conn.execute(
                text(
                    "INSERT INTO alarm_step (station, alarm, version, step, at, by, origin, old_state, new_state,"
                    " detail) VALUES ('lumphini', :alarm, :version, :step, :at, '', '', :old, :new, '')"
                ),
                {"alarm": changed_alarm, "version": version, "step": step, "at": when, "old": old, "new": new},
            )


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_of_the_first_version_keeps_all_it_has(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.db'}"
    else:
        cluster: PgCluster = request.getfixturevalue("pg_cluster")
        url = cluster.create()
    database = at_version(url, "0001")
    lived(database)
    migrate.upgrade(url)
    migrate.check(database)
    with database.read() as conn:
        (row,) = access.sessions(conn, ["h", "nobody"])
        assert (row.name, row.kiosk, row.visitor, row.rotate_s) == ("Somchai", "", False, 0)
        assert kiosks.kiosks(conn) == []
        assert [alarm.id for alarm in alarms.open_alarms(conn)] == ["new"]
        shown = {
            moment: [(alarm.id, alarm.state) for alarm in past.restore_at(conn, None, AT + moment).open_alarms]
            for moment in (-1, 0, 60, 150, 200)
        }
        assert shown == {
            -1: [], 0: [("old", State.RAISED)], 60: [("old", State.RAISED), ("new", State.RAISED)],
            150: [("old", State.ACKNOWLEDGED), ("new", State.RAISED)], 200: [("new", State.RAISED)],
        }  # fmt: skip
        changes = past.alarm_changes(conn, ["lumphini"], AT + 1, AT + 1000)
        assert [(at - AT, alarm.id, alarm.state) for at, alarm in changes] == [
            (50, "new", State.RAISED), (100, "old", State.ACKNOWLEDGED), (200, "old", State.CLOSED),
        ]  # fmt: skip
    stated = Purpose(
        id="p", at=AT, who="a", role="chief", holder="h", stations="*", reason="review", text="why it is read",
        expires_at=AT,
    )  # fmt: skip
    with database.write() as tx:
        purposes.state(tx, stated)
        purposes.note_reading(tx, "p", "", AT, AT + 1, AT)
    for change in ("UPDATE purpose SET text = ''", "DELETE FROM past_reading", "DELETE FROM purpose"):
        with pytest.raises(DatabaseError, match="only added"), database.write() as tx:
            tx.conn.execute(text(change))
    database.close()
