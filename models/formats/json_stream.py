"""A JSON document read member by member, one long list in it item by item: never in memory as a whole.

On the standard library's own decoder, which goes through one value at a time and gives up on a nest of a hundred
thousand brackets; the streaming parser that was tried (ijson 3.6) builds the path of every level and is killed by it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from json.decoder import WHITESPACE  # type: ignore[attr-defined]
from typing import Any, TextIO

_CHUNK = 1 << 18

#: What may stand behind a number.
_AFTER_NUMBER = frozenset(",]} \t\r\n")

#: Characters of one value: room for a country's border.
MOST_VALUE = 20_000_000


class Mark(Enum):
    """Said in the place of a value."""

    LIST = "the list begins"


class BadJsonError(ValueError):
    """The text is no JSON of this kind; `str()` is one line in English."""


class NoObjectError(BadJsonError):
    """The document is some other value."""


def members(text: TextIO, spread: str) -> Iterator[tuple[str, Any]]:
    """The members of the object that the document is, in order. Of the member `spread`, when it is a list, first
    `Mark.LIST` and then each item.

    Raises:
        NoObjectError: it is some other value.
        BadJsonError: it is no JSON, ends too early, holds NaN or more than `MOST_VALUE` in one value.
    """
    read = _Reader(text)
    if not read.takes("{"):
        read.value()
        raise NoObjectError("the document is no object")
    if read.takes("}"):
        read.end()
        return
    while True:
        name = read.value()
        if not isinstance(name, str):
            raise BadJsonError("a name is no text")
        read.must(":")
        if name == spread and read.takes("["):
            yield name, Mark.LIST
            if not read.takes("]"):
                yield name, read.value()
                while read.takes(","):
                    yield name, read.value()
                read.must("]")
        else:
            yield name, read.value()
        if not read.takes(","):
            break
    read.must("}")
    read.end()


def _no_number(word: str) -> Any:
    raise BadJsonError(f"{word} is no number")


class _Reader:
    """Takes values and signs from a text, of which it holds a piece."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._held, self._at = "", 0
        self._whole = False
        self._decoder = json.JSONDecoder(parse_constant=_no_number)

    def takes(self, sign: str) -> bool:
        """Whether this is the next sign; then it is taken."""
        self._to_sign()
        if self._held[self._at : self._at + 1] != sign:
            return False
        self._at += 1
        return True

    def must(self, sign: str) -> None:
        """Take the next sign.

        Raises:
            BadJsonError: it is another.
        """
        if not self.takes(sign):
            raise BadJsonError(f"{sign} is missing")

    def end(self) -> None:
        """Nothing follows.

        Raises:
            BadJsonError: something does.
        """
        self._to_sign()
        if self._at < len(self._held):
            raise BadJsonError("something follows the end")

    def value(self) -> Any:
        """The next value.

        Raises:
            BadJsonError: there is none.
        """
        self._to_sign()
        while True:
            try:
                found, end = self._decoder.raw_decode(self._held, self._at)
            except RecursionError as error:
                raise BadJsonError("it is nested too deep") from error
            except BadJsonError:
                raise
            except ValueError as error:
                if self._whole:
                    raise BadJsonError(str(error)) from error
            else:
                # A number may go on in the next piece: `12` or `12.` of `12.5`.
                if self._whole or not isinstance(found, (int, float)) or self._held[end : end + 1] in _AFTER_NUMBER:
                    self._at = end
                    return found
            if len(self._held) - self._at > MOST_VALUE:
                raise BadJsonError("a value is too long")
            # Twice as much: a long value is not gone through again for every piece of it.
            self._more(max(_CHUNK, len(self._held) - self._at))

    def _to_sign(self) -> None:
        while True:
            self._at = WHITESPACE.match(self._held, self._at).end()
            if self._at < len(self._held) or self._whole:
                return
            self._more(_CHUNK)

    def _more(self, much: int) -> None:
        piece = self._text.read(much)
        self._whole = not piece
        self._held, self._at = self._held[self._at :] + piece, 0
