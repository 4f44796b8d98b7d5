"""Text that came from outside, as it may be shown, logged and stored. Pure."""

from __future__ import annotations

import re

# Control characters, direction marks (they reorder text on a screen, UAX #9), byte order mark, half characters.
_UNSEEN = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
#: A character that nobody sees, and that PostgreSQL or a screen may not bear.
UNSEEN = re.compile(f"[{_UNSEEN}]")
_BREAKS = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]+")


def clean(text: str, most: int) -> str:
    """Text as it may be shown, logged and stored: one line, no unseen characters, cut at `most`."""
    if UNSEEN.search(text):
        text = UNSEEN.sub("", _BREAKS.sub(" ", text))
    return text.strip()[:most]
