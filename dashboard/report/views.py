"""The analysts' pages on paper: what each says of itself, its figures and tables, from what the page drew already."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from dashboard.before_after.read import Found
from dashboard.before_after.told import (
    area_names,
    area_rows,
    change_words,
    earlier_rows,
    earlier_words,
    left_out_words,
    power_words,
    quotient_words,
    told_words,
    verdict_words,
)
from dashboard.clock.hours import listed_rows, weekday, why_words
from dashboard.clock.read import DAYS, Hours, Month
from dashboard.exports.about import names_of, narrowing_words, period_words
from dashboard.incidents.drawn import offence_name
from dashboard.report.content import Bars, Course, Dial, Dials, Figure, Interval, Intervals, Places, Said, Table
from dashboard.sheet.content import Grid
from dashboard.tables import Row
from dashboard.times import day, moment, month
from dashboard.visit import Visit
from dashboard.words import Language, word
from models.incidents.answer import Answer, Hexagons, Point
from models.incidents.filter import Filter
from models.records.station import MAIN_ROADS
from store import registers

#: Offences in a chart, and points on a report's map.
_BARS, MOST_POINTS = 12, 5_000
_HOURS = tuple(f"{hour:02d}" for hour in range(24))
_MARKDOWN = re.compile(r"\*\*|`|:[a-z_/]+:")

View = tuple[Said, Sequence[Figure], Sequence[Grid]]

#: (lon, lat) in order.
Ring = list[tuple[float, float]]


def grid(title: str, rows: Sequence[Row], language: Language) -> Grid:
    """A page's table on paper; the first column is twice as wide."""
    names = list(rows[0]) if rows else [""]
    columns = tuple((name, 2.0 if at == 0 else 1.0) for at, name in enumerate(names))
    cells = [
        tuple(f"{one:,}" if isinstance(one, int) else str(one or "").replace("●", "•") for one in row.values())
        for row in rows
    ]
    return Grid(title, columns, cells, word("err.no_data", language))


def outlines_of(polygons: Sequence[str]) -> list[Ring]:
    """The outer rings of GeoJSON polygons, (lon, lat)."""
    import shapely  # with the first report: no page waits for it

    parts = shapely.get_parts(shapely.from_geojson(list(polygons)))
    rings = (shapely.get_coordinates(ring).tolist() for ring in shapely.get_exterior_ring(parts))
    return [[(lon, lat) for lon, lat in ring] for ring in rings]


def lines_of(lines: Sequence[str]) -> list[Ring]:
    """GeoJSON lines as (lon, lat)."""
    import shapely  # with the first report: no page waits for it

    parts = shapely.from_geojson(list(lines))
    return [[(lon, lat) for lon, lat in shapely.get_coordinates(one).tolist()] for one in parts]


def plain(text: str) -> str:
    """Words of a page without the marks that make them bold."""
    return dotted(_MARKDOWN.sub("", text))


def dotted(text: str) -> str:
    """Words of a page with the dot that the paper's letters have."""
    return text.replace("●", "•")


def names(here: Visit) -> dict[str, str]:
    """What the stations and zones are called that who looks may see."""
    with here.runtime.db.read() as conn:
        stations = registers.stations(conn, here.who.stations)
        return names_of(stations, registers.zones(conn, here.who.stations), here.language)


