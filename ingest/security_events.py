"""Messages that claim to be somebody else's, as events of the audit log: once an hour a sender."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.audit.deeds import Deed, Did, by_system
from models.records.base import Millis, Reason, Rejected

#: What nobody sends by mistake: another's name in the payload, another's device by key, an event to be kept for ever.
_TOLD = frozenset({Reason.IDENTITY, Reason.RETAINED})

#: How long one sender is not told of again, and how many senders are told of in that time at most, by all together.
QUIET_MS: Millis = 3_600_000
MOST = 100


class SecurityEvents:
    """Remembers who was told of; a stranger who makes names up fills neither the memory nor the log."""

    def __init__(self) -> None:
        """Nobody was told of yet."""
        self._told: dict[tuple[str, str, str], Millis] = {}

    def of(self, rejected: Iterable[Rejected], now: Millis) -> Sequence[Deed]:
        """The events among what was refused. Told of once `noted`."""
        self._told = {who: at for who, at in self._told.items() if 0 <= now - at < QUIET_MS}
        found: dict[tuple[str, str, str], Deed] = {}
        for item in rejected:
            who = (item.source, item.foreign_id or item.topic, item.reason.value)
            if item.reason not in _TOLD or who in self._told or len(self._told) + len(found) >= MOST:
                continue
            said = f"{item.reason.value}: {item.detail}" if item.detail else item.reason.value
            found[who] = by_system(
                now, Did.SECURITY_EVENT, station=item.station, object=f"sender:{item.source}:{who[1]}", detail=said
            )
        return list(found.values())

    def noted(self, rejected: Iterable[Rejected], now: Millis) -> None:
        """The events of these are stored."""
        for item in rejected:
            if item.reason in _TOLD and len(self._told) < MOST:
                self._told.setdefault((item.source, item.foreign_id or item.topic, item.reason.value), now)
