"""Files of fixes with columns of any name and times of any kind."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.sources.replay_columns import ReplayRefusedError, find_columns
from ingest.sources.replay_read import Reader

AT = 1_480_086_214_000


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            ["vehicle_id", "ts_utc", "lat", "lon", "speed_reported"],
            ("vehicle_id", "ts_utc", "lat", "lon", "speed_reported"),
        ),
        (["ID", "Time", "Latitude", "Longitude"], ("ID", "Time", "Latitude", "Longitude", None)),
        (["lng", "lat", "timestamp", "device", "Speed_kn"], ("device", "timestamp", "lat", "lng", "Speed_kn")),
        (["id", "unit", "at", "lat", "lon", "course"], ("unit", "at", "lat", "lon", None)),
    ],
)
def test_columns_are_found_by_name(names: list[str], expected: tuple[str | None, ...]) -> None:
    found = find_columns(names)
    assert (found.unit, found.at, found.lat, found.lon, found.speed) == expected


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ReplayRefusedError, match="no column for at"):
        find_columns(["vehicle_id", "lat", "lon"])


@pytest.mark.parametrize(
    "time", ["2016-11-25T15:03:34Z", "2016-11-25T22:03:34+07:00", "2016-11-25 15:03:34", str(AT // 1000), str(AT)]
)
def test_times_of_a_csv(tmp_path: Path, time: str) -> None:
    file = tmp_path / "fixes.csv"
    file.write_text(f"unit,time,lat,lon,speed\n0017,{time},30.3,-97.7,5.5\n0018,,30.3,-97.7,\n")
    reader = Reader(file)
    found = reader.all()
    assert found.at.tolist() == [AT]
    assert reader.units == ["0017"]
    assert reader.unreadable == 1
    assert found.speed.tolist() == [5.5]


def test_a_parquet_file_in_batches_and_a_limit(tmp_path: Path) -> None:
    file = tmp_path / "fixes.parquet"
    rows = 150_000
    table = pa.table(
        {
            "vehicle_id": pa.array([k % 7 for k in range(rows)], pa.int32()),
            "ts_utc": pa.array([AT + k for k in range(rows)], pa.timestamp("ms", tz="UTC")),
            "lat": [30.0] * rows,
            "lon": [-97.0] * rows,
        }
    )
    pq.write_table(table, file)
    reader = Reader(file)
    assert len(reader.all()) == rows
    assert sorted(reader.units) == [str(k) for k in range(7)]
    assert [len(part) for part in Reader(file, limit=70_000).batches()] == [65_536, 4_464]


def test_what_cannot_be_read_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ReplayRefusedError, match="no file"):
        Reader(tmp_path / "none.parquet")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 not really")
    with pytest.raises(ReplayRefusedError, match=r"broken.parquet cannot be read: [^\n]+$"):
        Reader(broken)
    words = tmp_path / "words.csv"
    words.write_text("unit,time,lat,lon\na,2016-11-25T15:03:34Z,north,west\n")
    with pytest.raises(ReplayRefusedError, match="column lat does not hold numbers"):
        Reader(words).all()
