"""The order of a Thai dictionary: a key that sorts words as the Royal Institute's does. Pure.

A leading vowel counts after the consonant it is written before; tone marks, ็ and ์ count only between words that are
otherwise the same, blanks and punctuation not at all (TIS 620; the Thai tailoring of the Unicode collation says the
same). Other letters go by their case-folded form, Latin before Thai.
"""

from __future__ import annotations

import re
import unicodedata

from models.formats.text import western_digits

_LEADING = re.compile("([เแโใไ])([ก-ฮ])")

#: Before a letter of another script: it comes behind all of Thai.
_BEHIND = "\uf8ff"

#: Categories of what does not count: blanks and punctuation.
_PASSED_BY = frozenset("ZP")
_MARKS = frozenset("็่้๊๋์ํ๎")


def thai_key(word: str) -> tuple[str, tuple[tuple[int, str], ...], str]:
    """What words are sorted by: letters, then marks by where they stand, then the word as it is."""
    plain = unicodedata.normalize("NFC", western_digits(word)).casefold().strip()
    swapped = _LEADING.sub(r"\2\1", plain)
    letters: list[str] = []
    marks: list[tuple[int, str]] = []
    for letter in swapped:
        if letter in _MARKS:
            marks.append((-len(letters), letter))
            continue
        kind = unicodedata.category(letter)[0]
        if kind not in _PASSED_BY:
            letters.append(_BEHIND + letter if kind == "L" and not "ก" <= letter <= "๛" else letter)
    # A mark that stands earlier in the word weighs more: one without it comes first.
    return "".join(letters), tuple(marks), word.swapcase()  # small letters first
