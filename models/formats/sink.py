"""A file that is only ever written on, and whose bytes are sent while it grows."""

from __future__ import annotations

from io import RawIOBase


class Sink(RawIOBase):
    """Holds what was written until it is taken; nobody can go back in it."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[bytes] = []

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: object) -> int:
        """Hold some bytes."""
        piece = bytes(memoryview(data))  # type: ignore[arg-type]  # whatever has bytes: they are copied
        self._held.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        """What was written since this was asked for last."""
        found = b"".join(self._held)
        self._held.clear()
        return found
