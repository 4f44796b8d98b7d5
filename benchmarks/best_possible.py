"""The map of one who knows how a town of known rates is made, and sees the same cases as everybody: no map can be
expected to hit more. What bars ask beyond it nobody can reach.

Its cells' rates are averaged over all towns that the cases allow (posterior of `models/town/known_rates.py`: an even
ground and 24 round spots), drawn by Gibbs steps for whose spot each case is and how strong each spot is (Dirichlet),
and Metropolis steps for its middle and its width.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from models.town.known_rates import CELL_M, EVEN, RIM_M, SIDE_M, SPOTS, STRENGTH, WIDTHS_M, KnownTown

Floats = NDArray[np.float64]

CHAINS, STEPS, UNHEARD, EVERY = 2, 4_000, 1_000, 5


def knowing_how(town: KnownTown, at: int, seed: int) -> Floats:
    """The share of the cases that each cell is expected to get, by the cases before `at`."""
    past = town.cases.take(slice(int(np.searchsorted(town.cases.start, at))))
    places = np.column_stack([past.x - town.grid.x0, past.y - town.grid.y0])
    rng = np.random.default_rng([7, seed])
    made: Floats = np.mean([_chain(places, rng) for _ in range(CHAINS)], axis=0)
    return made


def _chain(places: Floats, rng: np.random.Generator) -> Floats:
    middle = np.clip(
        places[rng.integers(0, len(places), SPOTS)] + rng.normal(0, 30, (SPOTS, 2)), RIM_M, SIDE_M - RIM_M
    )
    width = rng.uniform(*WIDTHS_M, SPOTS)
    strength = rng.dirichlet(np.full(SPOTS, STRENGTH + 1))
    said = _log_density(places, middle, width)
    found, number = np.zeros(round(SIDE_M / CELL_M) ** 2), 0
    for step in range(STEPS):
        of = _owners(said, strength, rng)
        owned = np.bincount(of[of >= 0], minlength=SPOTS)
        strength = rng.dirichlet(STRENGTH + owned)
        # A spot of many cases is moved a little, one of none goes anywhere.
        far = np.where(owned > 0, 60 / np.sqrt(np.maximum(owned, 1)), 0.0)[:, None]
        to = middle + rng.normal(0, 1, (SPOTS, 2)) * far
        wide = width + rng.normal(0, 15, SPOTS) * (owned > 0)
        free = owned == 0
        to[free] = rng.uniform(RIM_M, SIDE_M - RIM_M, (int(free.sum()), 2))
        wide[free] = rng.uniform(*WIDTHS_M, int(free.sum()))
        may = (to > RIM_M).all(axis=1) & (to < SIDE_M - RIM_M).all(axis=1)
        may &= (wide > WIDTHS_M[0]) & (wide < WIDTHS_M[1])
        to, wide = np.where(may[:, None], to, middle), np.where(may, wide, width)
        new = _log_density(places, to, wide)
        mine = np.flatnonzero(of >= 0)
        gain = np.bincount(of[mine], new[mine, of[mine]] - said[mine, of[mine]], SPOTS)
        taken = may & (np.log(rng.random(SPOTS)) < gain)
        middle, width = np.where(taken[:, None], to, middle), np.where(taken, wide, width)
        said = np.where(taken, new, said)
        if step >= UNHEARD and step % EVERY == 0:
            found += _rates(middle, width, strength)
            number += 1
    return found / number


def _log_density(places: Floats, middle: Floats, width: Floats) -> Floats:
    """Of each place (row) under each spot (column), a round normal cut at the zone's rim."""
    within = (ndtr((SIDE_M - middle) / width[:, None]) - ndtr(-middle / width[:, None])).prod(axis=1)
    off = ((places[:, None] - middle[None]) ** 2).sum(axis=2)
    made: Floats = -off / (2 * width**2) - np.log(2 * np.pi * width**2 * within)
    return made


def _owners(said: Floats, strength: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """The spot of each case, drawn; -1: the even ground."""
    even = np.full(len(said), np.log(EVEN / SIDE_M**2))
    weight = np.column_stack([even, np.log((1 - EVEN) * strength + 1e-300) + said])
    chance = np.exp(weight - weight.max(axis=1, keepdims=True))
    edges = chance.cumsum(axis=1)
    drawn: NDArray[np.int64] = (edges < rng.random((len(said), 1)) * edges[:, -1:]).sum(axis=1) - 1
    return drawn


def _rates(middle: Floats, width: Floats, strength: Floats) -> Floats:
    edges = np.arange(round(SIDE_M / CELL_M) + 1) * CELL_M
    along, up = (np.diff(ndtr((edges - middle[:, side : side + 1]) / width[:, None])) for side in (0, 1))
    along, up = (part / part.sum(axis=1, keepdims=True) for part in (along, up))
    cells = len(edges) - 1
    made: Floats = EVEN / cells**2 + (1 - EVEN) * np.einsum("s,sy,sx->yx", strength, up, along)
    return made.ravel()
