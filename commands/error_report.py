"""Bad rows of an imported file: written beside it, told in a line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from commands.context import RefusedError
from models.formats.error_file import error_csv
from models.formats.problems import RowError


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of every import about its bad rows."""
    parser.add_argument("--errors", type=Path, metavar="OUT.csv", help="where bad rows go (default: FILE.errors.csv)")
    parser.add_argument(
        "--only-good",
        action="store_true",
        help="take the good rows although others are bad (default: all or nothing)",
    )


def report(path: Path, errors: Path | None, header: tuple[str, ...], bad: Sequence[RowError]) -> Path:
    """Write the bad rows with their reasons as CSV; returns where.

    Raises:
        RefusedError: the file cannot be written, or is the imported one.
    """
    out = path_of(path, errors)
    part = out.with_name(f".{out.name}.part")
    try:
        part.write_bytes(error_csv(header, bad))
        os.replace(part, out)
    except OSError as error:
        raise RefusedError(f"cannot write {out}: {error.strerror}") from error
    return out


def path_of(path: Path, errors: Path | None) -> Path:
    """Where the bad rows of a file go.

    Raises:
        RefusedError: it is the imported file itself.
    """
    out = errors or path.with_name(f"{path.name}.errors.csv")
    if out.resolve() == path.resolve():
        raise RefusedError("--errors names the imported file itself")
    return out


def refuse_all(out: Path, bad: int, good: int) -> int:
    """Say that nothing was imported because of bad rows; the exit status."""
    sys.stderr.write(
        f"manage.py: {bad} of {bad + good} rows are bad, nothing imported; see {out} (--only-good takes the rest)\n"
    )
    return 1
