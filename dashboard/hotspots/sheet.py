"""A map of hotspots on one page of paper: what it claims, its outlines with their ranks, a table, and its record."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from numpy.typing import NDArray

from dashboard.hotspots.chosen import Chosen
from dashboard.hotspots.told import (
    area_words,
    expected_words,
    family_name,
    history_meter,
    left_out_words,
    method_name,
    peak_words,
    place_meter,
    record_words,
    shift_name,
    spot_name,
    trend_words,
    unnamed_words,
    verdict_words,
)
from dashboard.sheet.content import Grid
from dashboard.sheet.page import BLUE, LINE, MARGIN, SOFT, Frame, Paper, draw_grid
from dashboard.times import moment
from dashboard.words import Language, word
from models.analysis.hotspots import HotspotMap
from models.records.base import Millis
from models.records.station import Street

#: Height of the map, mm, the least of it, and hotspots told in the table; fewer where the least is not enough for all
#: to stand on one page.
_HIGH, _LEAST = 92.0, 48.0
_MOST, _FEW = 8, 3

#: Main roads, by OpenStreetMap's words.
_MAIN = frozenset({"motorway", "trunk", "primary", "secondary", "tertiary"})
_ORANGE = (180, 85, 28)


def pdf_of(
    chosen: Chosen, found: HotspotMap, streets: Sequence[Street], who: str, now: Millis, zone: ZoneInfo,
    language: Language,
) -> bytes:  # fmt: skip
    """The page as a PDF file, made by somebody at a moment."""
    paper = _drawn(chosen, found, streets, who, now, zone, language, _HIGH, _MOST)
    beyond, made = paper.beyond, bytes(paper.output())  # put out in any case: that closes the faces' files
    if beyond > 0:
        most = _MOST if beyond <= _HIGH - _LEAST else _FEW
        paper = _drawn(chosen, found, streets, who, now, zone, language, max(_LEAST, _HIGH - beyond), most)
        made = bytes(paper.output())
    return made


def _drawn(
    chosen: Chosen, found: HotspotMap, streets: Sequence[Street], who: str, now: Millis, zone: ZoneInfo,
    language: Language, high: float, most: int,
) -> Paper:  # fmt: skip
    def say(key: str, **values: object) -> str:
        return word(f"hot.{key}", language, **values)

    shift = shift_name(found.shift, language)
    what = f"{family_name(found.family, language)} · {say('days', n=found.days)} · {shift}"
    foot = say("sheet_foot", who=who, at=moment(now, zone, language))
    paper = Paper(Frame(f"{say('sheet_title')} {chosen.station_name}", foot, say("sheet_page"), language))
    paper.add_page()
    paper.heading(f"{say('sheet_title')} · {what}", f"{chosen.station_name} · {chosen.zone_name}")
    if found.verdict == "grey":
        paper.mark(say("grey_mark"))
    paper.told(verdict_words(found, language), 11.5)
    paper.told(say("made", at=moment(found.made_at, zone, language), n=f"{found.cases:,}"), 9.5, colour=SOFT)
    if unnamed := unnamed_words(found, language):
        paper.told(unnamed, 9.5)
    paper.ln(2)
    if found.hotspots:
        _map(paper, chosen, found, streets, language, high)
        draw_grid(paper, _table(found, language, most))
    paper.ln(2)
    paper.told(say("record"), 12, bold=True)
    for text in (*record_words(found.record, language), say("method", name=method_name(found.method, language))):
        paper.told(text, 10)
    for name, (verdict, detail) in (
        ("place", place_meter(found.location_quality, language)),
        ("history", history_meter(found.history_quality, language)),
    ):
        paper.told(f"{say(f'quality_{name}')}: {verdict} · {detail}", 9.5, colour=SOFT)
    left = " · ".join(f"{name} {count:,}" for name, count in left_out_words(found.left_out, language) if count)
    paper.told(f"{say('left_out')}: {left or say('left_out_none')}", 9.5, colour=SOFT)
    return paper


def _table(found: HotspotMap, language: Language, most: int) -> Grid:
    columns = tuple(
        (word(f"hot.{name}", language), width)
        for name, width in (
            ("rank", 0.8),
            ("place", 3.6),
            ("expected", 2.2),
            ("peak", 2.6),
            ("trend", 3),
            ("area", 1.5),
        )
    )
    rows = [
        (str(rank), spot_name(spot, language), expected_words(spot, language), peak_words(spot, language),
         trend_words(spot, language), area_words(spot.area_m2, language))
        for rank, spot in enumerate(found.hotspots[:most], 1)
    ]  # fmt: skip
    more = len(found.hotspots) - len(rows)
    note = word("hot.sheet_more", language, n=more) if more else ""
    return Grid(word("hot.list", language), columns, rows, "-", note)


def _map(
    paper: Paper, chosen: Chosen, found: HotspotMap, streets: Sequence[Street], language: Language, high: float
) -> None:
    """Outlines and ranks over the zone and the station's own streets; lines of ours, no tile is asked for."""
    top, width = paper.get_y(), paper.epw
    spots = [shapely.from_geojson(spot.outline) for spot in found.hotspots]
    zones = [shapely.from_geojson(zone.polygon) for zone in chosen.zones]
    west, south, east, north = (float(edge) for edge in shapely.total_bounds([*zones, *spots]))
    middle = np.cos(np.radians((south + north) / 2))
    scale = min((width - 6) / max((east - west) * middle, 1e-6), (high - 6) / max(north - south, 1e-6))

    def on_paper(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        x = MARGIN + width / 2 + (degrees[:, 0] - (west + east) / 2) * middle * scale
        y = top + high / 2 - (degrees[:, 1] - (south + north) / 2) * scale
        return np.column_stack([x, y])

    frame = shapely.box(MARGIN, top, MARGIN + width, top + high)

    def lines(shape: shapely.Geometry) -> None:
        drawn = shapely.transform(shape, on_paper)
        rings = drawn if drawn.geom_type.endswith("LineString") else drawn.boundary
        inside = rings.intersection(frame)
        for part in shapely.get_parts(inside):
            if part.geom_type == "LineString" and not part.is_empty:
                paper.polyline([(float(x), float(y)) for x, y, *_ in part.coords])

    for street in streets:
        main = street.kind in _MAIN
        paper.set_draw_color(*(SOFT if main else LINE))
        paper.set_line_width(0.5 if main else 0.25)
        lines(shapely.from_geojson(street.line))
    for shapes, colour, wide in ((zones, BLUE, 0.5), (spots, SOFT if found.verdict == "grey" else _ORANGE, 0.8)):
        paper.set_draw_color(*colour)
        paper.set_line_width(wide)
        for shape in shapes:
            lines(shape)
    for rank, spot in enumerate(found.hotspots, 1):
        [(x, y)] = on_paper(np.array([[spot.lon, spot.lat]]))
        paper.set_fill_color(255, 255, 255)
        paper.circle(float(x), float(y), radius=2.6, style="F")
        paper.ink(10, bold=True)
        paper.set_xy(float(x) - 4, float(y) - 2.5)
        paper.cell(8, 5, str(rank), align="C")
    paper.set_draw_color(*SOFT)
    paper.set_line_width(0.3)
    paper.rect(MARGIN, top, width, high)
    paper.set_xy(MARGIN, top + high + 1)
    paper.told(word("hot.sheet_map", language), 8.5, colour=SOFT)
