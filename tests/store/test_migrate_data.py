"""A database of the first version, with a person signed in and an alarm answered, is whole after the upgrade."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import column, insert, inspect, text
from sqlalchemy import table as sql_table
from sqlalchemy.exc import DatabaseError

from models.access.scope import Scope
from models.alarms.life import State
from models.records.alarm import Alarm
from models.records.purpose import Purpose
from store import access, alarms, dispatch, kiosks, migrate, past, purposes, scopes, units
from store.database import Database, open_database
from store.rows import values_of
from tests.servers import PgCluster

AT = 1_790_000_000_000

#: Columns of an alarm up to the fourth version.
OLD_ALARM = (
    "station", "id", "origin_kind", "origin", "kind", "state", "version", "raised_at", "pressed_at", "last_at",
    "presses", "marks", "place", "lat", "lon", "level", "by", "assigned", "outcome", "changed_at",
)  # fmt: skip


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
            values = {name: value for name, value in values_of(alarm).items() if name in OLD_ALARM}
            tx.conn.execute(insert(sql_table("alarm", *(column(name) for name in OLD_ALARM))).values(**values))
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


def fresh_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'old.db'}"
    cluster: PgCluster = request.getfixturevalue("pg_cluster")
    return cluster.create()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_of_the_first_version_keeps_all_it_has(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = fresh_url(kind, tmp_path, request)
    database = at_version(url, "0001")
    lived(database)
    migrate.upgrade(url)
    migrate.check(database)
    with database.read() as conn:
        (row,) = access.sessions(conn, ["h", "nobody"])
        assert (row.name, row.kiosk, row.visitor, row.rotate_s) == ("Somchai", "", False, 0)
        assert kiosks.kiosks(conn) == []
        assert [alarm.id for alarm in alarms.open_alarms(conn, None)] == ["new"]
        shown = {
            moment: [(alarm.id, alarm.state) for alarm in past.restore_at(conn, Scope(None), AT + moment).open_alarms]
            for moment in (-1, 0, 60, 150, 200)
        }
        assert shown == {
            -1: [], 0: [("old", State.RAISED)], 60: [("old", State.RAISED), ("new", State.RAISED)],
            150: [("new", State.RAISED), ("old", State.ACKNOWLEDGED)], 200: [("new", State.RAISED)],
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


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_levels_that_were_stored_otherwise_are_found_by_grants_and_the_newest_alarms_by_their_index(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = fresh_url(kind, tmp_path, request)
    database = at_version(url, "0013")
    province = " สงขลา\u00a0"
    bureau = unicodedata.normalize("NFD", "Région 9")
    with database.write() as tx:
        tx.conn.execute(
            text(
                "INSERT INTO station (code, name_th, name_en, kind, bureau, province, plausible_km)"
                " VALUES ('hat_yai', 'ห', 'H', '', :bureau, :province, 9)"
            ),
            {"bureau": bureau, "province": province},
        )
        tx.conn.execute(text("DROP INDEX alarm_newest"))  # as this version made it at first
        tx.conn.execute(text("CREATE INDEX alarm_newest ON alarm (station, raised_at, id)"))
    database.close()
    migrate.upgrade(url)
    database = open_database(url)
    with database.read() as conn:
        for grant in ("province:สงขลา", "bureau:Région 9"):
            assert scopes.granted(conn, [grant]) == [frozenset({"hat_yai"})]
        (index,) = [one for one in inspect(conn).get_indexes("alarm") if one["name"] == "alarm_newest"]
    assert index["column_names"] == ["raised_at", "id", "station"]
    database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_who_was_sent_before_dispatches_were_kept_is_on_the_way(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = fresh_url(kind, tmp_path, request)
    database = at_version(url, "0004")
    with database.write() as tx:
        tx.conn.execute(
            text("INSERT INTO station (code, name_th, name_en, kind, bureau, province, plausible_km)"
                 " VALUES ('lumphini', 'ล', 'L', '', '', '', 9)")
        )  # fmt: skip
        tx.conn.execute(
            text("INSERT INTO unit (station, unit, kind, call_sign, beat, status, status_at, crew)"
                 " VALUES ('lumphini', '201', 'car', '', '', 'busy', :at, '[]'),"
                 " ('lumphini', '202', 'car', '', '', NULL, NULL, '[]')"),
            {"at": AT - 5},
        )  # fmt: skip
        histories = {"there": ["assign", "assign", "arrive"], "away": ["assign"], "over": ["assign", "close"]}
        for name, steps in histories.items():
            state = {"arrive": State.ON_SCENE, "close": State.CLOSED}.get(steps[-1], State.ASSIGNED)
            alarm = Alarm(
                station="lumphini", id=name, origin_kind="box", origin=name, state=state, version=2 + len(steps),
                raised_at=AT, pressed_at=AT, last_at=AT, changed_at=AT + 9, assigned="201", by="Anan",
            )  # fmt: skip
            values = {name: value for name, value in values_of(alarm).items() if name in OLD_ALARM}
            tx.conn.execute(insert(sql_table("alarm", *(column(name) for name in OLD_ALARM))).values(**values))
            for number, step in enumerate(steps, 3):
                tx.conn.execute(
                    text("INSERT INTO alarm_step (station, alarm, version, step, at, by, origin, old_state,"
                         " new_state, detail) VALUES ('lumphini', :alarm, :version, :step, :at, 'Somchai', '', '',"
                         " '', '')"),
                    {"alarm": name, "version": number, "step": step, "at": AT + number},
                )  # fmt: skip
    migrate.upgrade(url)
    with database.read() as conn:
        (word,) = units.words_since(conn, "lumphini", "201", 0)
        sent = {one.alarm: one for one in dispatch.under_way(conn)}
    assert (word.at, word.status, word.source) == (AT - 5, "busy", "native")
    assert set(sent) == {"there", "away"}
    there, away = sent["there"], sent["away"]
    assert (there.version, there.assigned_at, there.assigned_by) == (4, AT + 4, "Somchai")
    assert (there.enroute_at, there.on_scene_at, there.on_scene_how) == (None, AT + 5, "manual")
    assert (away.unit_station, away.unit, away.assigned_at) == ("lumphini", "201", AT + 3)
    assert (away.on_scene_at, away.on_scene_how, away.ended_at) == (None, "", None)
    database.close()
