"""Who the records of the feed speak of: a small number for each unit, the same as long as the process runs."""

from __future__ import annotations

import hashlib
import secrets

from dashboard.live.wire import MOST_UNITS
from models.picture import Key


class Roster:
    """Gives each unit its index: the next free one when it is first spoken of. Used from one thread."""

    def __init__(self) -> None:
        self._indices: dict[Key, int] = {}
        self._secret = secrets.token_bytes(16)

    def alias(self, alarm: str) -> str:
        """An alarm's id for strangers: its own is made of whom it came from, and could be guessed back to them."""
        return hashlib.blake2b(alarm.encode(), key=self._secret, digest_size=16).hexdigest()

    def index(self, key: Key) -> int:
        """The unit's index.

        Raises:
            OverflowError: a million units were spoken of; no record can carry more.
        """
        known = self._indices.get(key)
        if known is None:
            known = len(self._indices)
            if known >= MOST_UNITS:
                raise OverflowError(f"more than {MOST_UNITS} units")
            self._indices[key] = known
        return known
