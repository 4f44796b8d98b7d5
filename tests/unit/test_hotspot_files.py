"""A map as files for other programs: places and values come back as they were, whatever a street is called."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pyogrio.raw
import pypdfium2
import pytest
import shapely

from dashboard.basemap.in_box import InBox
from dashboard.hotspots.chosen import Chosen
from dashboard.hotspots.sheet import pdf_of
from dashboard.hotspots.sheet_map import SheetGround
from dashboard.hotspots.told import spot_name
from dashboard.words import Language
from models.analysis.hotspots import HotspotMap
from models.formats.hotspot_files import geojson, kml
from models.records.station import Street, Zone
from tests.hotspot_sample import ZONE, sample, spot

NOW = 1_790_000_000_000
HOSTILE = ']]></description><b> & \'ซอย "๑"</b>'

naming = partial(spot_name, language="th")


def test_geojson_has_the_outlines_as_they_are_and_the_maps_own_record() -> None:
    found = sample(NOW)
    said = orjson.loads(geojson(found, naming))
    assert [one["properties"]["rank"] for one in said["features"]] == [1, 2, 3]
    assert [one["geometry"] for one in said["features"]] == [orjson.loads(one.outline) for one in found.hotspots]
    first = said["features"][0]["properties"]
    assert (first["name"], first["expected"], first["peak_from"], first["peak_until"]) == ("ถนนสีลม", 4.2, 20, 0)
    assert (said["about"]["record"]["hit"], said["about"]["left_out"]["patrol"]) == (0.3, 12)
    empty = replace(found, hotspots=(), verdict="no_hotspot")
    assert orjson.loads(geojson(empty, naming))["features"] == []


def test_kml_is_read_back_by_gdal_with_any_name_and_any_number_of_hotspots() -> None:
    found = sample(NOW)
    hostile = replace(found, hotspots=(spot(1, 2, 2, name=HOSTILE), *found.hotspots[1:]))
    meta, _, shapes, columns = pyogrio.raw.read(io.BytesIO(kml(hostile, naming, naming)))
    values = dict(zip(meta["fields"], columns, strict=True))
    plain = HOSTILE.replace("]]>", "]] >")
    assert list(values["Name"]) == [f"1 {plain}", "2 ซอยศาลาแดง", "3 ด้านตะวันออกเฉียงใต้ของเขต (2)"]
    assert values["description"][0] == plain
    assert [round(value, 2) for value in values["expected"]] == [4.2, 2.1, 1.4]
    for shape, one in zip(shapely.from_wkb(shapes), hostile.hotspots, strict=True):
        assert shapely.force_2d(shape).equals(shapely.from_geojson(one.outline))
    assert b"<Placemark" not in kml(replace(found, hotspots=()), naming, naming)


def chosen() -> Chosen:
    zone = Zone(
        station="lumphini", code="silom", version=1, name_th="สีลม", name_en="Silom", polygon=ZONE, area_m2=1.0,
        perimeter_m=4.0, utm_epsg=32647, valid_from=0,
    )  # fmt: skip
    return Chosen("lumphini", "สน.ลุมพินี", "robbery", 28, "", "silom", "สีลม", [zone], None, frozenset())


def bare(text: str) -> str:
    """A text without blanks and without the marks above and below, whose order in a PDF is that of their drawing."""
    return re.sub(r"[\sั-ฺ็-๎ำา]", "", text)


@pytest.mark.parametrize(
    ("found", "language", "words"),
    [
        (sample(NOW), "th", ["พื้นที่เสี่ยง", "ถนนสีลม", "72 จาก 240"]),
        (sample(NOW), "en", ["Hotspots", "72 of 240", "Plain counting"]),
        (sample(NOW, verdict="grey", why="no_backtest", record=None), "th", ["ยังไม่วัดผล", "ยังไม่เคยวัดผล"]),
        (sample(NOW, verdict="too_few", why="few_cases", hotspots=(), cases=4), "th", ["จำนวนเหตุน้อยเกินไป"]),
        (sample(NOW, hotspots=tuple(spot(rank, rank, 3, name="ถนนพระรามที่ ๔ ฝั่งเหนือ") for rank in range(1, 12))),
         "th", ["ยังมีอีก 3 แห่ง"]),
    ],
)  # fmt: skip
def test_the_printed_page_is_one_page_with_the_record_on_it(
    found: HotspotMap, language: Language, words: list[str]
) -> None:
    made = pdf_of(chosen(), found, SheetGround(InBox(), []), "ร.ต.อ.สมชาย", NOW, ZoneInfo("Asia/Bangkok"), language)
    document = pypdfium2.PdfDocument(io.BytesIO(made))
    page = document[0].get_textpage()
    text = bare(page.get_text_range())
    assert len(document) == 1
    # The last line, of what was left out, stands above the foot.
    [at] = [found for found in [page.search("190").get_next()] if found]
    assert page.get_charbox(at[0])[1] > 18 / 25.4 * 72
    document.close()
    for one in words:
        assert bare(one) in text, one


def test_the_printed_map_has_the_ground_its_names_and_whose_it_is() -> None:
    ring = shapely.linestrings([[100.531, 13.723], [100.533, 13.723], [100.533, 13.725], [100.531, 13.723]])
    base = InBox({"green": np.array([ring])}, ())
    road = '{"type":"LineString","coordinates":[[100.52,13.7262],[100.55,13.7262]]}'
    street = Street(station="lumphini", id=1, kind="primary", name_th="ถนนที่มีชื่อ", line=road)
    plain, drawn = (
        pdf_of(chosen(), sample(NOW), ground, "ร.ต.อ.สมชาย", NOW, ZoneInfo("Asia/Bangkok"), "th")
        for ground in (SheetGround(InBox(), []), SheetGround(base, [street], "สำนักแผนที่"))
    )
    texts = []
    for made in (plain, drawn):
        document = pypdfium2.PdfDocument(io.BytesIO(made))
        assert len(document) == 1
        texts.append(bare(document[0].get_textpage().get_text_range()))
        objects = sum(1 for _ in document[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_PATH]))
        texts.append(str(objects))
        document.close()
    before, fewer, after, more = texts
    for word in ("ถนนที่มีชื่อ", "สำนักแผนที่"):
        assert (bare(word) in before, bare(word) in after) == (False, True)
    assert int(more) - int(fewer) >= 2  # the park and the road
