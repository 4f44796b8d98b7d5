"""The form of an incident: texts as people write them, a map to put the pin, and what is wrong in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.incidents.drawn import offence_name
from dashboard.incidents.pin import pin_map
from dashboard.visit import Visit
from dashboard.words import Language, word
from models.formats.offences import STANDARD
from models.incidents.entry import MOST_NUMBER, MOST_STATUS, MOST_TEXT, Problems, Said
from models.records.incident import FOUND_BY, PLACE_QUALITIES
from models.records.station import Station
from store import import_words

_ARRESTED = ("unknown", "no", "yes")


def begin(key: str, first: Said) -> None:
    """Fill the form with these texts, unless somebody is writing in it."""
    if st.session_state.get(f"{key}-of") is None:
        st.session_state[f"{key}-of"] = first
        st.session_state.update({f"{key}-{name}": value for name, value in asdict(first).items()})


def end(key: str) -> None:
    """Forget what was written."""
    for name in ("of", "id", "sure", "seen", "was", "wrong", *(field.name for field in fields(Said))):
        st.session_state.pop(f"{key}-{name}", None)


def first_of(key: str) -> Said:
    """The texts the form began with."""
    kept: Said = st.session_state[f"{key}-of"]
    return kept


def form(here: Visit, key: str, stations: Sequence[Station], *, new: bool, text: bool) -> Said:
    """Draw the form; what it says now. `new`: station and number can be chosen; `text`: free text is told."""
    language = here.language
    wrong: Problems = st.session_state.get(f"{key}-wrong") or {}
    names = {one.code: one.name_th if language == "th" else one.name_en for one in stations}
    row: Sequence[DeltaGenerator]
    left, right = st.columns([3, 2])
    with left:
        if new:
            row = st.columns(2)
            _choice(row[0], key, "station", list(names), names, language)
            _text(row[1], key, "number", wrong, language, MOST_NUMBER)
        row = st.columns([2, 1, 2, 1])
        for at, name in zip(row, ("from_day", "from_time", "to_day", "to_time"), strict=True):
            _text(at, key, name, wrong, language)
        offences = {one.code: one.th if language == "th" else one.en for one in STANDARD}
        with here.runtime.db.read() as conn:
            own = import_words.offence_names(conn, str(st.session_state.get(f"{key}-station", "")))
        offences |= {row.name: row.name for row in own if row.offence not in offences}
        said = str(st.session_state.get(f"{key}-offence", ""))
        if said and said not in offences:
            offences[said] = offence_name(said, language)
        row = st.columns([2, 1, 1])
        _choice(row[0], key, "offence", ["", *offences], {"": "-"} | offences, language, wrong)
        _text(row[1], key, "reported_day", wrong, language)
        _text(row[2], key, "reported_time", wrong, language)
        row = st.columns(3)
        finders = {one: word(f"inc.f_{one}", language) for one in FOUND_BY}
        _choice(row[0], key, "found_by", list(FOUND_BY), finders, language, label="inc.found_by")
        arrested = {one: word(f"ent.{one}", language) for one in _ARRESTED}
        _choice(row[1], key, "arrested", list(_ARRESTED), arrested, language, label="inc.arrested")
        _text(row[2], key, "status", wrong, language, MOST_STATUS, label="cas.status")
        if text:
            label = word("ent.description", language)
            st.text_area(label, key=f"{key}-description", max_chars=MOST_TEXT, height=130)
            _reason(st.container(), wrong, "description", language)
    with right:
        _place(here, key, stations, wrong)
    return Said(**{field.name: str(st.session_state.get(f"{key}-{field.name}", "")) for field in fields(Said)})


def _place(here: Visit, key: str, stations: Sequence[Station], wrong: Problems) -> None:
    language = here.language
    row: Sequence[DeltaGenerator]

    def picked(lon: float, lat: float) -> None:
        st.session_state[f"{key}-lat"], st.session_state[f"{key}-lon"] = f"{lat:.6f}", f"{lon:.6f}"

    def gone() -> None:
        st.session_state[f"{key}-lat"] = st.session_state[f"{key}-lon"] = ""

    row = st.columns(2)
    _text(row[0], key, "lat", wrong, language)
    _text(row[1], key, "lon", wrong, language)
    code = st.session_state.get(f"{key}-station")
    station = next((one for one in stations if one.code == code), None)
    around = None if station is None or station.lat is None or station.lon is None else (station.lon, station.lat)
    st.caption(word("ent.pin", language))
    lat, lon = (str(st.session_state.get(f"{key}-{name}", "")) for name in ("lat", "lon"))
    pin_map(here, f"{key}-pin-{code}", pin_of(lat, lon), around, picked)
    row = st.columns([2, 1], vertical_alignment="bottom")
    qualities = {one: word(f"inc.q_{one}", language) for one in PLACE_QUALITIES if one != "none"}
    _choice(row[0], key, "quality", list(qualities), qualities, language, label="inc.quality")
    row[1].button(word("ent.no_pin", language), key=f"{key}-no-pin", on_click=gone)


def pin_of(lat: str, lon: str) -> tuple[float, float] | None:
    """(lon, lat) of two texts; None while they are no place."""
    try:
        place = float(lon), float(lat)
    except ValueError:
        return None
    return place if abs(place[0]) <= 180 and abs(place[1]) <= 85 else None


def _text(at: Any, key: str, name: str, wrong: Problems, language: Language, most: int = 40, label: str = "") -> None:
    at.text_input(word(label or f"ent.{name}", language), key=f"{key}-{name}", max_chars=most)
    _reason(at, wrong, name, language)


def _choice(
    at: Any, key: str, name: str, options: Sequence[str], words: Mapping[str, str], language: Language,
    wrong: Problems | None = None, label: str = "",
) -> None:  # fmt: skip
    if st.session_state.get(f"{key}-{name}") not in options:
        st.session_state[f"{key}-{name}"] = options[0] if options else ""
    said = word(label or f"ent.{name}", language)
    at.selectbox(said, options, format_func=lambda one: words.get(one, one), key=f"{key}-{name}")
    _reason(at, wrong or {}, name, language)


def _reason(at: Any, wrong: Problems, name: str, language: Language) -> None:
    """What is wrong stands below the field it is wrong of."""
    if name in wrong:
        at.error(wrong[name].th if language == "th" else wrong[name].en, icon=":material/error:")
