"""Names of accounts: how they are compared, which look alike, and what a shown name may be written with. Pure."""

from __future__ import annotations

import re
import unicodedata

#: Names are ASCII: of the letters that look like them elsewhere in Unicode none can be typed into one.
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")

#: Shown names are written in Thai and Latin letters only; a Cyrillic or Greek look-alike is no letter of ours.
_DISPLAY = re.compile(r"[\u0e01-\u0e3a\u0e40-\u0e4eA-Za-zÀ-ÖØ-öø-ÿ0-9 .,'()/-]{2,60}")

#: What looks alike within ASCII, longer ones first. Folded only to compare.
_LOOK_ALIKE = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"), ("2", "z"))


def compared(name: str) -> str | None:
    """A name as it is kept and compared: NFKC, lower case, no blanks at the ends; None when it cannot be one."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    return plain if _NAME.fullmatch(plain) else None


def skeleton(name: str) -> str:
    """What a compared name looks like at a glance: names with the same skeleton must not stand beside each other."""
    plain = re.sub("[._-]", "", name)
    for seen, meant in _LOOK_ALIKE:
        plain = plain.replace(seen, meant)
    return plain or name


def shown(display: str) -> str | None:
    """A shown name as it is kept: NFC, single blanks; None when it has letters it must not have, or too few."""
    plain = " ".join(unicodedata.normalize("NFC", display).split())
    return plain if _DISPLAY.fullmatch(plain) else None


def folded(display: str) -> str:
    """A shown name as it is compared: no two accounts have the same."""
    letters = unicodedata.normalize("NFKC", display).casefold()
    return "".join(letter for letter in letters if letter.isalnum() or unicodedata.category(letter).startswith("M"))
