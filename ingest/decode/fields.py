"""Reading one value out of a message: strict about types, plain about why not. Pure."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.records.base import Millis, Reason

#: Numbers below this are seconds, from it on milliseconds: 1e11 s is the year 5138, 1e11 ms is 1973.
_MILLIS_FROM = 1e11

#: 9999-12-31T23:59:59.999Z: a time beyond it is held at it, and judged as a wrong clock later.
_LAST = 253_402_300_799_999

#: Format characters that reorder text on a screen (Unicode UAX #9), and the byte order mark.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


class BadPayloadError(Exception):
    """A message that cannot be taken. Never leaves the decode room: it becomes a `Rejected`."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def time_of(value: object, name: str = "at") -> Millis:
    """Milliseconds since 1970 of an ISO 8601 text with offset, or of epoch seconds or milliseconds.

    Raises:
        BadPayloadError: absent, of another type, or an ISO text without an offset.
    """
    if value is None:
        raise BadPayloadError(Reason.MISSING_FIELD, name)
    if isinstance(value, str):
        text = value.strip()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return time_of(_number(text, name), name)
        if moment.tzinfo is None:
            if text.isdigit():  # "20260101" is a date to ISO and a number to a tracker
                return time_of(float(text), name)
            raise BadPayloadError(Reason.WRONG_TYPE, f"{name} has no offset")
        return int(moment.timestamp() * 1000)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadPayloadError(Reason.WRONG_TYPE, name)
    millis = value if abs(value) >= _MILLIS_FROM else value * 1000
    return int(min(max(millis, 0), _LAST))


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadPayloadError(Reason.WRONG_TYPE, name) from None


def number_of(values: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
    """A number within its range; None when it is absent, not finite or out of range, which is "not known".

    Raises:
        BadPayloadError: it is there and not a number.
    """
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadPayloadError(Reason.WRONG_TYPE, name)
    return float(value) if low <= value <= high else None


def place_of(lat: object, lon: object) -> tuple[float, float] | None:
    """A place in degrees; None for (0, 0), NaN, infinite and out of range, which mean "no fix".

    Raises:
        BadPayloadError: one of them is not a number.
    """
    if isinstance(lat, bool) or not isinstance(lat, int | float):
        raise BadPayloadError(Reason.MISSING_FIELD if lat is None else Reason.WRONG_TYPE, "lat")
    if isinstance(lon, bool) or not isinstance(lon, int | float):
        raise BadPayloadError(Reason.MISSING_FIELD if lon is None else Reason.WRONG_TYPE, "lon")
    if -90 <= lat <= 90 and -180 <= lon <= 180 and (lat or lon):
        return float(lat), float(lon)
    return None


def optional_place(values: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """A place that may be missing or nonsense: then it is not known. For messages that count without one."""
    try:
        return place_of(values.get("lat"), values.get("lon")) or (None, None)
    except BadPayloadError:
        return None, None


def clean(text: str, most: int) -> str:
    """Text as it may be shown and stored: no control, surrogate or direction characters, cut at `most`."""
    kept = (c for c in text if c not in _BIDI and (c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")))
    return "".join(kept)[:most].strip()


def text_of(values: Mapping[str, Any], name: str, most: int, default: str = "") -> str:
    """A text, cleaned and cut.

    Raises:
        BadPayloadError: it is there and not a text.
    """
    value = values.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise BadPayloadError(Reason.WRONG_TYPE, name)
    return clean(value, most)


def required_text(values: Mapping[str, Any], name: str, most: int) -> str:
    """A text that must be there and not be empty.

    Raises:
        BadPayloadError: it is not.
    """
    text = text_of(values, name, most)
    if not text:
        raise BadPayloadError(Reason.MISSING_FIELD, name)
    return text


def id_of(values: Mapping[str, Any], name: str = "id") -> str:
    """An id of 1 to 64 characters; a whole number is taken as its digits.

    Raises:
        BadPayloadError: it is missing, longer, or something else.
    """
    value = values.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None:
        raise BadPayloadError(Reason.MISSING_FIELD, name)
    if not isinstance(value, str) or len(value) > 64:
        raise BadPayloadError(Reason.WRONG_TYPE, name)
    text = clean(value, 64)
    if not text or text != value.strip():
        raise BadPayloadError(Reason.WRONG_TYPE, name)
    return text


def word_of(values: Mapping[str, Any], name: str, words: tuple[str, ...], default: str) -> str:
    """One of a list of words; another text is the default, which means "not known".

    Raises:
        BadPayloadError: it is there and not a text.
    """
    value = text_of(values, name, 64, default)
    return value if value in words else default


def flag_of(values: Mapping[str, Any], name: str) -> bool | None:
    """A true or false, or None when absent.

    Raises:
        BadPayloadError: it is something else.
    """
    value = values.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise BadPayloadError(Reason.WRONG_TYPE, name)


def whole_of(values: Mapping[str, Any], name: str, most: int) -> int | None:
    """A whole number from 0 to `most`, or None when absent.

    Raises:
        BadPayloadError: it is something else.
    """
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise BadPayloadError(Reason.WRONG_TYPE, name)
    return value
