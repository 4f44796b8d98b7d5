"""The dials and maps in the page: a component that stays mounted, and loads nothing but itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path

import orjson
import streamlit as st

from dashboard.basemap.beside import desk_theme, told
from dashboard.clock.drawn import months_html
from dashboard.clock.pins import SHAPES, pins_of
from dashboard.clock.read import Month
from dashboard.hotspots.ground import frame_of, streets_of
from dashboard.visit import Visit
from models.records.station import Station, Zone
from store import registers

_HERE = Path(__file__).parent
#: Share of the cases left aside at each end when a map of no zone is framed: one stray would shrink a town to a dot.
_STRAY = 0.01


@cache
def _part(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "ssz_clock", html='<div class="ssz-clock"></div>', css=_part("clock.css"), js=_part("clock.js"),
    isolate_styles=False,
)  # fmt: skip


def draw_months(here: Visit, months: Sequence[Month], station: Station | None, zones: Sequence[Zone]) -> None:
    """Draw the months side by side. `zones` are outlined; with one station its streets are drawn.

    Raises:
        StorageError: the store cannot be read.
    """
    streets = []
    if station is not None:
        with here.runtime.db.read() as conn:
            streets = registers.streets(conn, frozenset({station.code}))
    outlines = [one.polygon for one in zones]
    frame = frame_of(
        _shown(months, outlines), (station.lon if station else None) or 0, (station.lat if station else None) or 0
    )
    zone, language = here.runtime.values.zone, here.language
    drawn = {
        "html": months_html(months, frame, outlines, language),
        "months": [None if one.cases is None else pins_of(one.cases, frame, zone, language) for one in months],
        "shapes": {f"g{group}": path for group, path in SHAPES.items()},
        "streets": streets_of(frame, streets),
    }
    # What is drawn already is known by its mark, and left as the reader has it.
    mark = blake2b(orjson.dumps(drawn), digest_size=8).hexdigest()
    _component(key="crime-clock", data=[{**drawn, "mark": mark, "theme": desk_theme()}])
    told(here.runtime.basemap.streets_credit if streets else "", here.language)


def _shown(months: Sequence[Month], outlines: Sequence[str]) -> list[str]:
    """What the map is framed round: the zones, and the cases without the strays."""
    lon = sorted(case.lon for one in months for case in one.cases or () if case.lon is not None)
    lat = sorted(case.lat for one in months for case in one.cases or () if case.lat is not None)
    # As often as a place has cases: a few far off frame no map of many either.
    counted = [cell for one in months if one.cells for cell in one.cells.cells for _ in range(cell.n)]
    lon = sorted([*lon, *(cell.lon for cell in counted)])
    lat = sorted([*lat, *(cell.lat for cell in counted)])
    if not lon:
        return list(outlines)
    skip = int(len(lon) * _STRAY)
    box = [[lon[skip], lat[skip]], [lon[-1 - skip], lat[-1 - skip]]]
    return [*outlines, orjson.dumps({"type": "MultiPoint", "coordinates": box}).decode()]
