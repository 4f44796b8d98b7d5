"""The report's chart: from P50 to P90 of each group, against the target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from dashboard.words import Language, word
from models.records.base import Millis
from models.response.report import Leg, Summary

#: Most groups drawn; the table has all of them.
MOST = 20

_BLUE, _ORANGE, _GREY = "#0072b2", "#c47a00", "#5f6b76"


def drawn(groups: Mapping[str, Summary], leg: Leg, names: Mapping[str, str], ordered: bool) -> pd.DataFrame:
    """The rows of the chart: groups with enough cases. `ordered`: in their own order, as time goes, and the newest of
    them; else those with the most cases first. `p50`, `p90` in minutes."""
    enough = [(key, one.legs[leg]) for key, one in groups.items() if one.legs[leg].enough]
    if not ordered:
        enough.sort(key=lambda pair: -pair[1].n)
    return pd.DataFrame(
        [
            {"name": names.get(key, key), "p50": (one.p50 or 0) / 60_000, "p90": (one.p90 or 0) / 60_000, "n": one.n}
            for key, one in (enough[-MOST:] if ordered else enough[:MOST])
        ],
        columns=["name", "p50", "p90", "n"],
    )


def spread_chart(rows: pd.DataFrame, target_ms: Millis, language: Language, ink: str) -> alt.LayerChart:
    """A bar from P50 to P90, a disc at P50, a triangle at P90, and the target as a dashed line. `ink`: of words."""
    order: Sequence[str] = list(rows["name"])
    minutes, p50, p90 = (word(f"resp.{name}", language) for name in ("axis_minutes", "p50", "p90"))
    target = word("resp.target", language)
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=480, labelFontSize=14, labelColor=ink))
    tip = [
        alt.Tooltip("name:N", title=" "), alt.Tooltip("n:Q", title="n"),
        alt.Tooltip("p50:Q", title=p50, format=".2f"), alt.Tooltip("p90:Q", title=p90, format=".2f"),
    ]  # fmt: skip
    base = alt.Chart(rows).encode(y=y, tooltip=tip)
    x = alt.X(
        "p50:Q",
        title=minutes,
        scale=alt.Scale(zero=True),
        axis=alt.Axis(tickCount=8, labelFontSize=14, titleFontSize=14, labelColor=ink, titleColor=ink),
    )
    said = alt.Scale(domain=[p50, p90, target], range=[_BLUE, _ORANGE, _GREY])
    legend = alt.Legend(title=None, orient="top", labelFontSize=14, labelColor=ink, symbolSize=140)
    shape = alt.Scale(domain=[p50, p90, target], range=["circle", "triangle-up", "stroke"])
    bar = base.mark_bar(height=8, opacity=0.35, color=_BLUE).encode(x=x, x2="p90:Q")
    marks = [
        base.transform_calculate(what=f"'{text}'")
        .mark_point(filled=True, size=140, opacity=1)
        .encode(
            x=alt.X(f"{field}:Q"),
            color=alt.Color("what:N", scale=said, legend=legend),
            shape=alt.Shape("what:N", scale=shape, legend=legend),
        )
        for field, text in (("p50", p50), ("p90", p90))
    ]
    line = (
        alt.Chart(pd.DataFrame({"at": [target_ms / 60_000], "what": [target]}))
        .mark_rule(strokeDash=[6, 4], strokeWidth=2.5)
        .encode(x="at:Q", color=alt.Color("what:N", scale=said, legend=legend))
    )
    return alt.LayerChart(layer=[bar, *marks, line], height=alt.Step(34))
