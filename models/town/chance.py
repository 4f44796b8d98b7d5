"""Where every random choice of the town comes from: a generator named by the seed and by what it is for."""

from __future__ import annotations

import random


def chance(seed: int, *what: object) -> random.Random:
    """A generator for one purpose; the same seed and words always give the same numbers.

    Text seeds go through SHA-512 in the standard library, so they do not depend on the machine or on
    `PYTHONHASHSEED`.
    """
    name = "/".join(str(word) for word in (seed, *what))
    return random.Random(name)  # noqa: S311 - a generated town, no secret


def wavy(rng: random.Random, waves: int, longest: float, shortest: float) -> list[tuple[float, float, float]]:
    """Waves `(share, 2 pi / length, phase)` of a smooth random curve; the shares sum to one."""
    raw = [
        (
            rng.uniform(0.5, 1.0),
            6.283185307179586 / rng.uniform(shortest, longest),
            rng.uniform(0.0, 6.283185307179586),
        )
        for _ in range(waves)
    ]
    total = sum(share for share, _, _ in raw)
    return [(share / total, pace, phase) for share, pace, phase in raw]
