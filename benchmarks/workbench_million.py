"""A million real cases in a store, as stations would have them; and filters as analysts change them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from models.formats.offences import classify
from models.incidents.filter import ARRESTED, NO_HOUR, Filter
from models.records.incident import FOUND_BY, IncidentReport
from models.records.station import Station
from store import imports
from store.database import Database
from store.registers import put_stations
from tests.real_data import DATA

#: Cases of Chicago, 2015 to 2018, and the stations they are dealt to by where they happened.
FILE = DATA / "crime" / "chicago.parquet"
STATIONS = tuple(f"s{number:02d}" for number in range(20))
STATUSES = ("รับคำร้องทุกข์", "อยู่ระหว่างสอบสวน", "ส่งอัยการ", "งดการสอบสวน", "")
ZONE = ZoneInfo("Asia/Bangkok")
FIRST, LAST = (int(datetime(year, 1, 1, tzinfo=ZONE).timestamp() * 1000) for year in (2015, 2019))
_DAY_MS = 86_400_000
_PIECE = 50_000


def fill(db: Database, most: int) -> int:
    """Store up to so many cases; returns how many. What the file does not hold (status, finder, arrest, windows) is
    drawn by a fixed seed; one case in twenty is known to a day only, one in fifty has no place."""
    with db.write() as tx:
        put_stations(tx, [Station(code=code, name_th=f"สถานี {code}", name_en=code) for code in STATIONS], 1)
    stored = 0
    for number, piece in enumerate(_pieces(most)):
        with db.write(patience_s=60) as tx:
            stored += imports.take_all(tx, piece, f"b{number}").new
    return stored


def _pieces(most: int) -> Iterator[list[IncidentReport]]:
    chance = random.Random(7)
    left = most
    for batch in pq.ParquetFile(FILE).iter_batches(_PIECE):
        rows = batch.to_pylist()[:left]
        left -= len(rows)
        yield [_report(row, chance) for row in rows]
        if not left:
            return


def _report(row: dict[str, object], chance: random.Random) -> IncidentReport:
    at = int(datetime.fromisoformat(str(row["occurred_at"])).replace(tzinfo=ZONE).timestamp() * 1000)
    offence, group = classify(str(row["category"]))
    lat, lon = (None if row[name] is None else float(str(row[name])) for name in ("lat", "lon"))
    placed = lat is not None and lon is not None and chance.random() > 0.02
    column = 0 if lat is None else int((lat - 41.6) * 48)
    return IncidentReport(
        STATIONS[max(0, min(len(STATIONS) - 1, column))], "chicago", str(row["incident_id"]), at, offence,
        at + 3_600_000, at + _DAY_MS if chance.random() < 0.05 else None, None, group or chance.randint(1, 4),
        lat if placed else None, lon if placed else None, "street" if placed else "none",
        chance.choice(FOUND_BY), chance.choice(STATUSES), chance.choice((True, False, None)),
    )  # fmt: skip


def filters(number: int, seed: int = 1) -> Iterator[Filter]:
    """Filters one after the other, each another than the one before: half of them whole years, the others narrower in
    one to three parts, none asked twice."""
    chance = random.Random(seed)
    for count in range(number):
        first = chance.randrange(FIRST, LAST - _DAY_MS)
        long = chance.choice((28, 90, 365, 365, 1095, 1461)) * _DAY_MS
        chosen = Filter("days", first if long < 1000 * _DAY_MS else FIRST + count, min(first + long, LAST))
        if long >= 1000 * _DAY_MS:
            chosen = replace(chosen, end=LAST - count)
        for part in chance.sample(_PARTS, chance.randint(0, 3)):
            chosen = replace(chosen, **{part: _VALUES[part](chance)})  # type: ignore[arg-type]
        yield chosen


_VALUES = {
    "hours": lambda chance: frozenset(chance.sample([NO_HOUR, *range(24)], 8)),
    "weekdays": lambda chance: frozenset(chance.sample(range(7), 2)),
    "stations": lambda chance: frozenset(chance.sample(STATIONS, 4)),
    "groups": lambda chance: frozenset(chance.sample(range(1, 5), 2)),
    "statuses": lambda chance: frozenset(chance.sample(STATUSES, 2)),
    "found_by": lambda chance: frozenset(chance.sample(FOUND_BY, 2)),
    "arrested": lambda chance: frozenset(chance.sample(ARRESTED, 1)),
}
_PARTS = sorted(_VALUES)
