"""Where the rows of a file would lie: spread over the file, outside ones told apart, no text of it run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.imports.map import deck_of, outside_words
from models.formats.incident_file import Context
from models.imports.converting import COLUMNS, Converter
from models.imports.opening import Piece
from models.imports.places import Place, Spread, rough

HOSTILE = '@@=alert(1) <img src="https://tracker.example/x" onerror=alert(1)>'
HEADER = ("id", "occurred_at", "offence", "lat", "lon")
CONTEXT = Context("a", "file", ZoneInfo("Asia/Bangkok"), 1_790_000_000_000)


def place(number: int, outside: bool = False) -> Place:
    return Place(13.7 + number / 1e5, 100.5, str(number), "theft", outside)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 64, 65, 1_000])
def test_a_stream_of_any_length_keeps_places_evenly_and_never_too_many(count: int) -> None:
    spread = Spread(8)
    for first in range(0, count, 10):  # in pieces, as a file is read
        spread.see(place(number) for number in range(first, min(first + 10, count)))
    kept = [int(one.id) for one in spread.kept]
    assert spread.seen == count
    assert len(kept) == count if count <= 8 else 4 < len(kept) <= 8
    steps = {later - earlier for earlier, later in pairwise(kept)}
    assert kept[:1] == [0][:count]
    assert len(steps) <= 1
    assert not kept or kept[-1] + max(steps, default=1) >= count  # to the end of the file


def test_places_outside_are_told_roughly_the_most_first() -> None:
    far = [(18.81, 98.97), (18.79, 99.04), (7.01, 100.47), (-0.04, 0.04), (1, 1), (2, 2), (3, 3)]
    places = (place(0), *(Place(lat, lon, "x", "theft", True) for lat, lon in far))
    assert rough(one for one in places if one.outside)[:2] == [(18.8, 99.0, 2), (0.0, 0.0, 1)]
    told = outside_words(places, "en")
    assert "18.8, 99.0 (2) · 0.0, 0.0 (1) · 1.0, 1.0 (1) · 2.0, 2.0 (1) · and 2 other places" in told


def test_rows_outside_of_the_area_are_given_with_their_place() -> None:
    reader = Converter(HEADER, CONTEXT, plausible=lambda lat, lon: lat < 14)
    rows = [("1", "2022-06-30 11:00", "theft", "13.75", "100.5"), ("2", "2022-06-30 11:00", "theft", "18.8", "99.0"),
            ("3", "nonsense", "theft", "18.8", "99.0"), ("4", "2022-06-30 11:00", "theft", "", "")]  # fmt: skip
    done = reader.convert(Piece([2, 3, 4, 5], [list(column) for column in zip(*rows, strict=True)]))
    assert [row[COLUMNS.index("id")] for row in done.outside] == ["2"]
    assert [row[COLUMNS.index("lat")] for row in done.outside] == [18.8]
    assert (len(done.good), len(done.bad), reader.counts.outside) == (2, 2, 1)


def texts(value: Any) -> Iterator[str]:
    """Every text of a map's description."""
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(part)


def test_a_hostile_file_is_shown_as_text_and_the_map_asks_nobody_else() -> None:
    hostile = Place(13.75, 100.5, HOSTILE, HOSTILE, False)
    deck = deck_of((hostile, Place(18.8, 99.0, HOSTILE, HOSTILE, True)), "day", "th")
    described = json.loads(deck.to_json())
    good, outside, _ = described["layers"]
    assert [len(layer["data"]) for layer in (good, outside)] == [1, 1]
    assert HOSTILE in good["data"][0]["told"]
    # What begins so would be run as a formula; the accessors are the only ones, and they are ours.
    assert {text for text in texts(described) if text.startswith("@@=")} == {"@@=at", "@@=mark"}
    assert deck._tooltip == {"text": "{told}"}  # `html` would be markup
    assert described["mapStyle"].startswith("/tiles/style.json?")
    # The good one is in view at first; an outside one alone is.
    assert described["initialViewState"]["latitude"] == 13.75
    [alone] = [json.loads(deck_of((place(1, True),), "night", "en").to_json())]
    assert (alone["initialViewState"]["latitude"], alone["initialViewState"]["zoom"]) == (place(1).lat, 15.0)
