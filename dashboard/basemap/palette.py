"""The colours of the ground, night and day: one table, `palette.json`, that the bundle of the live map reads too."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import orjson

Theme = Literal["night", "day"]

_FILE = Path(__file__).with_name("palette.json")


@cache
def palette(theme: Theme) -> Mapping[str, str]:
    """What is drawn -> its colour, `#rrggbb`."""
    found: dict[str, str] = orjson.loads(_FILE.read_bytes())[theme]
    return found


def rgb(theme: Theme, name: str) -> list[int]:
    """A colour as pydeck wants it: red, green, blue, 0 to 255.

    Raises:
        KeyError: no such colour.
    """
    return list(bytes.fromhex(palette(theme)[name].removeprefix("#")))


def as_theme(text: str | None) -> Theme:
    """A theme by its name; day for anything else."""
    return "night" if text == "night" else "day"
