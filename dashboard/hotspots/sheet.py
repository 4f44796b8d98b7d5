"""A map of hotspots on one page of paper: what it claims, its outlines with their ranks, a table, and its record."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dashboard.basemap.routes import credit_words
from dashboard.hotspots.chosen import Chosen
from dashboard.hotspots.sheet_map import SheetGround, SheetMap, sheet_frame
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
from dashboard.sheet.page import SOFT, Frame, Paper, draw_grid
from dashboard.times import moment
from dashboard.words import Language, word
from models.analysis.hotspots import HotspotMap
from models.records.base import Millis

#: Height of the map, mm, the least of it, and hotspots told in the table; fewer where the least is not enough for all
#: to stand on one page.
_HIGH, _LEAST = 92.0, 48.0
_MOST, _FEW = 8, 3


def pdf_of(
    chosen: Chosen, found: HotspotMap, ground: SheetGround, who: str, now: Millis, zone: ZoneInfo,
    language: Language,
) -> bytes:  # fmt: skip
    """The page as a PDF file, made by somebody at a moment."""
    paper = _drawn(chosen, found, ground, who, now, zone, language, _HIGH, _MOST)
    beyond, made = paper.beyond, bytes(paper.output())  # put out in any case: that closes the faces' files
    if beyond > 0:
        most = _MOST if beyond <= _HIGH - _LEAST else _FEW
        paper = _drawn(chosen, found, ground, who, now, zone, language, max(_LEAST, _HIGH - beyond), most)
        made = bytes(paper.output())
    return made


def _drawn(
    chosen: Chosen, found: HotspotMap, ground: SheetGround, who: str, now: Millis, zone: ZoneInfo,
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
        SheetMap(paper, sheet_frame(chosen, found), high).draw(chosen, found, ground, language)
        whose = credit_words(ground.credit, language)
        paper.told(" ".join([say("sheet_map"), *([whose] if whose else [])]), 8.5, colour=SOFT)
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
