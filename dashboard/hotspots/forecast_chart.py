"""Hit rates over time as lines, each with a mark and a dash of its own."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboard.hotspots.forecast_rows import LINES
from dashboard.words import Language, word

#: Of each line, by day and by night: three to one against the page at least.
_DAY, _NIGHT = ("#005f99", "#a85a00", "#5f6b76"), ("#6cc1f2", "#f2b84b", "#aab4be")
_SHAPES = ("circle", "triangle-up", "stroke")
_DASHES = ([1, 0], [6, 3], [2, 3])


def rate_chart(rows: pd.DataFrame, language: Language, *, night: bool) -> alt.LayerChart:
    """The lines of `forecast_rows.period_rows`, for a page of the night or of the day."""
    ink, colours = ("#f3f6f9", _NIGHT) if night else ("#16202a", _DAY)
    names = [word(f"hot.{name}", language) for _, name in LINES]
    told: dict[str, Any] = {"labelFontSize": 14, "titleFontSize": 14, "labelColor": ink, "titleColor": ink}
    legend = alt.Legend(
        title=None, orient="top", labelFontSize=14, labelColor=ink, symbolSize=140, labelLimit=400, symbolOpacity=1,
        symbolDash=[1, 0],
    )  # fmt: skip
    base = alt.Chart(rows).encode(
        x=alt.X("day:O", sort=None, title=word("hot.fc_period", language),
                axis=alt.Axis(labelAngle=-35, labelOverlap=True, **told)),
        y=alt.Y("rate:Q", title=word("hot.fc_rate", language), scale=alt.Scale(zero=True, nice=True),
                axis=alt.Axis(format=".0%", **told)),
        color=alt.Color("what:N", scale=alt.Scale(domain=names, range=list(colours)), legend=legend),
        tooltip=[
            alt.Tooltip("day:N", title=word("hot.fc_period", language)), alt.Tooltip("what:N", title=" "),
            alt.Tooltip("rate:Q", format=".0%", title=word("hot.fc_rate", language)),
            alt.Tooltip("cases:Q", format=".0f", title=word("hot.count", language)),
        ],
    )  # fmt: skip
    lines = base.mark_line(strokeWidth=2.5).encode(
        strokeDash=alt.StrokeDash("what:N", scale=alt.Scale(domain=names, range=list(_DASHES)), legend=None)
    )
    marks = base.mark_point(filled=True, size=90, opacity=1).encode(
        shape=alt.Shape("what:N", scale=alt.Scale(domain=names, range=list(_SHAPES)), legend=legend)
    )
    # Each line's bars beside the other's: on one place the one would hide the other.
    bars = [
        base.transform_filter(alt.datum.what == name)
        .mark_rule(strokeWidth=2, opacity=0.75, xOffset=offset)
        .encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q"))
        for name, offset in zip(names[:2], (-3, 3), strict=True)
    ]
    return alt.LayerChart(layer=[*bars, lines, marks], height=320)