def of_incidents(here: Visit, chosen: Filter, answer: Answer, drawn: Sequence[Point] | Hexagons) -> View:
    """The incidents' page: offences, course by day or month, hours by weekday, and the cases of the map."""
    language, zone = here.language, here.runtime.values.zone
    method = [word("rep.inc_method", language), word("rep.inc_places", language, n=f"{MOST_POINTS:,}")]
    left_out = word("rep.inc_left_out", language, place=f"{answer.no_place:,}", hour=f"{answer.no_hour:,}")
    said = Said(
        word("rep.inc_title", language), narrowing_words(chosen, names(here), language) or word("flt.all", language),
        period_words(chosen, zone, language), word("flt.cases", language, n=f"{answer.total:,}"),
        ", ".join(answer.sources) or "-", moment(answer.newest, zone, language) or "-", method, left_out,
    )  # fmt: skip
    together: dict[str, int] = {}
    for code, _, n in answer.offences:
        together[code] = together.get(code, 0) + n
    ranked = sorted(together.items(), key=lambda one: -one[1])[:_BARS]
    others = len(together) - len(ranked)
    rest = sum(together.values()) - sum(n for _, n in ranked)
    bars = Bars(
        word("rep.inc_offences", language), [(offence_name(code, language), n, f"{n:,}") for code, n in ranked],
        word("rep.inc_others", language, offences=f"{others:,}", n=f"{rest:,}") if others else "",
    )  # fmt: skip
    hours = Table(
        word("rep.inc_hours", language),
        [(weekday(number, language), counts) for number, counts in enumerate(answer.hours_by_weekday)], _HOURS,
    )  # fmt: skip
    figures: list[Figure] = [bars, _course(answer, language), hours]
    figures.append(_places(here, chosen, drawn))
    return said, figures, []


def _places(here: Visit, chosen: Filter, drawn: Sequence[Point] | Hexagons) -> Places:
    """The map: a mark a case, or hexagons of many; the zone's outline, and one station's streets."""
    language = here.language
    outlines, lines = ground_of(here, chosen)
    title = word("rep.inc_map", language)
    if isinstance(drawn, Hexagons):
        cells = [(one.lon, one.lat, one.n) for one in drawn.cells]
        note = word("rep.inc_many", language, n=f"{MOST_POINTS:,}")
        return Places(title, [], outlines, note=note, cells=cells, radius=drawn.radius_deg, lines=lines)
    dots = [(one.lon, one.lat, tone_of(one.group)) for one in drawn]
    return Places(title, dots, outlines, groups_key(sorted({tone for _, _, tone in dots}), language), lines=lines)


def ground_of(here: Visit, chosen: Filter) -> tuple[list[Ring], list[Ring]]:
    """The outline of the filter's zone, and the main roads of its one station."""
    stations = chosen.stations or frozenset()
    zone = chosen.zone or ""
    only = frozenset({zone.partition("/")[0]}) if zone else stations
    with here.runtime.db.read() as conn:
        seen = {one.code for one in registers.stations(conn, here.who.stations)} & only
        if len(seen) != 1:
            return [], []
        zones = [one.polygon for one in registers.zones(conn, frozenset(seen)) if f"{one.station}/{one.code}" == zone]
        roads = [one.line for one in registers.streets(conn, frozenset(seen)) if one.kind in MAIN_ROADS]
    return outlines_of(zones), lines_of(roads)


