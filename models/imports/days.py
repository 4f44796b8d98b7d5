"""How a file writes its dates, found over the whole file: day or month first, Buddhist or common era."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from models.formats.dates import ERA, FIRST_YEAR, LAST_YEAR
from models.formats.text import western_digits

Order = Literal["day", "month"]

_SLASHED = re.compile(r"\s*(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")


@dataclass(slots=True)
class Dates:
    """Evidence, counted. `day`: dates that can only be day first; `month`: only month first; `either`: both can be;
    `buddhist`, `common`: dates with a four-digit year of that era."""

    day: int = 0
    month: int = 0
    either: int = 0
    buddhist: int = 0
    common: int = 0

    def see(self, texts: Iterable[str]) -> None:
        """Count the dates of some cells."""
        for text in texts:
            if not text.isascii():
                text = western_digits(text)
            found = _SLASHED.match(text)
            if found:
                first, second = int(found[1]), int(found[3])
                if first > 12 >= second:
                    self.day += 1
                elif second > 12 >= first:
                    self.month += 1
                else:
                    self.either += first != second
            year = _YEAR.search(text)
            if year:
                value = int(year[1])
                self.buddhist += FIRST_YEAR <= value <= LAST_YEAR
                self.common += FIRST_YEAR - ERA <= value <= LAST_YEAR - ERA

    @property
    def order(self) -> Order:
        """What is read: month first only when some date says so and none says otherwise. Thai forms: day first."""
        return "month" if self.month and not self.day else "day"

    @property
    def sure(self) -> bool:
        """Whether the dates themselves say it, or none needs it."""
        return bool(self.day or self.month) or not self.either

    @property
    def mixed(self) -> bool:
        """Whether some dates can only be day first and others only month first: the file holds two styles, and those
        that could be both may be wrong."""
        return bool(self.day and self.month)

    @property
    def era(self) -> str:
        """`be`, `ce`, `both`, or `` when no year has four digits."""
        if self.buddhist and self.common:
            return "both"
        return "be" if self.buddhist else "ce" if self.common else ""
