"""Times as devices write them, to milliseconds since 1970 UTC. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from ingest.decode.common import Message, WrongError
from models.records.base import Millis, Reason

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Numbers from here on are milliseconds: as seconds it would be the year 5138, as milliseconds it is March 1973.
_MS_FROM = 100_000_000_000

#: Year 9999; nothing beyond it is a time.
_LAST = 253_402_300_799_999


def _millis(moment: datetime) -> Millis:
    span = moment - _EPOCH
    return span.days * 86_400_000 + span.seconds * 1000 + span.microseconds // 1000


def _from_number(value: float) -> Millis | None:
    if not -_LAST <= value <= _LAST:
        return None
    return round(value if abs(value) >= _MS_FROM else value * 1000)


def parse_time(value: object) -> Millis | None:
    """ISO 8601 with an offset, or epoch seconds or milliseconds as a number; None for anything else."""
    if type(value) is int or type(value) is float:
        return _from_number(value)
    if type(value) is str and len(value) <= 40:
        try:
            moment = datetime.fromisoformat(value)
            return _millis(moment) if moment.tzinfo is not None else None
        except (ValueError, OverflowError):
            return None
    return None


def parse_loose_time(text: str) -> Millis | None:
    """Time in a query: epoch seconds or milliseconds, ISO, or `yyyy-MM-dd HH:mm:ss`, which is UTC."""
    word = text.strip()
    if len(word) > 40 or not word.isascii():
        return None
    try:
        return _from_number(float(word))
    except ValueError:
        pass
    # A query writes the plus of an offset as a space when the sender did not encode it.
    if len(word) > 19 and word[-6] == " " and word[-3] == ":":
        word = f"{word[:-6]}+{word[-5:]}"
    try:
        moment = datetime.fromisoformat(word)
        return _millis(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def required_time(message: Message, name: str) -> Millis:
    """A time that must be there.

    Raises:
        WrongError: `missing_field` or `wrong_type`.
    """
    value = message.get(name)
    if value is None:
        raise WrongError(Reason.MISSING_FIELD, name)
    at = parse_time(value)
    if at is None:
        raise WrongError(Reason.WRONG_TYPE, f"{name} is not a time with an offset")
    return at


def optional_time(message: Message, name: str) -> Millis | None:
    """A time that may be absent.

    Raises:
        WrongError: `wrong_type`.
    """
    return None if message.get(name) is None else required_time(message, name)