def _course(answer: Answer, language: Language) -> Course:
    """By day as long as the days can be told apart on paper, else by month; days without a case are drawn empty."""
    days = dict(answer.days)
    if days and max(days) - min(days) < 120:
        first, last = min(days), max(days)
        values = [days.get(number, 0) for number in range(first, last + 1)]
        step = -(-len(values) // 6)
        labels = [(at, day(_date(first + at), language)) for at in range(0, len(values), step)]
        return Course(word("rep.inc_days", language), values, labels)
    months = dict(answer.months)
    firsts = sorted(months)
    marks = range(0, len(firsts), max(1, -(-len(firsts) // 6)))
    labels = [(at, month(_date(firsts[at]), language)) for at in marks]
    return Course(word("rep.inc_months", language), [months[one] for one in firsts], labels)


def _date(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)


def of_clock(here: Visit, chosen: Filter, months: Sequence[Month], found: Hours, newest: int) -> View:
    """The clock: two months on their dials, the hours of the week, and the list of unguarded hours."""
    language, zone = here.language, here.runtime.values.zone
    cases = found.week.cases
    names_of_months = [month(one.first, language) for one in months]
    span = f"{day(found.first, language)} - {day(found.last, language)}"
    totals = [f"{one.total:,}" for one in months]
    method = [word("rep.clock_method", language), word("rep.clock_days", language, days=DAYS, n=found.days)]
    said = Said(
        word("nav.clock", language), narrowing_words(chosen, names(here), language) or word("flt.all", language),
        word("rep.clock_period", language, months=" / ".join(names_of_months), span=span),
        word("rep.clock_n", language, months=" / ".join(totals), n=f"{float(cases.sum()):,.0f}"),
        word("rep.register", language),
        moment(newest, zone, language) or "-", method,
        word("rep.clock_left_out", language, n=f"{found.left_out:,}", unknown=f"{found.week.unknown:,}"),
    )  # fmt: skip
    pinned = any(one.cases is not None for one in months)
    dials = Dials(
        word("rep.clock_dials", language), [_dial(one, language) for one in months],
        groups_key((0, 1, 2, 3), language) if pinned else (),
        word("rep.clock_pins" if pinned else "rep.clock_sectors", language),
    )  # fmt: skip
    rows = [(weekday(number, language), [float(one) for one in cases[number]]) for number in range(7)]
    week = Table(word("rep.inc_hours", language), rows, _HOURS)
    why = plain(why_words(found, language))
    listed = replace(grid(word("clock.unguarded", language), listed_rows(found, language), language), empty=why)
    return said, [dials, week], [listed if not listed.rows else replace(listed, note=why)]


def _dial(one: Month, language: Language) -> Dial:
    pins = [
        (case.at[0], case.at[1], tone_of(case.group), case.arrested is True)
        for case in one.cases or ()
        if case.at is not None
    ]
    name = f"{month(one.first, language)} · {word('flt.no_hour', language, n=f'{one.no_hour:,}')}"
    return Dial(name, f"{one.total:,}", () if one.cases is not None else one.hours, pins)


def tone_of(group: int) -> int:
    """The mark of a group of offences: the first three have their own; group 4 and none share the fourth."""
    return group - 1 if group in (1, 2, 3) else 3


def groups_key(tones: Sequence[int], language: Language) -> list[tuple[int, str]]:
    """What the marks of `tone_of` mean."""
    others = f"{word('inc.g4', language)} / {word('inc.g_unknown', language)}"
    return [(tone, others if tone == 3 else word(f"inc.g{tone + 1}", language)) for tone in tones]


def of_before_after(here: Visit, found: Found, name: str, period: str, n: int, newest: int, method: str) -> View:
    """Before / after of a zone: the verdict, its areas with intervals, displacement, power, earlier years."""
    language, zone = here.language, here.runtime.values.zone
    lines = (
        verdict_words(found, language),
        quotient_words(found, language),
        power_words(found.power, found.zone.before, language),
        *([earlier_words(found.earlier, language)] if found.earlier else []),
    )
    said = Said(
        word("nav.before_after", language), name, period, word("flt.cases", language, n=f"{n:,}"),
        word("rep.register", language), moment(newest, zone, language) or "-", [method],
        plain(left_out_words(found, language)),
    )  # fmt: skip
    told = Grid(word("rep.said", language), (("", 1.0),), [(plain(one),) for one in lines], "-")
    areas = grid(word("ba.table", language), area_rows(found, language), language)
    earlier = replace(
        grid(word("ba.placebo_head", language), earlier_rows(found.earlier, language), language),
        empty=plain(earlier_words(found.earlier, language)),
    )
    return said, [intervals_of(found, language)], [told, areas, earlier]


def intervals_of(found: Found, language: Language) -> Intervals:
    """Each area's ratio of after to before, and those of zone and ring against the rest's."""
    ratios = zip(area_names(found, language), (found.zone, found.ring, found.rest), strict=True)
    rows = [
        Interval(name, one.ratio, one.low, one.high, plain(change_words(one, language)), tone)
        if one.before + one.after
        else Interval(name, None, None, None, plain(change_words(one, language)), tone)
        for tone, (name, one) in enumerate(ratios)
    ]
    rows += [
        Interval(
            word(f"rep.{name}_to_rest", language), one.value, one.low, one.high,
            "-" if one.low is None else told_words(one, language), tone,
        )
        for tone, (name, one) in enumerate((("zone", found.moved.zone_to_rest), ("ring", found.moved.ring_to_rest)))
    ]  # fmt: skip
    ends = (word("ba.fewer", language), word("ba.more", language))
    return Intervals(word("ba.chart", language), rows, ends)
