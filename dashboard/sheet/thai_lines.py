"""Breaking Thai text into lines. Pure.

Thai writes no blanks between words. A line is broken at a blank where there is one; within a longer run only between
whole syllable signs: never before a vowel or tone mark that stands on, under or after its consonant, and never after
a vowel that is written before it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

#: Written before their consonant: a line does not end with one.
_BEFORE = "เแโใไ"
#: Written after their consonant (or the word) and read with it: a line does not begin with one.
_AFTER = "ะาำๅๆฯ"
_CLOSING = ".,;:!?)]}%"


def _clusters(text: str) -> Iterator[str]:
    """The pieces of a text that may not be parted."""
    piece = ""
    for letter in text:
        joined = unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf") or letter in _AFTER + _CLOSING
        if piece and not joined and piece[-1] not in _BEFORE and not _same_word(piece[-1], letter):
            yield piece
            piece = ""
        piece += letter
    if piece:
        yield piece


def spelled(text: str) -> str:
    """The text with each sara am as the two signs it is made of, the ring before a tone mark: the shaper draws it so
    anyway, and only so do both signs have a name in the PDF, for those who search or copy."""
    return re.sub("([\u0e48-\u0e4b]?)\u0e33", "\u0e4d\\1\u0e32", text)


def _same_word(left: str, right: str) -> bool:
    """Whether two letters stand inside of one Latin word or number."""
    return left.isascii() and right.isascii() and left != " " and right != " "


def lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The text in lines no wider than `width` in the unit of `measure`; a piece wider than that has its own line."""
    result: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        blank = -1  # where the last blank of the line is
        for piece in _clusters(paragraph):
            if line and measure(line + piece) > width:
                if piece == " ":
                    result.append(line)
                    line, blank = "", -1
                    continue
                # A blank is the better place to break; one near the beginning would leave the line almost empty.
                cut = blank if blank > len(line) // 3 else len(line)
                result.append(line[:cut].rstrip())
                line, blank = line[cut:].lstrip(), -1
            if piece == " ":
                blank = len(line)
            line += piece
        result.append(line.rstrip())
    return result


def one_line(text: str, width: float, measure: Callable[[str], float]) -> str:
    """The text on one line no wider than `width`: whole where it fits, else cut between two signs, and an ellipsis
    says so."""
    text = " ".join(text.split())
    if measure(text) <= width:
        return text
    kept = ""
    for piece in _signs(text):
        if measure(f"{kept}{piece}…") > width:
            break
        kept += piece
    return f"{kept.rstrip()}…"


def _signs(text: str) -> Iterator[str]:
    """A text in what a reader takes for one letter each: a consonant with all that stands over and under it."""
    piece = ""
    for letter in text:
        if piece and unicodedata.category(letter) not in ("Mn", "Mc", "Me", "Cf") and letter not in "ะาำ":
            yield piece
            piece = ""
        piece += letter
    if piece:
        yield piece
