"""Why a file cannot be the base map, in words for the screen and for the log."""

from __future__ import annotations

from typing import Final


class BadArchiveError(Exception):
    """A file that cannot be the base map; `key` names the words for it, `str()` is them in English, one line."""

    def __init__(self, key: str, words: str) -> None:
        super().__init__(words)
        self.key = key


def bad(key: str) -> BadArchiveError:
    """The error of a key, with the log's words."""
    return BadArchiveError(key, WORDS[key])


#: Key of `words.csv` -> the log's words.
WORDS: Final[dict[str, str]] = {
    "map.missing": "the file is not there",
    "map.no_file": "it is not a file that can be read",
    "map.empty": "the file is empty",
    "map.foreign": "it is not a .pmtiles file of version 3",
    "map.truncated": "the file is cut off: its header names more bytes than it has",
    "map.no_vector": "it holds pictures, not vector tiles",
    "map.packing": "its tiles are packed in a way that is not read here (only gzip)",
    "map.damaged": "the file is damaged: a part of it cannot be unpacked",
    "map.no_layer": "it has no layer of use; make one with `python manage.py basemap build`",
}
