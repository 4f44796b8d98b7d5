"""The buttons of a page that hand its view out on paper: PDF and PNG, purpose asked, deed written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.export_part import File, hand_out
from dashboard.report.content import Figure, Report, Said
from dashboard.sheet.content import Grid
from dashboard.times import moment
from dashboard.visit import Visit
from dashboard.words import word
from models.access.policy import Action
from models.audit.deeds import Did

#: What a page hands over when the file is asked for, and not before.
Made = Callable[[], tuple[Said, Sequence[Figure], Sequence[Grid]]]


def of_view(here: Visit, made: Made) -> bytes:
    """The PDF of a view, made now by who looks."""
    from dashboard.report.paper import pdf_of  # fonts and shaping: nobody who opens the page waits for them

    said, figures, grids = made()
    at = moment(here.runtime.clock(), here.runtime.values.zone, here.language)
    foot = word("rep.foot", here.language, who=here.who.name, at=at)
    return pdf_of(Report(said, figures, grids, foot, word("rep.page", here.language), here.language))


def report_buttons(
    here: Visit, name: str, made: Made, *, station: str = "", places: Sequence[DeltaGenerator] = ()
) -> None:
    """Draw the two buttons, for those who may take files along. `name`: of the file, without its ending.

    `places`: where the PDF's and the PNG's button stand; two columns of their own when none are given.
    """
    if not here.who.may(Action.EXPORT):
        return

    def picture() -> bytes:
        from dashboard.report.paper import png_of

        return png_of(of_view(here, made), here.language)

    columns = places or st.columns([1, 1, 4])
    kinds: tuple[tuple[str, str, Callable[[], bytes]], ...] = (
        ("pdf", "application/pdf", lambda: of_view(here, made)),
        ("png", "image/png", picture),
    )
    for column, (ending, mime, make) in zip(columns, kinds, strict=False):
        file = f"{name}.{ending}"
        hand_out(
            here, word(f"rep.{ending}", here.language), File(Did.EXPORTED_REPORT, file, file, mime, make, station),
            key=f"report-{name}-{ending}", place=column,
        )  # fmt: skip
