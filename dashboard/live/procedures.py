"""The written procedure of each station: a file of its own, else the one that comes with the product."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from models.formats.procedure import Item, ProcedureError, read_procedure

_LOG = logging.getLogger("dashboard.desk")

#: The procedure that comes with the product.
BUNDLED = Path(__file__).with_name("procedure.toml")


@dataclass(frozen=True, slots=True)
class Procedure:
    """What is to be done. `own`: the station wrote it; `problem`: why its file was not taken, in one line."""

    items: tuple[Item, ...]
    own: bool = False
    problem: str = ""


class Procedures:
    """The procedures, read again when their file changes. `folder` holds `STATION.toml`. Used from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bundled = tuple(read_procedure(BUNDLED.read_text(encoding="utf-8")))
        self._known: dict[str, tuple[tuple[int, int], Procedure]] = {}

    def of(self, station: str) -> Procedure:
        """The procedure of a station."""
        if not station.replace("_", "").isalnum():
            return Procedure(self._bundled)
        file = self._folder / f"{station}.toml"
        try:
            stat = file.stat()
        except OSError:
            return Procedure(self._bundled)
        stamp = (stat.st_mtime_ns, stat.st_size)
        known = self._known.get(station)
        if known is None or known[0] != stamp:
            known = self._known[station] = (stamp, self._read(file))
        return known[1]

    def _read(self, file: Path) -> Procedure:
        try:
            return Procedure(tuple(read_procedure(file.read_text(encoding="utf-8"))), own=True)
        except (ProcedureError, OSError, UnicodeDecodeError) as error:
            _LOG.error("procedure %s: %s", file.name, error)
            return Procedure(self._bundled, problem=str(error))
