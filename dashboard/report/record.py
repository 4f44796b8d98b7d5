"""The record of one incident on paper: its facts, what stands and happened near it, its history."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dashboard.incidents.listed import when
from dashboard.report.content import Figure, Places, Said
from dashboard.report.views import View, grid, groups_key, outlines_of, tone_of
from dashboard.tables import Row
from dashboard.times import moment
from dashboard.visit import Visit
from dashboard.words import word
from models.records.incident import Incident
from models.records.station import Zone
from store.incident_nearby import CAMERA_M, NEAR_M

#: What a file's name is made of.
_UNFIT = re.compile(r"[^\w.\u0e00-\u0e7f-]+")


def file_name(one: Incident) -> str:
    """The name of an incident's file, without its ending."""
    return _UNFIT.sub("_", f"incident-{one.source}-{one.id}")[:120]


def of_record(
    here: Visit, one: Incident, station: str, zones: Sequence[Zone],
    tables: Sequence[tuple[str, Sequence[Row], str]], changed_at: int,
) -> View:  # fmt: skip
    """The page's own tables: title, rows, and what is said where there is none; links stay on the screen.
    `changed_at`: when it was changed last, ms; 0: never."""
    language, clock_zone = here.language, here.runtime.values.zone
    said = Said(
        word("nav.incident", language), f"{station} · {one.source} · {one.id}", when(one, clock_zone, language),
        "1", one.source,
        moment(max(one.received_at, changed_at), clock_zone, language) or "-",
        [word("rep.rec_method", language),
         word("rep.rec_near", language, camera=f"{CAMERA_M:.0f}", alarm=f"{NEAR_M:.0f}")],
    )  # fmt: skip
    figures: list[Figure] = []
    if one.lat is not None and one.lon is not None and zones:
        tone = tone_of(one.offence_group or 0)
        figures.append(
            Places(
                word("rep.inc_map", language), [(one.lon, one.lat, tone)],
                outlines_of([zone.polygon for zone in zones]), groups_key([tone], language),
            )
        )  # fmt: skip
    way = word("rec.way", language)
    grids = []
    for title, rows, none in tables:
        shown = [{name: value for name, value in row.items() if name != way} for row in rows]
        made = grid(title, shown, language)
        # Of a field and its value the value is the longer.
        columns = tuple((name, 1.0 + at) for at, (name, _) in enumerate(made.columns))
        grids.append(replace(made, empty=none, columns=columns if len(columns) == 2 else made.columns))
    return said, figures, grids
