"""Clusters of a million real cases: weighted squares beside DBSCAN over the cases themselves."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer
from sklearn.cluster import DBSCAN

from benchmarks.clusters_agree import agreement
from benchmarks.report import Figure, Line, plain
from benchmarks.rig import Rig
from models.analysis.area import epsg_of
from models.analysis.clusters import EPS_M, clusters
from tests.real_data import DATA

NAME = "clusters-million"
FILE = DATA / "crime" / "chicago.parquet"
#: Cases within `EPS_M` that make a core: about four times the city's mean.
FEWEST = 300
SPEED_UP, SAME = 10.0, 0.95


def places(most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres of the city's cases."""
    frame = pd.read_parquet(FILE, columns=["lat", "lon"]).dropna().head(most)
    lat, lon = frame["lat"].to_numpy(dtype=np.float64), frame["lon"].to_numpy(dtype=np.float64)
    to_metres = Transformer.from_crs("EPSG:4326", f"EPSG:{epsg_of(lat, lon)}", always_xy=True)
    x, y = to_metres.transform(lon, lat)
    return x, y


def by_squares(most: int) -> tuple[float, float, NDArray[np.int64]]:
    """Seconds of one core, greatest memory of the process (MB) and nothing to compare."""
    x, y = places(most)
    start = time.process_time()
    clusters(x, y, FEWEST)
    return time.process_time() - start, _peak_mb(), np.zeros(0, dtype=np.int64)


def by_cases(most: int) -> tuple[float, float, NDArray[np.int64]]:
    """Seconds of one core, greatest memory of the process (MB) and the label of each case."""
    x, y = places(most)
    points = np.stack([x, y], axis=1)
    start = time.process_time()
    found = DBSCAN(eps=EPS_M, min_samples=FEWEST).fit_predict(points)
    return time.process_time() - start, _peak_mb(), found.astype(np.int64)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(rig: Rig) -> Figure:
    """The figure; each turn in a process of its own, the two ways in turn."""
    most = rig.of(10_000_000, 100_000)
    ours, bare = [], []
    for _ in range(rig.of(3, 1)):
        ours.append(_apart(by_squares, most))
        bare.append(_apart(by_cases, most))
    x, y = places(most)
    made = clusters(x, y, FEWEST)
    same = agreement(made, x, y, bare[0][2])
    quick, slow = (sorted(turn[0] for turn in turns)[len(turns) // 2] for turns in (ours, bare))
    peak, peak_bare = max(turn[1] for turn in ours), max(turn[1] for turn in bare)
    rate = slow / quick
    lines = [
        Line(f"clusters of {len(x):,} cases (median of {len(ours)})", f"{quick:.2f} s", f"{slow:.1f} s"),
        Line("times faster than over the cases", f"{rate:.1f}", target=f">= {SPEED_UP:.0f}", held=rate >= SPEED_UP),
        Line("same clusters, share of their area", f"{same:.1%}", target=f">= {SAME:.0%}", held=same >= SAME),
        Line("memory of the process, greatest", f"{peak:.0f} MB", f"{peak_bare:.0f} MB"),
    ]
    how = (
        f"Chicago 2015-2018, DBSCAN within {EPS_M:.0f} m and {FEWEST} cases, {len(made.sizes)} clusters in "
        f"{len(made.x):,} squares; bare: scikit-learn's DBSCAN over the cases. CPU time of one core; "
        "the file's reading is not counted."
    )
    samples: dict[str, object] = {"s": plain([turn[0] for turn in ours]), "bare_s": plain([turn[0] for turn in bare])}
    return Figure(NAME, "Clusters of a million cases", how, lines, samples)


def _apart(
    way: Callable[[int], tuple[float, float, NDArray[np.int64]]], most: int
) -> tuple[float, float, NDArray[np.int64]]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(way, most).result()
