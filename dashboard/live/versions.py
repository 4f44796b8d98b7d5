"""Versions of what does not move, by who looks: new when a register of the own stations changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.access.scope import Scope
from models.picture import Key
from models.records.base import Millis

#: Registers drawn from `/live/ground`; what the others hold comes with the frames, or is not on the map.
GROUND = frozenset({"stations", "zones", "streets", "cameras", "checkpoints"})

#: Register drawn from `/live/hotspots`: a refit changes it for one station after the other, and nothing else.
HOTSPOTS = "hotspots"


@dataclass(frozen=True, slots=True)
class SheetVersions:
    """The version of each sheet of a scope; `hotspots` empty: this viewer is shown none."""

    ground: str
    hotspots: str


class Versions:
    """The versions of a boot (the change log does not reach back to every change), by scope; worked out once as long
    as no register changes. Not for several threads at once.

    Sums and not the newest: a map of hotspots bears the time its making began, when another register changed since.
    """

    def __init__(self, boot: str) -> None:
        self._boot = boot
        self._registers: Mapping[Key, Millis] = {}
        self._known: dict[Scope, SheetVersions] = {}

    def of(self, registers: Mapping[Key, Millis], scope: Scope) -> SheetVersions:
        """What a scope's sheets are, of the registers' times by (station, register)."""
        if registers is not self._registers:
            self._registers, self._known = registers, {}
        known = self._known.get(scope)
        if known is None:
            known = self._known[scope] = self._made(scope)
        return known

    def _made(self, scope: Scope) -> SheetVersions:
        ground = hotspots = 0
        for (station, register), at in self._registers.items():
            if register in GROUND and scope.sees(station):
                ground += at
            elif register == HOTSPOTS and scope.sees(station):
                hotspots += at
        return SheetVersions(f"{self._boot}.{ground}", "" if scope.visitor else f"{self._boot}.{hotspots}")
