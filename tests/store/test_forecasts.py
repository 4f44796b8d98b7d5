"""Maps and forecasts: the newest is read, what was changed is refused, nothing is changed or doubled, and the record
pairs each forecast with how it turned out."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from models.analysis.due import Last, Version
from models.analysis.record import Scored
from models.audit.chain import keys_of
from models.records.hotspot import ForecastRow, ForecastScoreRow, HotspotChoiceRow, HotspotMapRow, HotspotWeightsRow
from models.records.imports import ImportBatch
from models.records.incident import IncidentReport
from models.records.station import Station
from store import forecast_proof, forecasts, hotspots, import_runs, incidents, refits, registers, retention
from store.database import Database
from store.retention import Keep
from store.rows import table_of, values_of

NOW = 1_790_000_000_000
DAY = 86_400_000
KEEP = Keep(raw_days=14, position_days=90, quarantine_days=7, change_days=2, quarantine_bytes=10**6, map_days=90)

SCORED = Scored(NOW + 40 * DAY, 20, 8, 8, 6, 10, 0.05, 22.0, 9.0, 0.9)


def a_map(made_at: int, family: str = "robbery", shift: str = "", station: str = "hat_yai") -> HotspotMapRow:
    return HotspotMapRow(
        station=station, zone="z", family=family, days=28, shift=shift, made_at=made_at, data_version="1.2.1.1",
        method="mixture", parameters="{}", hash="", body=f'{{"made": {made_at}}}',
    )  # fmt: skip


def a_forecast(made_at: int, station: str = "hat_yai", body: str = "{}", days: int = 28) -> ForecastRow:
    return ForecastRow(
        station=station, hash="", zone="z", family="robbery", days=days, shift="", made_at=made_at,
        until=made_at + days * DAY, data_version="1.2.1.1", method="mixture", parameters="{}", body=body,
    )  # fmt: skip


def a_case(name: str, at: int, station: str = "hat_yai") -> IncidentReport:
    return IncidentReport(station, "s", name, at, "robbery", at + 60_000, offence_group=2, lat=7.0, lon=100.5)


def towns(db: Database) -> None:
    with db.write() as tx:
        for code in ("hat_yai", "lumphini"):
            registers.put_stations(tx, [Station(code=code, name_th=code, name_en=code)], NOW)


def test_the_newest_map_of_each_key_is_read_and_of_the_stations_asked_for(db: Database) -> None:
    with db.write() as tx:
        hotspots.keep(tx, [a_map(NOW), a_map(NOW + 1), a_map(NOW, shift="08-16"), a_map(NOW, station="lumphini")])
    with db.read() as conn:
        found = hotspots.maps(conn, None)
        assert [(one.station, one.shift, one.made_at - NOW) for one in found] == [
            ("hat_yai", "", 1), ("hat_yai", "08-16", 0), ("lumphini", "", 0),
        ]  # fmt: skip
        assert [one.station for one in hotspots.maps(conn, frozenset({"lumphini"}))] == ["lumphini"]
        assert [one.shift for one in hotspots.maps(conn, frozenset({"hat_yai"}), shift="")] == [""]
        assert hotspots.maps(conn, None, family="theft") == []
        assert found[0].hash != found[1].hash


TABLES = ("hotspot_map", "forecast", "forecast_score", "hotspot_choice", "hotspot_weights")


def test_the_tables_are_only_added_to(db: Database) -> None:
    with db.write() as tx:
        hotspots.keep(tx, [a_map(NOW)])
        forecasts.freeze(tx, [row := a_forecast(NOW)])
        forecasts.keep_scores(tx, [(row.model_copy(update={"hash": forecasts.hash_of(row)}), SCORED)])
        choice = HotspotChoiceRow(station="", family="robbery", days=28, shift="", made_at=NOW, method="m", why="w",
                                  body="{}")  # fmt: skip
        hotspots.keep_choices(tx, [choice])
        hotspots.keep_weights(tx, [HotspotWeightsRow(family="robbery", made_at=NOW, stations=1, cases=2, body="{}")])
    changes = [f"UPDATE {table} SET {'hits = 9' if 'score' in table else 'body = 1'}" for table in TABLES]  # noqa: S608
    for change in [f"DELETE FROM {table}" for table in TABLES] + changes:  # noqa: S608
        with pytest.raises(DBAPIError, match="only added to"), db.write() as tx:
            tx.conn.execute(text(change))


def test_one_changed_map_is_left_out_and_told_once_and_the_others_are_read(
    sqlite_db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite_db.write() as tx:
        rows = [a_map(NOW - DAY), a_map(NOW), a_map(NOW, shift="08"), a_map(NOW, station="lumphini")]
        hotspots.keep(tx, rows)
        tx.conn.execute(text("DROP TRIGGER hotspot_map_no_update"))
        change = "UPDATE hotspot_map SET method = 'x' WHERE station = 'hat_yai' AND shift = '' AND made_at = :at"
        tx.conn.execute(text(change), {"at": NOW})
    for _ in range(3):
        with sqlite_db.read() as conn:
            found = hotspots.find(conn, None)
            assert found.changed == [("hat_yai", "z", "robbery", 28, "")]
            assert [(one.station, one.shift) for one in found.maps] == [("hat_yai", "08"), ("lumphini", "")]
            assert hotspots.maps(conn, None) == found.maps, "no older map stands for it"
    told = [one.getMessage() for one in caplog.records if one.name == "store.hotspots"]
    assert len(told) == 1
    assert "hat_yai/z robbery 28" in told[0]


def test_a_hash_is_of_the_columns_there_were_and_stays_when_one_is_added() -> None:
    """Of rows that were kept: a hash that differs here would take every map of a running product for changed."""
    assert hotspots.hash_of(a_map(NOW)) == "a9a1b680679616d8a22f741b9fed6f5d7edaab46c193071b659609bb931227e5"
    assert forecasts.hash_of(a_forecast(NOW)) == "0fc4a20f01e2c54956d84c18952837d2abb646a76038886538caf7d93de6640d"


def test_a_row_changed_behind_our_back_is_refused(sqlite_db: Database) -> None:
    sqlite_db.audit_keys = keys_of("a secret of this test: 32 letters or more")
    with sqlite_db.write() as tx:
        forecasts.freeze(tx, [a_forecast(NOW), a_forecast(NOW, body='{"other": 1}')])
        tx.conn.execute(text("DROP TRIGGER forecast_no_delete"))
        tx.conn.execute(text("DROP TRIGGER forecast_no_update"))
    with sqlite_db.read() as conn:
        assert forecast_proof.verify(conn) == 2
    with sqlite_db.write() as tx:
        tx.conn.execute(text("DELETE FROM forecast WHERE body <> '{}'"))
    with sqlite_db.read() as conn, pytest.raises(forecasts.ChangedError, match="not those the audit log tells of"):
        forecast_proof.verify(conn)
    with sqlite_db.write() as tx:
        tx.conn.execute(text("UPDATE forecast SET body = '{\"shown\": [1]}'"))
    with sqlite_db.read() as conn:
        with pytest.raises(forecasts.ChangedError, match="of hat_yai"):
            forecast_proof.verify(conn)
        assert forecasts.due(conn, NOW + 100 * DAY) == [], "what was changed is not scored, and stops no other"


def test_the_same_forecast_is_frozen_once_and_stands_in_the_audit_log(db: Database) -> None:
    with db.write() as tx:
        assert forecasts.freeze(tx, [a_forecast(NOW), a_forecast(NOW, body="{1}"), a_forecast(NOW + 1)]) == 3
        assert forecasts.freeze(tx, [a_forecast(NOW)]) == 0
    with db.read() as conn:
        waiting = conn.execute(text("SELECT body FROM audit_waiting ORDER BY id")).scalars().all()
        hashes = {one.made_at: one.hash for one in forecasts.record(conn, None)}
    assert len(waiting) == 2, "one row for each moment"
    assert forecasts.together([hashes[NOW + 1]]) in waiting[1]


def test_a_forecast_is_due_when_its_window_is_over_and_its_cases_are_in(db: Database) -> None:
    towns(db)
    with db.write() as tx:
        forecasts.freeze(tx, [a_forecast(NOW), a_forecast(NOW, "lumphini")])
        incidents.take(tx, a_case("inside", NOW + 5 * DAY))
        incidents.take(tx, a_case("after", NOW + 28 * DAY + 1))
        incidents.take(tx, a_case("inside", NOW + 5 * DAY, "lumphini"))
    over = NOW + 28 * DAY

    def due(at: int) -> list[str]:
        with db.read() as conn:
            return [row.station for row in forecasts.due(conn, at)]

    assert due(over + 1 * DAY) == [], "reports may still come in"
    assert due(over + 2 * DAY) == ["hat_yai"], "no case of the other station lies behind the window yet"
    assert due(over + 45 * DAY) == ["hat_yai", "lumphini"]
    with db.write() as tx:
        [mine] = forecasts.due(tx.conn, over + 2 * DAY)
        assert forecasts.keep_scores(tx, [(mine, SCORED)])
        assert not forecasts.keep_scores(tx, [(mine, replace(SCORED, hits=9))])
    assert due(over + 2 * DAY) == []
    with db.read() as conn:
        assert not forecasts.any_over(conn, over)
        assert not forecasts.any_over(conn, over + 2 * DAY), "the other one waits for its file"
        assert forecasts.any_over(conn, over + 45 * DAY)
        told = {one.station: one.score for one in forecasts.record(conn, None)}
        assert told == {"hat_yai": SCORED, "lumphini": None}
        assert forecasts.record(conn, frozenset({"hat_yai"}), days=7) == []


@pytest.mark.parametrize("other", [{"found_by": "patrol"}, {"offence_group": 4}, {"source": "mqtt"}])
def test_a_window_is_not_settled_by_what_comes_by_itself(db: Database, other: dict[str, Any]) -> None:
    towns(db)
    over = NOW + 28 * DAY
    with db.write() as tx:
        forecasts.freeze(tx, [a_forecast(NOW)])
        for number in range(3):
            incidents.take(tx, a_case(f"file{number}", NOW - number * DAY))
        incidents.take(tx, replace(a_case("quick", over + 5), **other))
    with db.read() as conn:
        assert forecasts.due(conn, over + 3 * DAY) == []
        assert not forecasts.any_over(conn, over + 3 * DAY), "no process is started for it"
    with db.write() as tx:
        incidents.take(tx, a_case("month", over + 1))
    with db.read() as conn:
        assert len(forecasts.due(conn, over + 3 * DAY)) == 1
        assert forecasts.any_over(conn, over + 3 * DAY)


def test_what_cannot_be_scored_holds_up_no_other(sqlite_db: Database) -> None:
    with sqlite_db.write() as tx:
        renamed = a_forecast(NOW, body="{2}").model_copy(update={"family": "gone"})
        forecasts.freeze(tx, [a_forecast(NOW - DAY, body="{1}"), renamed, a_forecast(NOW + DAY)])
        tx.conn.execute(text("DROP TRIGGER forecast_no_update"))
        tx.conn.execute(text("UPDATE forecast SET method = 'x' WHERE body = '{1}'"))
    with sqlite_db.read() as conn:
        assert [row.made_at for row in forecasts.due(conn, NOW + 100 * DAY, limit=1)] == [NOW + DAY]
        left = {(row.station, row.hash) for row in forecasts.due(conn, NOW + 100 * DAY)}
        assert forecasts.due(conn, NOW + 100 * DAY, without=left) == []
        assert not forecasts.any_over(conn, NOW + 29 * DAY + DAY), "nothing is started for what is never scored"


def test_a_record_that_was_forged_is_found(sqlite_db: Database) -> None:
    sqlite_db.audit_keys = keys_of("a secret of this test: 32 letters or more")
    towns(sqlite_db)
    forged, real = a_forecast(NOW - 100 * DAY, body="{1}"), a_forecast(NOW)
    forged.hash, real.hash = forecasts.hash_of(forged), forecasts.hash_of(real)
    with sqlite_db.write() as tx:
        forecasts.freeze(tx, [real])
    with sqlite_db.write() as tx:
        with pytest.raises(ValueError, match="before its cases"):
            forecasts.keep_scores(tx, [(real, replace(SCORED, scored_at=NOW + 29 * DAY))])
        assert forecast_proof.verify(tx.conn) == 1
        early = {"station": real.station, "hash": real.hash, **asdict(replace(SCORED, scored_at=NOW))}
        tx.conn.execute(insert(table_of(ForecastScoreRow)), [early])
        with pytest.raises(forecasts.ChangedError, match="tells of no scores"):
            forecast_proof.verify(tx.conn)
        tx.conn.execute(insert(table_of(ForecastRow)), [values_of(forged)])
        with pytest.raises(forecasts.ChangedError, match="tells of no forecasts"):
            forecast_proof.verify(tx.conn)


def test_a_score_that_was_changed_is_found(sqlite_db: Database) -> None:
    sqlite_db.audit_keys = keys_of("a secret of this test: 32 letters or more")
    real = a_forecast(NOW)
    real.hash = forecasts.hash_of(real)
    with sqlite_db.write() as tx:
        forecasts.freeze(tx, [real])
        assert forecasts.keep_scores(tx, [(real, SCORED)]) == 1
        assert forecast_proof.verify(tx.conn) == 1
        tx.conn.execute(text("DROP TRIGGER forecast_score_no_update"))
        tx.conn.execute(text("UPDATE forecast_score SET hits = 19"))
        with pytest.raises(forecasts.ChangedError, match=r"scores of .* are not those"):
            forecast_proof.verify(tx.conn)


def test_a_data_version_follows_the_cases(db: Database) -> None:
    towns(db)
    with db.write() as tx:
        incidents.take(tx, a_case("a", NOW))
        incidents.take(tx, a_case("b", NOW - 5))
    with db.read() as conn:
        assert refits.versions(conn, None) == {"hat_yai": Version(2, NOW + 60_000)}
        assert refits.versions(conn, frozenset({"lumphini"})) == {}
    last = Last(NOW, Version(2, NOW), failed=True)
    with db.write() as tx:
        refits.note(tx, "hat_yai", Last(NOW - 1, Version(1, 1)))
        refits.note(tx, "hat_yai", last)
    with db.read() as conn:
        assert refits.lasts(conn, None) == {"hat_yai": last}


def test_an_import_that_is_not_finished_is_of_no_version_and_settles_nothing(db: Database) -> None:
    towns(db)
    over, batch = NOW + 28 * DAY, "a" * 32
    running = ImportBatch(batch=batch, station="hat_yai", source="s", file="f", by="a", begun=NOW, heard=NOW)
    with db.write() as tx:
        incidents.take(tx, a_case("there", NOW))
        forecasts.freeze(tx, [a_forecast(NOW)])
        tx.conn.execute(insert(table_of(ImportBatch)), [values_of(running)])
        for number in range(3):
            incidents.take(tx, a_case(f"new{number}", over + 1), batch=batch)
    with db.read() as conn:
        assert refits.versions(conn, None) == {"hat_yai": Version(1, NOW + 60_000)}
        assert not forecasts.any_over(conn, over + 3 * DAY)
    with db.write() as tx:
        import_runs.finish(tx, batch, 0, NOW)
    with db.read() as conn:
        assert refits.versions(conn, None) == {"hat_yai": Version(4, over + 60_001)}
        assert forecasts.any_over(conn, over + 3 * DAY)


def test_old_forecasts_go_with_proof_and_the_record_that_is_left_is_whole(db: Database) -> None:
    db.audit_keys = keys_of("a secret of this test: 32 letters or more")
    old, young = NOW - 800 * DAY, NOW - 700 * DAY
    rows = [a_forecast(old, body=f'{{"n": {n}}}') for n in range(5)] + [a_forecast(young, "lumphini")]
    for row in rows:
        row.hash = forecasts.hash_of(row)
    with db.write() as tx:
        forecasts.freeze(tx, rows)
        forecasts.keep_scores(tx, [(row, replace(SCORED, scored_at=old + 40 * DAY)) for row in rows[:5]])
        forecasts.keep_scores(tx, [(rows[5], replace(SCORED, scored_at=young + 40 * DAY))])
        for table in ("forecast", "forecast_score"):
            with pytest.raises(DBAPIError, match="only added to"), tx.conn.begin_nested():
                tx.conn.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our names
    assert retention.run(db, KEEP, NOW)["forecast"] == 10
    assert retention.run(db, KEEP, NOW)["forecast"] == 0
    with db.write() as tx:
        assert [one.station for one in forecasts.record(tx.conn, None)] == ["lumphini"]
        assert forecast_proof.verify(tx.conn) == 1
        proofs = tx.conn.execute(text("SELECT detail FROM audit WHERE object = 'table:forecast'")).scalars().all()
        assert len(proofs) == 1
        assert proofs[0].startswith("10 before ")
        assert proofs[0].endswith("by SSZ_RETENTION_FORECAST_DAYS=730")
        with pytest.raises(DBAPIError, match="only added to"), tx.conn.begin_nested():
            tx.conn.execute(text("DELETE FROM forecast"))


def test_old_maps_go_but_the_newest_stays(db: Database) -> None:
    with db.write() as tx:
        hotspots.keep(tx, [a_map(NOW - days * DAY) for days in (200, 150, 91, 30)])
        hotspots.keep(tx, [a_map(NOW - days * DAY, "theft") for days in (300, 200)])
    assert retention.run(db, KEEP, NOW)["hotspot_map"] == 4
    with db.read() as conn:
        left = [(one.family, (NOW - one.made_at) // DAY) for one in hotspots.maps(conn, None)]
        assert left == [("robbery", 30), ("theft", 200)]
        assert conn.execute(text("SELECT COUNT(*) FROM hotspot_map")).scalar_one() == 2
