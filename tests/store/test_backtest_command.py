"""`manage.py backtest`: any city's file, or a station of the store, to a table and a document."""

from __future__ import annotations

import time
from pathlib import Path

import jsonschema
import numpy as np
import orjson
import pandas as pd
import pytest

import manage
from models.formats.polygons import measure
from models.records.incident import IncidentReport
from models.records.station import Station, Zone
from store import incidents, registers
from store.database import open_database

SCHEMA = orjson.loads((Path(__file__).parents[2] / "docs" / "schemas" / "backtest.json").read_bytes())
DAY = 86_400_000
ZONE = (
    '{"type":"Polygon","coordinates":[[[104.72,16.54],[104.73,16.54],[104.73,16.55],[104.72,16.55],[104.72,16.54]]]}'
)


@pytest.fixture
def url(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SSZ_DATABASE_URL", sqlite_url)
    return sqlite_url


def cases(number: int) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    now = time.time_ns() // 1_000_000
    when = now - (rng.random(number) * 500 * DAY).astype(np.int64) - DAY
    return pd.DataFrame(
        {
            "incident_id": [f"r{each}" for each in range(number)],
            "occurred_at": pd.to_datetime(when, unit="ms").strftime("%Y-%m-%dT%H:%M:%S"),
            "category": rng.choice(["Robbery", "Theft"], number),
            "lat": 16.54 + 0.01 * rng.beta(1, 3, number),
            "lon": 104.72 + 0.01 * rng.beta(1, 3, number),
            "ms": when,
        }
    )


def wide(file: Path) -> Path:
    """The same city, one of its cases 30 km away with others between: more cells of 10 m than any map holds."""
    far = pd.read_csv(file)
    far.loc[:5, ["lat", "lon"]] += np.arange(6)[:, None] * 0.05
    far.to_csv(made := file.with_name("wide.csv"), index=False)
    return made


def test_a_city_s_file_becomes_a_table_and_a_document(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "city.csv"
    cases(500).to_csv(file, index=False)
    flags = "--family robbery --zones 2 --zone-km 0.6 --horizon 28 --shift"
    asked = ["backtest", str(file), *flags.split()]
    assert manage.main(asked) == 0
    table = capsys.readouterr().out
    assert "city.csv: Robbery; 2 busiest squares of 0.6 km, cells of 100 m, by shift" in table
    assert table.count("%  mixture_shift ") == 4
    assert manage.main([*asked, "--json"]) == 0
    document = orjson.loads(capsys.readouterr().out)
    jsonschema.validate(document, SCHEMA)
    assert document["offences"] == ["Robbery"]
    assert document["cases"] + document["left_out"]["other_family"] == 500
    for wrong in (
        ["backtest"], ["backtest", str(file), "--station", "x"], ["backtest", str(file), "--family", "arson"],
        ["backtest", str(tmp_path / "none.csv")], ["backtest", str(file), "--cell", "1"],
        ["backtest", str(wide(file)), "--cell", "10"],
    ):  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            manage.main(wrong)
        assert ended.value.code == 2
        capsys.readouterr()


def test_a_station_s_own_past_is_judged_in_its_zone(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    database = open_database(url)
    rows = [
        IncidentReport(
            "muk", "file", row["incident_id"], row["ms"], row["category"].lower(), row["ms"], offence_group=2,
            lat=row["lat"], lon=row["lon"], place_quality="exact", found_by="patrol" if number < 50 else "victim",
        )
        for number, row in enumerate(cases(400).to_dict("records"))
    ]  # fmt: skip
    with database.write() as tx:
        registers.put_stations(tx, [Station(code="muk", name_th="มุกดาหาร", name_en="Mukdahan")], DAY)
        for row in rows:
            incidents.take(tx, row)
    try:
        asked = ["backtest", "--station", "muk", "--family", "robbery", "--horizon", "28", "--json"]
        assert manage.main(asked) == 0
        document = orjson.loads(capsys.readouterr().out)
        jsonschema.validate(document, SCHEMA)
        robberies = [row for row in rows if row.offence == "robbery" and row.found_by == "victim"]
        assert document["cases"] == len(robberies)
        assert document["left_out"]["patrol"] == 50
        assert {row["method"] for row in document["horizons"][0]["rows"]} >= {"mixture", "chosen", "365_all3"}
        made = measure(ZONE)
        with database.write() as tx:
            registers.put_zone(
                tx,
                Zone(
                    station="muk", code="z", version=1, polygon=made.polygon, area_m2=made.area_m2,
                    perimeter_m=made.perimeter_m, utm_epsg=made.utm_epsg, valid_from=DAY,
                ),
                DAY,
            )  # fmt: skip
        assert manage.main(asked) == 0
        zoned = orjson.loads(capsys.readouterr().out)
        assert zoned["cases"] == len(robberies)  # they all lie in it
        assert zoned["horizons"][0]["origins"] == pytest.approx(document["horizons"][0]["origins"], abs=2 * DAY)
    finally:
        database.close()
