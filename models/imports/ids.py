"""The ids of a file that were seen already, in 16 bytes each: millions of them do not fill memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Sorted pieces kept apart before they are put together: looked into one after the other.
_APART = 8


class SeenIds:
    """Hashes (64 bits, of this process) of ids and of what stood with them.

    Two ids of a million that share a hash are one case in thirty million files: the later row is then told as wrong.
    """

    def __init__(self) -> None:
        self._known: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []

    def other_content(self, ids: Sequence[str], contents: Sequence[int]) -> list[int]:
        """Indexes of the rows whose id was seen before with other content, in this piece or an earlier one."""
        import numpy as np  # a start of the process has no use for it

        hashes = np.array([hash(name) for name in ids], dtype=np.int64)
        said = np.array(contents, dtype=np.int64)
        wrong = np.zeros(len(hashes), dtype=bool)
        known = np.zeros(len(hashes), dtype=bool)
        for keys, values in self._known:
            at = np.minimum(np.searchsorted(keys, hashes), len(keys) - 1)
            here = keys[at] == hashes
            known |= here
            wrong |= here & (values[at] != said)
        order = np.argsort(hashes, kind="stable")  # stable: of one id the first row is the one that counts
        keys, first = np.unique(hashes[order], return_index=True)
        firsts = order[first]
        wrong |= ~known & (said != said[firsts[np.searchsorted(keys, hashes)]])
        new = firsts[~known[firsts]]
        if len(new):
            new = new[np.argsort(hashes[new])]
            self._known.append((hashes[new], said[new]))
        if len(self._known) > _APART:
            self._join()
        return [int(index) for index in np.flatnonzero(wrong)]

    def _join(self) -> None:
        import numpy as np

        keys = np.concatenate([keys for keys, _ in self._known])
        values = np.concatenate([values for _, values in self._known])
        order = np.argsort(keys, kind="stable")
        self._known = [(keys[order], values[order])]
