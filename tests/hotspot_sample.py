"""A hotspot map written by hand over a small zone, with the incidents it names; what the screens are tried on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from models.analysis.cases import LeftOut
from models.analysis.grid import Grid
from models.analysis.hotspots import CaseCluster, HistoryQuality, Hotspot, HotspotMap, LocationQuality, PileUp, Record
from models.analysis.record import Scored
from models.analysis.written import to_json
from models.records.base import Millis
from models.records.hotspot import ForecastRow, HotspotMapRow
from models.records.incident import IncidentReport
from models.records.station import Station, Zone
from store import forecasts, hotspots, incidents, registers
from store.database import Database

RING = "[100.53,13.722],[100.542,13.722],[100.542,13.732],[100.53,13.732],[100.53,13.722]"
ZONE = f'{{"type":"Polygon","coordinates":[[{RING}]]}}'
GRID = Grid.of(ZONE, 100.0)
STATION, CODE = "lumphini", "silom"
DAY = 86_400_000
RECORD = Record(
    origins=12, cases=240, hit=0.3, hit_low=0.25, hit_high=0.36, pai=6.0, naive_hit=0.25, as_good=False, enough=True,
    pooled=False, pei=0.8,
)  # fmt: skip


def spot(rank: int, column: int, row: int, **given: Any) -> Hotspot:
    """Two cells side by side, with everything a hotspot says."""
    cells = (row * GRID.columns + column, row * GRID.columns + column + 1)
    shape = GRID.polygon(np.array(cells))
    x, y = GRID.centres(np.array(cells[:1]))
    lon, lat = _degrees(float(x[0]), float(y[0]))
    steady = max(0.1, 0.95 - 0.2 * rank)
    hours = tuple(0.2 if 20 <= hour < 24 else 0.01 for hour in range(24))
    made = Hotspot(
        id=f"h{rank}", name="", side="ne", number=1, cells=cells, outline=GRID.degrees(shape), area_m2=20_000.0,
        lat=lat, lon=lon, expected=4.2 / rank, expected_low=1, expected_high=8, past=52 // rank, peak_hours=(20, 0),
        peak_days=(4, 5), hours=hours, offences=(("robbery", 30), ("snatching", 22)), stability=steady,
        near_repeat=rank == 1, pile_up=(PileUp(lat, lon, 9, 0.31),) if rank == 2 else (), trend="intensifying",
        next_expected=3.1 / rank, chance=0.01, cases=tuple((f"import/c{rank}-{i}", 0.05 / (i + 1)) for i in range(8)),
        others=0.6,
    )  # fmt: skip
    return replace(made, **given)


def _degrees(x: float, y: float) -> tuple[float, float]:
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(f"EPSG:{GRID.epsg}", "EPSG:4326", always_xy=True).transform(x, y)
    return float(lon), float(lat)


def sample(made_at: Millis, **given: Any) -> HotspotMap:
    """A map with three hotspots and a record; what is given is laid over it."""
    spots = (
        spot(1, 2, 2, name="ถนนสีลม"),
        spot(2, 7, 6, name="ซอยศาลาแดง", peak_hours=None, peak_days=(), trend="too_few"),
        spot(3, 9, 1, side="se", number=2),
    )
    made = HotspotMap(
        family="robbery", days=28, shift=None, made_at=made_at, epsg=GRID.epsg, cell_m=GRID.cell,
        grid=(GRID.x0, GRID.y0, GRID.columns, GRID.rows), method="365_all3", verdict="shown", why="measured",
        flagged=tuple(cell for one in spots for cell in one.cells), expected_total=24.0, expected_flagged=7.7,
        area_m2=GRID.total_m2, area_flagged_m2=60_000.0, share=0.05, cases=310, hotspots=spots,
        left_out=LeftOut(group4=41, patrol=12, no_place=7, stray=3, duplicate=2, other_family=190, no_hour=18),
        location_quality=LocationQuality(
            placed=310, exact=0.7, street=0.2, area=0.06, unsaid=0.04, piled=0.03, coarse=0.1, verdict="fair"
        ),
        history_quality=HistoryQuality(days=730.0, cases=310, per_month=12.9, judgeable=False, verdict="good"),
        record=RECORD, clusters=(CaseCluster(GRID.degrees(GRID.polygon(np.array(spots[0].cells))), 44, 20_000.0),),
    )  # fmt: skip
    return replace(made, **given)


def row_of(found: HotspotMap, station: str = STATION, zone: str = CODE, shift: str = "") -> HotspotMapRow:
    """The map as it is kept."""
    return HotspotMapRow(
        station=station, zone=zone, family=found.family, days=found.days, shift=shift, made_at=found.made_at,
        data_version="1.1.1.1", method=found.method, parameters="{}", hash="", body=to_json(found),
    )  # fmt: skip


def town(db: Database, now: Millis) -> HotspotMap:
    """A station with its zone, the cases of the map, and the map in the store."""
    found = sample(now - DAY // 2)
    with db.write() as tx:
        names = ((STATION, "สน.ลุมพินี"), ("hat_yai", "สภ.หาดใหญ่"))
        rows = [Station(code=code, name_th=name, name_en=code.title(), kind="metro") for code, name in names]
        registers.put_stations(tx, rows, now)
        zone = Zone(station=STATION, code=CODE, version=1, name_th="สีลม", name_en="Silom", polygon=ZONE,
                    area_m2=GRID.total_m2, perimeter_m=4_800.0, utm_epsg=GRID.epsg, valid_from=0)  # fmt: skip
        registers.put_zones(tx, [zone], now)
        for one in found.hotspots:
            for number, (name, _) in enumerate(one.cases):
                when = now - (number * 20 + 3) * DAY
                report = IncidentReport(
                    STATION, "import", name.removeprefix("import/"), when, "robbery", now, offence_group=2,
                    lat=one.lat + number * 1e-6, lon=one.lon, place_quality="exact", found_by="victim",
                )  # fmt: skip
                incidents.take(tx, report)
        hotspots.keep(tx, [row_of(found)])
    return found


def record_of_forecasts(
    db: Database, now: Millis, station: str, family: str, *, hits: float, naive: float, periods: int = 8
) -> None:
    """Forecasts of 28 days one after the other, the last not over; each period had 20 cases, counting wobbles."""
    for turn in range(periods + 1):
        made_at = now - (periods - turn) * 28 * DAY - 3 * DAY  # the last one that is over has settled
        row = ForecastRow(
            station=station, hash="", zone="z", family=family, days=28, shift="", made_at=made_at,
            until=made_at + 28 * DAY, data_version="1.1.1.1", method="365_all3", parameters="{}", body="{}",
        )  # fmt: skip
        with db.write() as tx:
            forecasts.freeze(tx, [row])
            if turn < periods:
                wobble = 1 if turn % 2 else -1
                scored = Scored(now, 20, hits, hits, naive + wobble / 2, 10, 0.05, 22.0, hits + wobble, 0.9)
                row.hash = forecasts.hash_of(row)
                forecasts.keep_scores(tx, [(row, scored)])
