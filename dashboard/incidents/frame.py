"""The frame of the incidents' views as HTML: the places each answer fills, the map with its tools, the legend."""

from __future__ import annotations

from html import escape

from dashboard.filters import group_text
from dashboard.incidents.buttons import scale_html
from dashboard.words import Language, word


def frame_html(language: Language) -> str:
    """The places of the views; what stands in them comes with each answer."""

    def panel(name: str, title: str) -> str:
        said = escape(word(title, language))
        head = f'<section class="panel {name}" aria-label="{said}"><h2>{said}</h2>'
        return f'{head}<div data-part="{name}"></div></section>'

    parts = (
        ("hours", "cas.hours"),
        ("offences", "cas.offences"),
        ("calendar", "cas.calendar"),
        ("trend", "cas.trend"),
    )
    others = "".join(panel(*part) for part in parts)
    ground = escape(word("cas.map", language))
    return (
        f'<div class="chips" data-part="chips"></div><section class="panel ground" aria-label="{ground}">'
        f'{map_html(language)}<div class="below"><span class="note" role="status"></span><span data-part="no_place">'
        f"</span></div>{legend_html(language)}</section>{others}{panel('rows', 'cas.list')}"
    )


def map_html(language: Language, draw: bool = True) -> str:
    """The map and its tools; `draw`: an area can be drawn on it, or what it shows be taken for one."""
    tools = [("in", "+", "cas.zoom_in"), ("out", "−", "cas.zoom_out"), ("fit", "⤢", "cas.fit")]
    if draw:
        tools += [("draw", "▱", "cas.draw"), ("view", "▣", "cas.only_view")]
    buttons = "".join(
        f'<button type="button" data-tool="{name}" title="{escape(word(key, language))}" '
        f'aria-label="{escape(word(key, language))}">{sign}</button>'
        for name, sign, key in tools
    )
    said = escape(word("cas.map_keys", language))
    return (
        f'<div class="map"><div class="base" aria-hidden="true"></div><canvas tabindex="0" role="application" '
        f'aria-label="{said}"></canvas><div class="tools">{buttons}</div><div class="tip" hidden></div></div>'
    )


def legend_html(language: Language) -> str:
    """Shape and colour of each group in words, and the scale of counted cells: the one that is drawn is shown."""
    marks = "".join(
        f'<span><i class="mark g{group}"></i>{escape(group_text(str(group), language))}</span>'
        for group in (1, 2, 3, 4, 0)
    )
    arrested = escape(word("cas.arrested_mark", language))
    said = f'<span class="marks">{marks}<span><i class="mark white"></i>{arrested}</span></span>'
    return f'<div class="legend">{said}{scale_html(language)}</div>'
