"""Sums of the forward record are those of its rows, on both databases, and those of an older database too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert, text

from jobs import learn
from models.analysis.record import Scored, Tally, Told, apart, tallied
from models.analysis.standing import of_tallies, summary
from models.analysis.task import BY_SHIFT
from models.analysis.task import DAY as DAY_LONG
from models.audit.chain import keys_of
from models.records.hotspot import ForecastRow, ForecastScoreRow, ForecastTallyRow
from store import forecast_proof, forecast_tally, forecasts, retention
from store.database import Database
from store.migrate import upgrade
from store.rows import table_of, values_of
from tests.store.test_forecasts import KEEP
from tests.store.test_migrate_data import at_version, fresh_url

DAY = 86_400_000
BEGIN = 1_790_000_000_000 // DAY * DAY
NOW = BEGIN + 200 * DAY

Pair = tuple[ForecastRow, Scored]


def pairs() -> list[Pair]:
    """A forecast on most days of two stations, three families, two horizons, day and shift, each with an outcome."""
    rng = np.random.default_rng(6)
    made = []
    for day in range(84):
        at = BEGIN + day * DAY + int(rng.integers(3_600_000))
        for station, zone, family, days, shift in (
            ("a", "z", "robbery", 28, ""), ("a", "y", "robbery", 28, ""), ("a", "z", "theft", 28, ""),
            ("a", "z", "robbery", 7, ""), ("b", "z", "robbery", 28, ""), ("b", "z", "robbery", 28, "08"),
        ):  # fmt: skip
            if rng.random() < 0.4:
                continue
            row = ForecastRow(
                station=station, hash="", zone=zone, family=family, days=days, shift=shift, made_at=at,
                until=at + days * DAY, data_version="1.1.1.1", method="mixture", parameters="{}", body=f'"{day}"',
            )  # fmt: skip
            row.hash = forecasts.hash_of(row)
            cases, best = float(rng.poisson(20)), float(rng.poisson(9))
            hits, naive = rng.random(2) * best
            score = Scored(NOW, cases, hits, hits, naive, best, 0.05, 20.0, float(rng.random() * 9), 0.8)
            made.append((row, score))
    return made


def over(made: Sequence[Pair]) -> list[Pair]:
    """Those whose window is over by a day, in the order in which they are scored."""
    mine = [one for one in made if one[0].until <= BEGIN + 75 * DAY]
    return sorted(mine, key=lambda one: (one[0].until, one[0].station, one[0].hash))


def kept(db: Database, made: Sequence[Pair]) -> None:
    """Frozen day by day, and scored in pieces."""
    with db.write() as tx:
        for first in (0, 30, 60):  # days: what is of one moment is frozen in one call
            days = range(BEGIN + first * DAY, BEGIN + (first + 30) * DAY)
            forecasts.freeze(tx, [row for row, _ in made if row.made_at in days])
        scored = over(made)
        for first in range(0, len(scored), 60):
            piece = [(row, replace(score, scored_at=NOW + first)) for row, score in scored[first : first + 60]]
            assert forecasts.keep_scores(tx, piece) == len(piece)
        assert not forecasts.keep_scores(tx, scored[:5]), "what is known is added once"


def numbers(tallies: Sequence[Tally]) -> list[tuple[float, ...]]:
    return [astuple(one) for one in tallies]


def agree(db: Database) -> int:
    """Hold the sums to the rows; returns how many forecasts count."""
    counted = 0
    with db.read() as conn:
        for stations in (None, frozenset({"a"}), frozenset({"a", "b"})):
            for family in (None, "robbery"):
                for days, shifts in ((28, False), (28, True), (7, False)):
                    rows: list[Told] = [
                        one
                        for one in forecasts.record(conn, stations, family=family, days=days)
                        if bool(one.shift) is shifts
                    ]
                    plain = tallied(rows, days)
                    sums = forecast_tally.tallies(conn, stations, days, family=family, shifts=shifts)
                    assert numbers(sums) == [pytest.approx(one) for one in numbers(plain)]
                    if shifts:
                        continue
                    scores = forecast_tally.counted(conn, stations, days, family=family)
                    truth = [one.score for one in apart(one for one in rows if one.score) if one.score]
                    assert sorted(map(astuple, scores)) == sorted(map(astuple, truth))
                    told, by_rows = of_tallies(sums, days, scores), summary(rows, days)
                    assert told.standing is by_rows.standing
                    assert told.difference == pytest.approx(by_rows.difference)
                    assert (told.frozen, told.scored) == (len(rows), sum(one.score is not None for one in rows))
                    counted += told.counted
        assert forecast_tally.wrong(conn, 0) == ""
    return counted


def test_the_sums_are_those_of_the_rows(db: Database) -> None:
    kept(db, pairs())
    assert agree(db) >= 60
    since, now = BEGIN + 20 * DAY, BEGIN + 70 * DAY
    with db.read() as conn:
        rows = forecasts.record(conn, None, days=7, shift="")
        some = [one for one in tallied(rows, 7) if since // (7 * DAY) <= one.period <= now // (7 * DAY)]
        found = forecast_tally.tallies(conn, None, 7, since=since, now=now)
        assert 7 <= len(some) < len(tallied(rows, 7))
        assert numbers(found) == [pytest.approx(one) for one in numbers(some)]
        assert len(forecast_tally.counted(conn, None, 7, since=since, now=now)) == sum(one.counted for one in some)
        standing = learn.known(conn, NOW).standing
        for days, which, shift in ((28, DAY_LONG, ""), (7, DAY_LONG, ""), (28, BY_SHIFT, "08")):
            told = forecasts.record(conn, None, family="robbery", days=days, shift=shift)
            assert standing["robbery", days, which] is summary(told, days).standing
        assert ("robbery", 7, BY_SHIFT) not in standing
        newest = forecasts.record(conn, None, days=7, shift="", limit=9)
        assert newest == rows[:9]


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_an_older_database_gets_the_sums_of_the_rows_it_has(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = fresh_url(kind, tmp_path, request)
    made = pairs()
    old = at_version(url, "0025")
    with old.write() as tx:
        tx.conn.execute(insert(table_of(ForecastRow)), [values_of(row) for row, _ in made])
        rows = [
            ForecastScoreRow(station=row.station, hash=row.hash, **{n: getattr(score, n) for n in Scored.__slots__})
            for row, score in over(made)
        ]
        tx.conn.execute(insert(table_of(ForecastScoreRow)), [values_of(row) for row in rows])
    upgrade(url)
    try:
        assert agree(old) >= 60
    finally:
        old.close()


#: Numbers changed, a sum taken away, and one put beside them that no forecast is of.
FORGED = (
    "UPDATE forecast_tally SET hits = hits + 1 WHERE station = :whose AND days = 28",
    "DELETE FROM forecast_tally WHERE station = :whose AND days = 28",
    "UPDATE forecast_tally SET period = period + 900 WHERE station = :whose AND days = 28",
)


def test_sums_that_were_forged_are_found(db: Database) -> None:
    db.audit_keys = keys_of("a secret of this test: 32 letters or more")
    kept(db, pairs())
    with db.write() as tx:
        assert forecast_proof.verify(tx.conn) == len(pairs())
        for whose, forgery in product(("b", forecast_tally.ALL), FORGED):
            with tx.conn.begin_nested() as inner:
                tx.conn.execute(text(forgery), {"whose": whose})
                assert forecast_tally.wrong(tx.conn, 0).startswith(f"{whose}/robbery/28/")
                if forgery == FORGED[0]:
                    with pytest.raises(forecasts.ChangedError, match=rf"sums of the record \({whose}/robbery/28/"):
                        forecast_proof.verify(tx.conn)
                inner.rollback()
        names = [column.name for column in table_of(ForecastTallyRow).c]
        for changed in ({"family": "'arson'"}, {"station": "'c'"}):
            with tx.conn.begin_nested() as inner:
                rows = ", ".join(changed.get(name, name) for name in names)
                tx.conn.execute(text(f"INSERT INTO forecast_tally SELECT {rows} FROM forecast_tally"  # noqa: S608
                                     " WHERE station = 'b' AND days = 28 AND shift = ''"))  # fmt: skip
                assert forecast_tally.wrong(tx.conn, 0).startswith(("b/arson/28/", "c/robbery/28/"))
                inner.rollback()
        assert forecast_tally.wrong(tx.conn, 0) == ""


def test_sums_go_with_their_forecasts_and_the_period_that_is_cut_stays_whole(sqlite_db: Database) -> None:
    sqlite_db.audit_keys = keys_of("a secret of this test: 32 letters or more")
    kept(sqlite_db, pairs())
    cut = (BEGIN // (7 * DAY) + 5) * 7 * DAY + 4 * DAY
    retention.run(sqlite_db, KEEP, cut + KEEP.forecast_days * DAY)
    with sqlite_db.write() as tx:
        left = forecast_tally.tallies(tx.conn, None, 7)
        assert left[0].period == cut // (7 * DAY)
        assert left[0].frozen > sum(
            one.made_at // (7 * DAY) == left[0].period for one in forecasts.record(tx.conn, None, days=7)
        )
        assert forecast_tally.wrong(tx.conn, cut) == ""
