"""Small things about text that every format needs: Thai digits, stray marks, names of columns."""

from __future__ import annotations

import re
import unicodedata

_THAI_DIGITS = {ord("๐") + value: str(value) for value in range(10)}
#: Marks that are not seen but break a comparison: zero-width space and joiners, byte order mark, soft hyphen; and
#: what is no character at all: the halves of a pair and the two last of a plane.
_UNSEEN = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)))
_JOINTS = re.compile(r"[\s_\-./()]+")


def western_digits(text: str) -> str:
    """The text with Thai digits written as 0 to 9."""
    return text if text.isascii() else text.translate(_THAI_DIGITS)


def clean(text: str) -> str:
    """The text without unseen marks, with single spaces, trimmed; Thai sara am written as one character."""
    if not text.isascii():  # most cells of a large file are numbers and dates
        text = unicodedata.normalize("NFC", text.translate(_UNSEEN).replace("\u0e4d\u0e32", "\u0e33"))
    return " ".join(text.split())


def name_key(text: str) -> str:
    """What two spellings of one name share: lower case, western digits, no spaces, dashes, dots or brackets."""
    return _JOINTS.sub("", western_digits(clean(text)).casefold())
