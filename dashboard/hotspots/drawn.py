"""The map of the hotspots' page as SVG, and its list as a table: drawn by the server, moved and chosen from in the
page. Pure; every text in it is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from dashboard.hotspots.ground import Frame, path_of
from dashboard.hotspots.rows import spot_orders, spot_rows
from dashboard.hotspots.told import expected_words, spot_name
from dashboard.hotspots.under import Label, Under
from dashboard.html_table import table_html
from dashboard.words import Language, word
from models.analysis.hotspots import Hotspot, HotspotMap

#: Pixels the frame is taken to be wide until the page has measured itself.
_WIDTH_PX = 700

#: Buttons on the map: what the page calls each, its sign, its words.
_TOOLS = (("in", "+", "live.zoom_in"), ("out", "−", "live.zoom_out"), ("all", "⤢", "live.whole_zone"))


def list_html(found: HotspotMap, language: Language) -> str:
    """The hotspots by rank; the name of each is a button that chooses it, the head of each column one that orders by
    it."""
    ids = [spot.id for spot in found.hotspots]
    rows, orders = spot_rows(found, language), spot_orders(found, language)
    table = table_html(rows, word("hot.list", language), pick=ids, named=1, orders=orders)
    return f'<div class="ssz-rows">{table}</div>'


def map_html(found: HotspotMap, frame: Frame, zones: Sequence[str], under: Under, language: Language) -> str:
    """The map: the ground, the zone, each hotspot's outline, and over all of them rank and name at its middle.

    `zones`: outlines as GeoJSON. Grey where the map has no backtest.
    """
    scale = frame.width / _WIDTH_PX
    order = list(enumerate(found.hotspots, 1))
    outlines = "".join(
        f'<g class="outline" data-spot="{escape(spot.id)}"><title>{_tip(rank, spot, language)}</title>'
        f'<path d="{path_of(frame, [spot.outline])}"/></g>'
        for rank, spot in order
    )
    # The first rank is drawn last and so lies uppermost.
    plates = "".join(_plate(frame, scale, rank, spot, language) for rank, spot in reversed(order))
    box = f"{frame.left:.0f} {frame.top:.0f} {frame.width:.0f} {frame.height:.0f}"
    tools = "".join(_tool(*one, language) for one in _TOOLS)
    said = escape(word("nav.hotspots", language))
    grey = " grey" if found.verdict == "grey" else ""
    return (
        f'<div class="ssz-spotmap{grey}"><svg viewBox="{box}" tabindex="0" role="group" aria-label="{said}">'
        f'{"".join(f"""<path class="{name}" d="{path}"/>""" for name, path in under.paths)}'
        f'<path class="zone" d="{path_of(frame, zones)}"/>{_clusters(found, frame, language)}{outlines}'
        f"{''.join(_label(one, scale) for one in under.names)}{plates}</svg>"
        f'<div class="tools">{tools}</div>{_scale(language)}{_switch(found, language)}</div>'
    )


def _label(one: Label, scale: float) -> str:
    """A name of the ground; of a place the registers know, beside its mark."""
    mark, text = ('<circle class="mark" r="4"/>', 'x="8" class="at"') if one.kind == "mark" else ("", "")
    return (
        f'<g class="label {one.kind}" data-x="{one.x:.0f}" data-y="{one.y:.0f}" data-turn="{one.turn:.0f}" '
        f'transform="translate({one.x:.0f} {one.y:.0f}) scale({scale:.3f}) rotate({one.turn:.0f})">{mark}'
        f'<text {text} y="5">{escape(one.text)}</text></g>'
    )


def _scale(language: Language) -> str:
    """A bar as long as so many metres of the ground; the page says how many while it is moved."""
    metres, kilometres = (escape(word(f"hot.scale_{unit}", language, n="#")) for unit in ("m", "km"))
    return f'<div class="scale" data-m="{metres}" data-km="{kilometres}" hidden=""><b></b><span></span></div>'


def _clusters(found: HotspotMap, frame: Frame, language: Language) -> str:
    """Where cases have lain close together: drawn when asked for, under the hotspots."""
    shapes = "".join(
        f'<path d="{path_of(frame, [one.outline])}"><title>'
        f"{escape(word('hot.cluster_tip', language, n=f'{one.cases:,}'))}</title></path>"
        for one in found.clusters
    )
    return f'<g class="clusters">{shapes}</g>' if shapes else ""


def _switch(found: HotspotMap, language: Language) -> str:
    if not found.clusters:
        return ""
    said = escape(word("hot.clusters", language, n=len(found.clusters)))
    return f'<label class="switch"><input type="checkbox"/><i aria-hidden="true"></i><span>{said}</span></label>'


def _tool(name: str, sign: str, key: str, language: Language) -> str:
    said = escape(word(key, language))
    return f'<button type="button" data-zoom="{name}" title="{said}" aria-label="{said}">{sign}</button>'


def _tip(rank: int, spot: Hotspot, language: Language) -> str:
    return escape(f"{rank} {spot_name(spot, language)}\n{expected_words(spot, language)}")


def _plate(frame: Frame, scale: float, rank: int, spot: Hotspot, language: Language) -> str:
    [(x, y)] = frame.metres(np.array([[spot.lon, spot.lat]])).tolist()
    tip = _tip(rank, spot, language)
    return (
        f'<g class="plate" data-spot="{escape(spot.id)}" data-x="{x:.0f}" data-y="{y:.0f}" tabindex="0" '
        f'role="button" aria-label="{tip}" transform="translate({x:.0f} {y:.0f}) scale({scale:.3f})">'
        f"<title>{tip}</title>"
        f'<circle class="ring" r="20"/><circle r="15"/><text class="rank" y="6">{rank}</text>'
        f'<text class="name" y="38">{escape(spot_name(spot, language))}</text></g>'
    )
