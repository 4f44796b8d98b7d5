"""Numbers and places as people type them: Thai digits, commas, latitude and longitude in the wrong order."""

from __future__ import annotations

import math
import re

from models.formats.problems import (
    BAD_NUMBER,
    BAD_PLACE,
    HALF_PLACE,
    OUT_OF_RANGE,
    SWAPPED,
    UNCLEAR_COMMA,
    ZERO_PLACE,
    BadValueError,
)
from models.formats.text import clean, western_digits

_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_PAIR = re.compile(r"\(?\s*([^,;\s]+)\s*(?:[,;]\s*|\s+)([^,;\s]+?)\s*\)?")
#: Within this of 0,0 a device or a form meant "nothing": about 11 m, out in the Atlantic.
_NOWHERE = 1e-4


def parse_number(text: str) -> float:
    """A finite number. `1,234,567` and `1,234.5` are thousands, `13,7563` is a decimal; `13,756` could be both.

    Raises:
        BadValueError: not a number, not finite, or a comma that can be read two ways.
    """
    word = western_digits(clean(text)).replace(" ", "").replace("\u2212", "-")
    if "," in word:
        word = _without_comma(word)
    if not _PLAIN.fullmatch(word):
        raise BadValueError(BAD_NUMBER)
    value = float(word)
    if not math.isfinite(value):
        raise BadValueError(BAD_NUMBER)
    return value


def _without_comma(word: str) -> str:
    if _THOUSANDS.fullmatch(word):
        if word.count(",") == 1 and "." not in word:
            raise BadValueError(UNCLEAR_COMMA)
        return word.replace(",", "")
    if _DECIMAL_COMMA.fullmatch(word):
        return word.replace(",", ".")
    raise BadValueError(BAD_NUMBER)


def parse_count(text: str, most: int = 100_000_000) -> int:
    """A whole number from 0 to `most`. `2367.0`, as spreadsheets write it, is whole; so is `2,367`.

    Raises:
        BadValueError: not a whole number, or out of range.
    """
    word = western_digits(clean(text))
    value = parse_number(word.replace(",", "") if _THOUSANDS.fullmatch(word) else word)
    if value != int(value):
        raise BadValueError(BAD_NUMBER)
    if not 0 <= value <= most:
        raise BadValueError(OUT_OF_RANGE)
    return int(value)


def parse_place(lat_text: str, lon_text: str) -> tuple[float, float] | None:
    """`(lat, lon)` in degrees (WGS 84), or None when both texts are empty.

    Raises:
        BadValueError: one of the two is missing, not a number, out of range, swapped, or 0,0.
    """
    lat_text, lon_text = clean(lat_text), clean(lon_text)
    if not lat_text and not lon_text:
        return None
    if not lat_text or not lon_text:
        raise BadValueError(HALF_PLACE)
    return check_place(parse_number(lat_text), parse_number(lon_text))


def check_place(lat: float, lon: float) -> tuple[float, float]:
    """The place itself, when it can be one.

    Raises:
        BadValueError: out of range, swapped, or 0,0.
    """
    if abs(lat) > 90.0 and abs(lon) <= 90.0 and abs(lat) <= 180.0:
        # No latitude exceeds 90, and every longitude of Thailand does: the order is certain, the repair is theirs.
        raise BadValueError(SWAPPED)
    if not (abs(lat) <= 90.0 and abs(lon) <= 180.0):
        raise BadValueError(BAD_PLACE)
    if abs(lat) < _NOWHERE and abs(lon) < _NOWHERE:
        raise BadValueError(ZERO_PLACE)
    return lat, lon


def parse_pair(text: str) -> tuple[float, float] | None:
    """`(lat, lon)` of one cell such as `16.542, 104.732`; None when it is empty.

    Raises:
        BadValueError: not two numbers, or as for `parse_place`.
    """
    word = clean(text)
    if not word:
        return None
    match = _PAIR.fullmatch(word)
    if match is None:
        raise BadValueError(BAD_PLACE)
    return parse_place(match.group(1), match.group(2))
