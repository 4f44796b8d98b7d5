"""Refitting stations: the same cases give the same maps wherever they are fitted, one station's failure stops no
other, nothing is fitted twice, and a forecast is scored on what was reported."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pytest
from distributed import LocalCluster
from sqlalchemy import Connection, text

from jobs import learn, refit
from jobs.refit import How, Step
from jobs.scoring import score_due
from jobs.spread import Workers
from jobs.turn import LEASE, LEASE_MS, RunningError, turn
from models.analysis.cases import Columns, Words, columns_of
from models.analysis.due import When
from models.analysis.hotspots import HotspotMap
from models.analysis.shifts import Shifts
from models.analysis.standing import Standing, summary
from models.analysis.task import BY_SHIFT, DAY, Place, Task
from models.records.hotspot import HotspotChoiceRow
from models.records.incident import IncidentReport
from models.records.station import Station, Zone
from store import cases, forecast_proof, forecasts, hotspots, imports, leases, refits, registers
from store.database import Database
from tests.store.test_forecasts import a_forecast

NOW = 1_790_000_000_000
DAY_MS = 86_400_000
HOUR = 3_600_000
HERE = Workers(1)

#: One square kilometre of Hat Yai.
SQUARE = (
    '{"type": "Polygon", "coordinates": [[[100.470, 7.000], [100.479, 7.000], [100.479, 7.009], [100.470, 7.009],'
    " [100.470, 7.000]]]}"
)


def a_case(station: str, number: int, at: int, place: tuple[float, float], **other: object) -> IncidentReport:
    made = IncidentReport(
        station, "s", str(number), at, "robbery", at, offence_group=2, lat=place[0], lon=place[1],
        place_quality="exact", found_by="victim",
    )  # fmt: skip
    return replace(made, **other)  # type: ignore[arg-type]


def past_of(station: str, seed: int, until: int = NOW, days: int = 400, number: int = 120) -> list[IncidentReport]:
    """Two in three robberies at one corner, the others anywhere."""
    rng = random.Random(seed)
    found = []
    for count in range(number):
        at = until - rng.randrange(days * DAY_MS)
        corner = (7.0021 + rng.gauss(0, 2e-4), 100.4722 + rng.gauss(0, 2e-4))
        place = corner if rng.random() < 0.67 else (rng.uniform(7.0, 7.009), rng.uniform(100.47, 100.479))
        found.append(a_case(station, count, at, place))
    return found


def towns(db: Database, stations: str = "abc", polygon: str = SQUARE, number: int = 120) -> None:
    for seed, code in enumerate(stations):
        zone = Zone(station=code, code="z", version=1, polygon=polygon, area_m2=1e6, perimeter_m=4e3, utm_epsg=32647,
                    valid_from=0)  # fmt: skip
        with db.write() as tx:
            registers.put_stations(tx, [Station(code=code, name_th=code, name_en=code)], NOW - 500 * DAY_MS)
            registers.put_zone(tx, zone, NOW - 500 * DAY_MS)
            imports.take_all(tx, past_of(code, seed, number=number), f"b{code}")


def ran(db: Database, names: list[str], at: int = NOW, workers: Workers = HERE) -> list[Step]:
    told: list[Step] = []
    with turn(db, lambda: at) as mine:
        refit.run(db, names, How(Shifts(), workers), lambda: at, told.append, mine)
    return told


def hashes(db: Database) -> dict[tuple[str, str, int, str], str]:
    with db.read() as conn:
        return {(one.station, one.family, one.days, one.shift): one.hash for one in hotspots.maps(conn, None)}


def test_the_same_cases_give_the_same_maps_in_another_process_and_on_a_cluster(
    sqlite_db: Database, cluster: LocalCluster
) -> None:
    towns(sqlite_db)
    ran(sqlite_db, ["a", "b", "c"])
    here = hashes(sqlite_db)
    assert len(here) == len(set(here.values())) > 30
    with sqlite_db.write() as tx:
        tx.conn.execute(text("DROP TRIGGER hotspot_map_no_delete"))
        tx.conn.execute(text("DELETE FROM hotspot_map"))
    ran(sqlite_db, ["c", "a", "b"], workers=Workers(2, cluster.scheduler_address))
    assert hashes(sqlite_db) == here
    with sqlite_db.read() as conn:
        told = forecasts.record(conn, None)
        assert len(told) == len({one.hash for one in told}), "the same forecast is one row"
        assert forecast_proof.verify(conn) == len(told) > 0
        assert [(run.done, run.failed) for run in refits.runs(conn)] == [(3, 0), (3, 0)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """A scheduler and two workers, each a process, on loopback."""
    # A page that was tried in this process before is still the main module, and each worker would run it.
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    made = LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        host="127.0.0.1",
        silence_logs=40,
    )
    yield made
    made.close()
    sys.modules["__main__"] = main


def test_a_station_that_fails_stops_no_other_and_keeps_its_maps(db: Database) -> None:
    towns(db, "abc")
    ran(db, ["b"], NOW - DAY_MS)
    before = {key: value for key, value in hashes(db).items() if key[0] == "b"}
    with db.write() as tx:
        tx.conn.execute(text("UPDATE zone SET polygon = '{}' WHERE station = 'b'"))
    steps = ran(db, ["a", "b", "c", "nobody"])
    assert {one.station: bool(one.error) for one in steps} == {"a": False, "b": True, "c": False, "nobody": True}
    with db.read() as conn:
        [run, _] = refits.runs(conn)
        assert (run.stations, run.done, run.failed, run.ended) == (4, 2, 2, NOW)
        told = {one.station: one.error for one in refits.failures(conn, run.id, None)}
        assert "GeoJSON" in told["b"]
        assert "nobody" in told["nobody"]
        assert [one.station for one in refits.failures(conn, run.id, frozenset({"b"}))] == ["b"]
        assert refits.lasts(conn, None)["b"].failed
    assert {key: value for key, value in hashes(db).items() if key[0] == "b"} == before
    assert {key[0] for key in hashes(db)} == {"a", "b", "c"}


def test_a_station_without_a_zone_is_mapped_where_its_cases_are(sqlite_db: Database) -> None:
    """Strays make no giant grid; a station of strays alone has no map, and that is no failure."""
    strays = [a_case("d", 500, NOW - DAY_MS, (0.0, 0.0)), a_case("d", 501, NOW - DAY_MS, (18.79, 98.98))]
    with sqlite_db.write() as tx:
        for code in ("d", "e"):
            registers.put_stations(tx, [Station(code=code, name_th=code, name_en=code, lat=7.0, lon=100.47)], NOW)
        imports.take_all(tx, past_of("d", 4) + strays, "d")
        imports.take_all(tx, [replace(one, station="e") for one in strays], "e")
    assert [(one.station, bool(one.error), one.maps > 0) for one in ran(sqlite_db, ["d", "e"])] == [
        ("d", False, True), ("e", False, False),
    ]  # fmt: skip
    with sqlite_db.read() as conn:
        [shown] = hotspots.maps(conn, None, family="robbery", days=28, shift="")
    assert (shown.station, shown.zone, shown.map.verdict) == ("d", "", "grey")
    assert shown.map.area_m2 < 2e6
    assert shown.map.hotspots


def test_a_place_is_called_the_same_after_a_run_that_claimed_nothing(sqlite_db: Database) -> None:
    towns(sqlite_db, "a")
    ran(sqlite_db, ["a"])

    def shown() -> HotspotMap:
        with sqlite_db.read() as conn:
            [found] = hotspots.maps(conn, frozenset("a"), family="robbery", days=28, shift="")
        return found.map

    first = {(one.id, one.name, one.side, one.number) for one in shown().hotspots}
    rng, rest = random.Random(5), [f"hidden/{number}" for number in range(20)]
    anywhere = [
        a_case("a", 0, NOW, (rng.uniform(7.0, 7.009), rng.uniform(100.47, 100.479)), id=name) for name in rest
    ]
    usual = cases.columns

    def hidden(conn: Connection, station: str, *window: int) -> tuple[Columns, Words]:
        found = columns_of(anywhere)
        return found, np.full(len(found), "exact", dtype=object)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cases, "columns", hidden)
        ran(sqlite_db, ["a"], NOW + DAY_MS)
    assert cases.columns is usual
    assert shown().verdict == "no_hotspot"
    ran(sqlite_db, ["a"], NOW + 2 * DAY_MS)
    again = {(one.id, one.name, one.side, one.number) for one in shown().hotspots}
    assert first
    assert first == again


def test_nothing_is_fitted_twice_and_new_cases_are(sqlite_db: Database) -> None:
    towns(sqlite_db, "ab")
    assert refit.changed(sqlite_db, NOW, None) == ["a", "b"]
    ran(sqlite_db, ["a", "b"])
    assert refit.changed(sqlite_db, NOW + DAY_MS, None) == []
    with sqlite_db.write() as tx:
        imports.take_all(tx, [a_case("b", 900, NOW, (7.001, 100.471))], "more")
    assert refit.changed(sqlite_db, NOW + DAY_MS, None) == ["b"]
    with sqlite_db.write() as tx:
        imports.undo(tx, "more", NOW)
        leases.take(tx, LEASE, "another", NOW, LEASE_MS)
    assert refit.changed(sqlite_db, NOW + DAY_MS, None) == []
    with pytest.raises(RunningError):
        ran(sqlite_db, ["a"])


def test_the_maps_of_an_import_that_was_undone_go_with_it(sqlite_db: Database) -> None:
    towns(sqlite_db, "a")
    ran(sqlite_db, ["a"])
    with sqlite_db.write() as tx:
        imports.undo(tx, "ba", NOW + 1)
    when = When(10_000, 3, ZoneInfo("Asia/Bangkok"))
    assert refit.due(sqlite_db, NOW + 2 * HOUR, when) == ["a"]
    assert refit.changed(sqlite_db, NOW + 2 * HOUR, None) == ["a"]
    ran(sqlite_db, ["a"], NOW + 2 * HOUR)
    with sqlite_db.read() as conn:
        shown = [one.map for one in hotspots.maps(conn, None)]
        assert refits.with_cases(conn, None) == [], "nothing is learnt from it"
    assert {(one.verdict, one.cases, len(one.hotspots)) for one in shown} == {("too_few", 0, 0)}
    assert refit.due(sqlite_db, NOW + 60 * DAY_MS, when) == refit.changed(sqlite_db, NOW + 60 * DAY_MS, None) == [], (
        "once"
    )


def test_a_run_that_is_broken_off_has_an_end(sqlite_db: Database) -> None:
    def broken(_step: Step) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), turn(sqlite_db, lambda: NOW) as mine:
        refit.run(sqlite_db, ["nobody"], How(Shifts(), HERE), lambda: NOW, broken, mine)
    with sqlite_db.read() as conn:
        assert [run.ended for run in refits.runs(conn)] == [NOW]


def test_scoring_passes_over_what_it_cannot_read(sqlite_db: Database) -> None:
    with sqlite_db.write() as tx:
        forecasts.freeze(tx, [a_forecast(NOW, body="{}")])
    assert score_due(sqlite_db, NOW + 100 * DAY_MS) == 0


def test_a_map_is_frozen_once_a_day_and_its_places_keep_their_ids_all_the_same(db: Database) -> None:
    towns(db, "a")

    def claimed() -> dict[tuple[str, int, str], tuple[int, str]]:
        with db.read() as conn:
            found = hotspots.last_claimed(conn, "a")
        return {(one.family, one.days, one.shift): (one.made_at, one.map.hotspots[0].id) for one in found}

    made = []
    for hours in (0, 3, 6, 23):
        ran(db, ["a"], NOW + hours * 3_600_000)
        with db.read() as conn:
            made.append({(one.made_at - NOW) // 3_600_000 for one in forecasts.record(conn, None)})
        assert {at for at, _ in claimed().values()} == {NOW + hours * 3_600_000}
    assert made == [{0}, {0}, {0}, {0, 23}]
    with db.read() as conn:
        assert {one.made_at for one in forecasts.record(conn, None, now=NOW)} == {NOW}, "none is ahead of the clock"
        assert forecast_proof.verify(conn) > 0


def test_places_are_called_after_maps_of_before_claims_were_written_down(sqlite_db: Database) -> None:
    towns(sqlite_db, "a")
    ran(sqlite_db, ["a"])
    with sqlite_db.write() as tx:
        tx.conn.execute(text("DROP TRIGGER hotspot_map_no_update"))
        tx.conn.execute(text("UPDATE hotspot_map SET claims = 0"))
        tx.conn.execute(text("UPDATE refit_station SET format = 1"))
    with sqlite_db.read() as conn:
        assert [one.map.verdict for one in hotspots.last_claimed(conn, "a")]
    assert refit.changed(sqlite_db, NOW + 1, None) == ["a"], "its maps are of another form"


def test_maps_are_of_ground_in_force_and_of_no_clock_that_was_ahead(sqlite_db: Database) -> None:
    with sqlite_db.write() as tx:
        registers.put_stations(tx, [Station(code="a", name_th="a", name_en="a")], NOW - 500 * DAY_MS)
        imports.take_all(tx, past_of("a", 1), "b")
    ran(sqlite_db, ["a"], NOW + 300 * DAY_MS)

    def shown() -> set[tuple[str, int]]:
        with sqlite_db.read() as conn:
            return {(one.zone, one.made_at - NOW) for one in hotspots.maps(conn, None)}

    assert shown() == {("", 300 * DAY_MS)}
    ran(sqlite_db, ["a"])
    assert shown() == {("", 0)}
    zone = Zone(station="a", code="z", version=1, polygon=SQUARE, area_m2=1e6, perimeter_m=4e3, utm_epsg=32647,
                valid_from=0)  # fmt: skip
    with sqlite_db.write() as tx:
        registers.put_zone(tx, zone, NOW + DAY_MS)
    assert shown() == set(), "a zone was drawn"
    ran(sqlite_db, ["a"], NOW + 2 * DAY_MS)
    assert shown() == {("z", 2 * DAY_MS)}
    with sqlite_db.write() as tx:
        tx.conn.execute(text("UPDATE zone SET valid_to = :at"), {"at": NOW + 3 * DAY_MS})
    assert shown() == set(), "the zone was closed"
    assert refit.changed(sqlite_db, NOW + 3 * DAY_MS, None) == ["a"]


def test_a_forecast_is_scored_on_what_was_reported_alone(sqlite_db: Database) -> None:
    towns(sqlite_db, "a")
    ran(sqlite_db, ["a"])
    end = NOW + 28 * DAY_MS
    corner, elsewhere = (7.0021, 100.4722), [(7.0045, 100.4745), (7.006, 100.472), (7.003, 100.478)]
    inside = [a_case("a", 1000 + number, NOW + number * DAY_MS, corner) for number in range(6)]
    inside += [a_case("a", 1010 + number, NOW + number * DAY_MS, place) for number, place in enumerate(elsewhere)]
    noise = [a_case("a", 1020 + number, NOW + number * DAY_MS, corner, found_by="patrol") for number in range(9)]
    drugs = {"offence": "drugs", "offence_group": 4}
    noise += [a_case("a", 1040 + number, NOW + DAY_MS, corner, **drugs) for number in range(9)]
    noise += [a_case("a", 1060, NOW - 1, corner), a_case("a", 1061, end, corner)]
    with sqlite_db.write() as tx:
        imports.take_all(tx, inside + noise, "later")
    assert score_due(sqlite_db, end + 3 * DAY_MS) > 3
    assert score_due(sqlite_db, end + 3 * DAY_MS) == 0, "once"
    with sqlite_db.read() as conn:
        [one] = forecasts.record(conn, None, family="robbery", days=28, shift="")
        [short] = forecasts.record(conn, None, family="robbery", days=7, shift="")
    assert one.score is not None
    assert short.score is not None
    assert (one.score.cases, one.score.hits, one.score.best_hits) == (9, 6, 9)
    assert one.score.area_share == pytest.approx(0.05, abs=0.01)
    assert (short.score.cases, short.score.hits) == (9, 6)


def test_the_gate_and_the_weights_are_learnt_from_all_stations(sqlite_db: Database) -> None:
    towns(sqlite_db, "ab")
    with sqlite_db.read() as conn:
        nothing = learn.known(conn, NOW)
    assert nothing.rules_of("a") == {}

    def task_of(name: str) -> Task:
        task = refit.task(sqlite_db, "a" if name == "bad" else name, NOW, Shifts(), nothing)
        return replace(task, places=(Place("z", 1, "{}"),)) if name == "bad" else task

    # One batch: a station that is nowhere and one whose zone is no polygon do not take the others along.
    found = learn.learn(sqlite_db, NOW, task_of, HERE, ["a", "b", "bad", "nobody"])
    with sqlite_db.read() as conn:
        after = learn.known(conn, NOW)
    of = ("robbery", 28, DAY)
    pooled = after.rules_of("another")[of]
    assert pooled.record is not None
    assert pooled.record.pooled
    assert pooled.record.hit > 0.5, "two in three happen at the corner"
    assert pooled.method == pooled.model == found.choices[of].choice.method
    rule = after.rules_of("a")[of]
    assert (rule == pooled) is (("a", of) not in found.own)
    assert after.weights["robbery"].sum() == pytest.approx(1)
    ran(sqlite_db, ["a"])
    with sqlite_db.read() as conn:
        [shown] = hotspots.maps(conn, frozenset({"a"}), family="robbery", days=28, shift="")
        [first, *_] = hotspots.maps(conn, frozenset({"a"}), family="robbery", days=28, shift="00")
    assert (shown.map.verdict, shown.method) == ("shown", rule.method)
    assert shown.map.record == rule.record
    by_shift = after.rules_of("a")["robbery", 28, BY_SHIFT]
    assert by_shift.record not in (None, rule.record), "what is measured of a day says nothing of a shift"
    assert (first.map.record, first.method) == (by_shift.record, by_shift.method)


def a_choice(station: str, why: str, at: int, method: str = "counts_28") -> HotspotChoiceRow:
    return HotspotChoiceRow(station=station, family="robbery", days=28, shift=DAY, made_at=at, method=method, why=why,
                            body='{"table": {}, "record": null, "counting": null}')  # fmt: skip


def test_what_a_station_s_own_past_said_is_taken_back_or_grows_old(sqlite_db: Database) -> None:
    """A station looked at again whose past says so no longer is drawn as all are; one never looked at again too."""
    towns(sqlite_db, "ab")
    with sqlite_db.write() as tx:
        hotspots.keep_choices(tx, [a_choice(code, "own", NOW - DAY_MS) for code in "ab"])
    with sqlite_db.read() as conn:
        before = learn.known(conn, NOW)
        assert learn.known(conn, NOW + learn.OWN_MS).rules_of("a") == {}
    assert before.rules_of("a")["robbery", 28, DAY].method == "counts_28"
    found = learn.learn(sqlite_db, NOW, lambda name: refit.task(sqlite_db, name, NOW, Shifts(), before), HERE, ["a"])
    assert ("a", ("robbery", 28, DAY)) not in found.own
    with sqlite_db.read() as conn:
        rules = learn.known(conn, NOW)
    pooled = rules.rules_of("another")["robbery", 28, DAY]
    assert rules.rules_of("a")["robbery", 28, DAY] == pooled
    assert rules.rules_of("b")["robbery", 28, DAY].method == "counts_28", "nobody looked at it again"


def test_families_too_sparse_for_one_batch_are_judged_by_all_of_them(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learn, "BATCH", 1)
    towns(sqlite_db, "ab", number=40)
    with sqlite_db.read() as conn:
        nothing = learn.known(conn, NOW)
    found = learn.learn(sqlite_db, NOW, lambda name: refit.task(sqlite_db, name, NOW, Shifts(), nothing), HERE)
    assert found.cases["robbery"] == 80, "each batch has fewer than a judgement needs"
    assert found.choices["robbery", 28, DAY].record is not None


COUNTED = {
    "origins": 13, "cases": 900, "hit": 0.3, "hit_low": 0.28, "hit_high": 0.33, "pai": 6.0, "naive_hit": 0.3,
    "as_good": True, "enough": True, "pooled": True,
}  # fmt: skip
RECORD = COUNTED | {"hit": 0.4, "pai": 8.0, "as_good": False}


def test_the_product_counts_when_counting_does_as_well() -> None:
    row = a_choice("", "pooled", NOW, "mixture")
    row.body = orjson.dumps({"record": RECORD, "counting": COUNTED}).decode()
    drawn = {word: learn.rule_of(row, word) for word in (None, *Standing)}
    assert {word: (rule.method, rule.model) for word, rule in drawn.items()} == {
        None: ("mixture", "mixture"),
        Standing.TOO_FEW: ("mixture", "mixture"),
        Standing.BETTER: ("mixture", "mixture"),
        Standing.AS_GOOD: ("counts_365", "mixture"),
        Standing.WORSE: ("counts_365", "mixture"),
    }
    told = {word: rule.record and rule.record.hit for word, rule in drawn.items()}
    assert (told[Standing.BETTER], told[Standing.WORSE]) == (0.4, 0.3), "a map of counts has the record of counts"
    assert summary([], 28).standing is Standing.TOO_FEW
