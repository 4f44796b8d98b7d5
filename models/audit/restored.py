"""What the log says of a restore: rows behind the ones it kept were left behind, and heads of them are fine. Pure.

Only the sealed row says so: who puts an old copy back without it is found by the heads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.audit.deeds import Did
from models.records.base import Millis

ACTION = Did.BACKUP_RESTORED.value

_KEPT = re.compile(r"rows_kept=(\d{1,18})\b")


@dataclass(frozen=True, slots=True)
class Restored:
    """A restore: when it was written down, and the newest row the backup had."""

    at: Millis
    kept: int


def detail_of(kept: int) -> str:
    """How the deed of a restore says which rows it kept."""
    return f"rows_kept={kept}"


def restored_of(at: Millis, detail: str) -> Restored | None:
    """What a deed of a restore says; None: nothing of rows."""
    found = _KEPT.search(detail)
    return Restored(at, int(found[1])) if found else None
