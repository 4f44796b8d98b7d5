"""Times as devices write them, to milliseconds since 1970 UTC. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from ingest.decode.fields import BadPayloadError
from models.records.base import Millis, Reason

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Numbers below this are seconds, from it on milliseconds: 1e11 s is the year 5138, 1e11 ms is 1973.
_MILLIS_FROM = 100_000_000_000

#: 9999-12-31T23:59:59.999Z. A time beyond it is none.
_LAST = 253_402_300_799_999

_LONGEST = 40  # characters of an ISO time with nanoseconds and offset, and some


def readable_time(value: object) -> Millis | None:
    """ISO 8601 with an offset, or epoch seconds or milliseconds as a number or its digits; None for anything else."""
    if type(value) is str:
        return _from_text(value)
    if type(value) is int or type(value) is float:
        return _from_number(value)
    return None


def _from_number(value: float) -> Millis | None:
    if not -_LAST <= value <= _LAST:  # not finite is neither
        return None
    return round(value if value >= _MILLIS_FROM or value <= -_MILLIS_FROM else value * 1000)


def _from_text(text: str) -> Millis | None:
    if len(text) > _LONGEST:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _from_digits(text)
    return _from_digits(text) if moment.tzinfo is None else _millis(moment)


def _from_digits(text: str) -> Millis | None:
    try:
        return _from_number(float(text)) if text.isascii() and "_" not in text else None
    except ValueError:
        return None


def _millis(moment: datetime) -> Millis:
    span = moment - _EPOCH
    return span.days * 86_400_000 + span.seconds * 1000 + span.microseconds // 1000


def query_time(text: str) -> Millis | None:
    """A time in a query: as above, or `yyyy-MM-dd HH:mm:ss`, which is UTC."""
    word = text.strip()
    if len(word) > 19 and word[-6] == " " and word[-3] == ":":
        word = f"{word[:-6]}+{word[-5:]}"  # the plus of an offset, not escaped, arrives as a blank
    at = readable_time(word)
    if at is not None or len(word) > _LONGEST:
        return at
    try:
        return _millis(datetime.fromisoformat(word).replace(tzinfo=UTC))
    except ValueError:
        return None


def time_of(value: object, name: str = "at") -> Millis:
    """A time that must be there.

    Raises:
        BadPayloadError: absent, or not a time, or an ISO text without an offset.
    """
    if value is None:
        raise BadPayloadError(Reason.MISSING_FIELD, name)
    at = readable_time(value)
    if at is None:
        raise BadPayloadError(Reason.WRONG_TYPE, f"{name} is not a time with an offset")
    return at


def optional_time(value: object, name: str) -> Millis | None:
    """A time that may be absent.

    Raises:
        BadPayloadError: it is there and not a time.
    """
    return None if value is None else time_of(value, name)
