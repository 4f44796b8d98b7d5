"""Reading one value out of a message: strict about types, plain about why not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.records.base import Reason
from models.texts import UNSEEN, clean

#: Longest id of a message, in characters (contract, section 1), and of a unit, box or foreign device.
MAX_ID, MAX_NAME = 64, 128


class BadPayloadError(Exception):
    """A message that cannot be taken. Never leaves the decode room: it becomes a `Rejected`."""

    def __init__(self, reason: Reason, detail: str = "", foreign_id: str = "") -> None:
        """`detail` names the field or the fault, never a value: values may be private."""
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.foreign_id = foreign_id


def number_of(values: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
    """A number within its range; None when it is absent, not finite or out of range, which is "not known".

    Raises:
        BadPayloadError: it is there and not a number; true and false are none.
    """
    value = values.get(name)
    if value is None:
        return None
    if type(value) is float or type(value) is int:
        return float(value) if low <= value <= high else None
    raise BadPayloadError(Reason.WRONG_TYPE, name)


def soft_number(value: object, low: float, high: float) -> float | None:
    """A number within its range, else None: for fields whose fault must not cost the message."""
    if (type(value) is float or type(value) is int) and low <= value <= high:
        return float(value)
    return None


def place_of(lat: object, lon: object) -> tuple[float, float] | None:
    """A place in degrees; None for (0, 0), NaN, infinite and out of range, which mean "no fix".

    Raises:
        BadPayloadError: one of them is missing or not a number.
    """
    for value, name in ((lat, "lat"), (lon, "lon")):
        if type(value) is not float and type(value) is not int:
            raise BadPayloadError(Reason.MISSING_FIELD if value is None else Reason.WRONG_TYPE, name)
    return soft_place(lat, lon)


def soft_place(lat: object, lon: object) -> tuple[float, float] | None:
    """A place in degrees, or None for whatever is none."""
    latitude, longitude = soft_number(lat, -90, 90), soft_number(lon, -180, 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None
    return latitude, longitude


def optional_place(values: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """A place that may be missing or nonsense: then it is not known. For messages that count without one."""
    return soft_place(values.get("lat"), values.get("lon")) or (None, None)


def identifier(value: object, most: int = MAX_ID) -> str | None:
    """A name as it stands, a whole number as its digits; None for anything else.

    A name with unseen characters could pass for another and is none.
    """
    if type(value) is int and abs(value) < 2**63:
        value = str(value)
    if type(value) is not str or not 0 < len(value) <= most or UNSEEN.search(value) or value != value.strip():
        return None
    return value


def id_of(values: Mapping[str, Any], name: str = "id", most: int = MAX_ID) -> str:
    """An id of 1 to `most` characters; a whole number is taken as its digits.

    Raises:
        BadPayloadError: it is missing, longer, or something else.
    """
    value = values.get(name)
    if value is None:
        raise BadPayloadError(Reason.MISSING_FIELD, name)
    found = identifier(value, most)
    if found is None:
        raise BadPayloadError(Reason.WRONG_TYPE, name)
    return found


def text_of(values: Mapping[str, Any], name: str, most: int, default: str = "") -> str:
    """A text, cleaned and cut.

    Raises:
        BadPayloadError: it is there and not a text.
    """
    value = values.get(name)
    if value is None:
        return default
    if type(value) is not str:
        raise BadPayloadError(Reason.WRONG_TYPE, name)
    return clean(value, most)


def soft_text(value: object, most: int) -> str:
    """A text, cleaned and cut; empty for anything else."""
    return clean(value, most) if type(value) is str else ""


def required_text(values: Mapping[str, Any], name: str, most: int) -> str:
    """A text that must be there and not be empty.

    Raises:
        BadPayloadError: it is not.
    """
    text = text_of(values, name, most)
    if not text:
        raise BadPayloadError(Reason.MISSING_FIELD, name)
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
    if value is None or type(value) is bool:
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
    if type(value) is not int or not 0 <= value <= most:
        raise BadPayloadError(Reason.WRONG_TYPE, name)
    return value
