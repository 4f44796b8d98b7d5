"""Where the rows of a file would lie, before anything of it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.basemap.beside import desk_theme, told
from dashboard.basemap.palette import Theme
from dashboard.incidents.drawn import offence_name
from dashboard.visit import Visit
from dashboard.words import Language, word
from models.imports.places import Place, rough
from store.bringing_in import Preview

if TYPE_CHECKING:
    import pydeck as pdk

#: Told apart by every kind of colour vision, by day and by night; none is red. What is outside bears a cross too.
_GOOD, _OUTSIDE, _EDGE = [0, 114, 178], [230, 159, 0], [20, 20, 20]
_HEIGHT = 420
#: Places outside of the area that are told.
_TOLD = 4


def places_map(here: Visit, preview: Preview) -> None:
    """The map, what its marks mean and whose ground it is; nothing for a file without a place."""
    if not preview.places:
        return
    language = here.language
    st.markdown(f"**{word('imp.map', language)}**")
    outside = sum(place.outside for place in preview.places)
    counts = preview.counts
    st.markdown(
        f":blue[:material/circle:] {word('imp.n_good', language)} {len(preview.places) - outside:,}"
        f" · :orange[:material/cancel:] {word('imp.n_outside', language)} {outside:,}"
    )
    if outside:
        st.caption(outside_words(preview.places, language))
    all_of_them = counts.good - counts.no_place + counts.outside
    if len(preview.places) < all_of_them:
        said = word("imp.map_part", language, n=f"{len(preview.places):,}", all=f"{all_of_them:,}")
        st.caption(said)
    st.pydeck_chart(deck_of(preview.places, desk_theme(), language), height=_HEIGHT, alt=word("imp.map", language))
    archive = here.runtime.basemap.now().archive
    told(archive.attribution if archive else "", language)


def outside_words(places: tuple[Place, ...], language: Language) -> str:
    """Roughly where those outside of the area lie: they do not stretch the map, which is of the good ones."""
    found = rough(place for place in places if place.outside)
    told = " · ".join(f"{lat:.1f}, {lon:.1f} ({n:,})" for lat, lon, n in found[:_TOLD])
    more = word("imp.outside_more", language, n=f"{len(found) - _TOLD:,}") if len(found) > _TOLD else ""
    return word("imp.outside_near", language, places=told + more)


def deck_of(places: tuple[Place, ...], theme: Theme, language: Language) -> pdk.Deck:
    """The places over the base map, at least one. At first the good ones are in view, with none of them all."""
    import pydeck as pdk  # with the first map: nobody waits for it who brings no file

    from dashboard.basemap.deck import over_base, view_of

    def marks(outside: bool) -> list[dict[str, object]]:
        # Words of ours come first in every text: one that a file begins with `@@` would be read as a formula.
        return [
            {
                "at": [place.lon, place.lat],
                "told": f"{word('inc.id', language)}: {place.id}\n"
                f"{word('inc.offence', language)}: {offence_name(place.offence, language)}"
                + (f"\n{word('imp.n_outside', language)}" if outside else ""),
            }
            for place in places
            if place.outside is outside
        ]

    good, far = marks(False), [{**one, "mark": "x"} for one in marks(True)]
    layers = [
        pdk.Layer("ScatterplotLayer", good, id="good", get_position="at", get_fill_color=_GOOD, get_radius=6,
                  radius_min_pixels=5, radius_max_pixels=10, stroked=True, get_line_color=[255, 255, 255],
                  line_width_min_pixels=1, opacity=0.8, pickable=True),
        pdk.Layer("ScatterplotLayer", far, id="outside", get_position="at", get_fill_color=_OUTSIDE, get_radius=9,
                  radius_min_pixels=9, radius_max_pixels=14, stroked=True, get_line_color=_EDGE,
                  line_width_min_pixels=2, pickable=True),
        pdk.Layer("TextLayer", far, id="crosses", get_position="at", get_text="mark",
                  get_size=16, get_color=_EDGE, pickable=False),
    ]  # fmt: skip
    near = [place for place in places if not place.outside] or places
    return over_base(layers, view_of([(place.lon, place.lat) for place in near]), theme, "told")
