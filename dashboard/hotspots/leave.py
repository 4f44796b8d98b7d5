"""Taking a map along: one printed page, GeoJSON, KML. What for is asked first, and stands with the deed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from dashboard.export_part import File, hand_out
from dashboard.hotspots.chosen import Chosen
from dashboard.hotspots.told import expected_words, peak_words, spot_name, trend_words
from dashboard.visit import Visit
from dashboard.words import word
from models.access.policy import Action
from models.analysis.hotspots import Hotspot, HotspotMap
from models.audit.deeds import Did
from models.formats.hotspot_files import geojson, kml
from store import registers


def files(here: Visit, chosen: Chosen, found: HotspotMap) -> None:
    """Draw the buttons, for those who may take files along."""
    if not here.who.may(Action.EXPORT):
        return
    language = here.language
    naming = partial(spot_name, language=language)

    def describing(spot: Hotspot) -> str:
        return "\n".join(told(spot, language) for told in (expected_words, peak_words, trend_words))

    zone = here.runtime.values.zone

    def paper() -> bytes:
        # Loaded when a page is asked for: nobody who opens the screen waits for fonts.
        from dashboard.basemap.in_box import InBox, in_box
        from dashboard.hotspots.sheet import pdf_of
        from dashboard.hotspots.sheet_map import SheetGround, sheet_frame
        from dashboard.hotspots.under import box_of

        basemap = here.runtime.basemap
        archive = basemap.now().archive
        base = InBox() if archive is None else in_box(archive, box_of(sheet_frame(chosen, found)))
        with here.runtime.db.read() as conn:
            streets = registers.streets(conn, frozenset({chosen.station}))
        whose = archive.attribution if archive and base.shapes else basemap.streets_credit if streets else ""
        ground = SheetGround(base, streets, whose)
        return pdf_of(chosen, found, ground, here.who.name, here.runtime.clock(), zone, language)

    name = "-".join(["hotspots", chosen.station, chosen.zone, found.family, f"{found.days}d", chosen.shift])
    name = name.replace("--", "-").rstrip("-")
    made: tuple[tuple[str, str, str, Callable[[], bytes]], ...] = (
        ("pdf", "pdf", "application/pdf", paper),
        ("geojson", "geojson", "application/geo+json", lambda: geojson(found, naming)),
        ("kml", "kml", "application/vnd.google-earth.kml+xml", lambda: kml(found, naming, describing)),
    )
    st.subheader(word("hot.files", language), anchor=False)
    for column, (key, ending, kind, make) in zip(st.columns([1, 1, 1, 2]), made, strict=False):
        file = f"{name}.{ending}"
        hand_out(
            here, word(f"hot.{key}", language), File(Did.EXPORTED_HOTSPOTS, file, file, kind, make, chosen.station),
            key=f"hotspot-{key}", place=column,
        )  # fmt: skip
