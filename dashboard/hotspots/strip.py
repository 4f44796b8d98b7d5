"""The hours of a hotspot as a strip of twenty-four columns; the peak is told by colour and by a mark above it."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.words import Language, word
from models.analysis.hotspots import Hotspot

_PLAIN, _PEAK = "#8aa4bd", "#b4551c"


def within(hour: int, hours: tuple[int, int] | None) -> bool:
    """Whether an hour lies in a span from its first hour to before its last; a span may pass midnight."""
    if hours is None:
        return False
    begin, end = hours
    return begin <= hour < end if begin < end else hour >= begin or hour < end


def hour_rows(spot: Hotspot) -> pd.DataFrame:
    """One row an hour: its share of the cases, and whether it belongs to the peak."""
    hours = range(24)
    return pd.DataFrame(
        {"hour": [f"{hour:02d}" for hour in hours], "share": spot.hours,
         "peak": [within(hour, spot.peak_hours) for hour in hours]}
    )  # fmt: skip


def hour_strip(spot: Hotspot, language: Language, ink: str) -> alt.LayerChart:
    """The strip. `ink`: colour of words."""
    rows = hour_rows(spot)
    x = alt.X(
        "hour:O", title=word("hot.hour_axis", language), sort=None,
        axis=alt.Axis(labelAngle=0, labelFontSize=13, titleFontSize=14, labelColor=ink, titleColor=ink),
    )  # fmt: skip
    y = alt.Y("share:Q", title=None, axis=None)
    tip = [alt.Tooltip("hour:O", title=word("hot.hour_axis", language)),
           alt.Tooltip("share:Q", title=word("hot.hour_share", language), format=".0%")]  # fmt: skip
    base = alt.Chart(rows).encode(x=x, tooltip=tip)
    bars = base.mark_bar().encode(
        y=y, color=alt.Color("peak:N", scale=alt.Scale(domain=[False, True], range=[_PLAIN, _PEAK]), legend=None)
    )
    marks = (
        base.transform_filter("datum.peak")
        .mark_point(shape="triangle-down", filled=True, size=80, color=_PEAK, opacity=1, yOffset=-9)
        .encode(y=y)
    )
    return alt.LayerChart(layer=[bars, marks], height=130)
