"""The header of a table of text, whatever file it came in."""

from __future__ import annotations

from models.formats.guards import ABOUT_MARK, MAX_COLUMNS, TOO_WIDE
from models.formats.problems import BadFileError
from models.formats.text import clean


def header_of(cells: list[str]) -> tuple[str, ...]:
    """The names of the columns in a line; none when it is empty, or says what a file of ours is about.

    Raises:
        BadFileError: there are more columns than a table may have.
    """
    if cells and cells[0].startswith(ABOUT_MARK):
        return ()
    names = [clean(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise BadFileError(TOO_WIDE)
    return tuple(names)
