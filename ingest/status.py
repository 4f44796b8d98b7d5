"""How an ingest worker is: a frozen value for the health screen, `/readyz` and the wall's band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ingest.sources.endpoint import BrokerKind


@dataclass(frozen=True, slots=True)
class IngestStatus:
    """How one worker is.

    `leads`: it holds the lease and writes. `links`: connection -> connected. `storage`: lane -> `ok`, `slow`,
    `full` or `broken`.
    """

    worker: str
    kind: BrokerKind
    leads: bool = False
    publishes: bool = False
    links: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    storage: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def broker(self) -> str:
        """`ok`, `down` or `demo` (connected, but not for service)."""
        if self.leads and not (self.links and all(self.links.values())):
            return "down"
        return "demo" if self.kind is BrokerKind.DEMO else "ok"

    @property
    def worst_storage(self) -> str:
        """The worst word of any lane: `ok`, `slow`, `full` or `readonly` (broken)."""
        words = set(self.storage.values())
        for word, said in (("broken", "readonly"), ("full", "full"), ("slow", "slow")):
            if word in words:
                return said
        return "ok"
