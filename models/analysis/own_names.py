"""Which cases are of a family, those under a station's own names among them. Pure.

A name that no list of offences has says nothing but its group. A family that is a whole group takes it in; to the
others of the group, and where no group is given, it may belong or not: it is counted, with its name, and left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.analysis.families import Family
from models.formats.offences import STANDARD

_LISTED = frozenset(offence.code for offence in STANDARD)

#: Names told of those nobody has said the meaning of.
TOLD = 5


class Kinds:
    """The offences of some cases, each name looked up once. `group`: 0 where none is given."""

    def __init__(self, offence: NDArray[np.object_], group: NDArray[np.int64]) -> None:
        codes, names = pd.factorize(offence)
        self._codes, self._names = codes.astype(np.int64), np.asarray(names, dtype=object)
        self._group = group
        self._own = self._are([name not in _LISTED for name in self._names])

    def of(self, family: Family) -> NDArray[np.bool_]:
        """Those of a family."""
        offences = frozenset(family.offences)
        listed = self._are([name in offences for name in self._names])
        if family.whole:
            listed |= self._own & (self._group == family.group)
        return listed

    def unnamed(self, family: Family) -> NDArray[np.bool_]:
        """Those that may be of it, and are not counted: nobody has said what their name means."""
        if family.group is None:
            return np.zeros(len(self._codes), dtype=bool)
        found: NDArray[np.bool_] = self._own & ((self._group == 0) | (self._group == family.group)) & ~self.of(family)
        return found

    def told(self, which: NDArray[np.bool_]) -> tuple[tuple[str, int], ...]:
        """The names of some cases with how many there are of each, the most first, `TOLD` at most."""
        counts = np.bincount(self._codes[which], minlength=len(self._names))
        most = sorted(np.flatnonzero(counts).tolist(), key=lambda at: (-counts[at], self._names[at]))[:TOLD]
        return tuple((str(self._names[at]), int(counts[at])) for at in most)

    def _are(self, said: Sequence[bool]) -> NDArray[np.bool_]:
        return np.array(said, dtype=bool)[self._codes]
