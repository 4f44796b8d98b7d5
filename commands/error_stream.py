"""Bad rows of a long file, written beside it as they are found: a hundred thousand of them do not fill memory."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from commands.context import RefusedError
from models.formats.error_file import ErrorLines
from models.formats.problems import RowError


class ErrorFile:
    """A CSV of bad rows, in its place once it is left with rows in it; without any no file is made."""

    def __init__(self, path: Path, header: tuple[str, ...]) -> None:
        self.path = path
        self._part = path.with_name(f".{path.name}.part")
        self._lines = ErrorLines(header)
        self._file: BinaryIO | None = None

    def add(self, errors: list[RowError]) -> None:
        """Write some rows.

        Raises:
            RefusedError: the file cannot be written.
        """
        if not errors:
            return
        try:
            if self._file is None:
                self._file = self._part.open("wb")
                self._file.write(self._lines.begin())
            self._file.write(self._lines.lines(errors))
        except OSError as error:
            raise RefusedError(f"cannot write {self.path}: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is None:
            return
        try:
            self._file.close()
            os.replace(self._part, self.path)
        except OSError as failed:
            raise RefusedError(f"cannot write {self.path}: {failed.strerror}") from failed
