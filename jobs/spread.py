"""Many stations at once: joblib's processes on this machine, or a Dask cluster. One that fails stops no other.

joblib is used for `Parallel` alone; nothing of its files is ever read (`joblib.load` runs what it reads).
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky.process_executor import BrokenProcessPool

_T = TypeVar("_T")
_R = TypeVar("_R")

#: Fewer tasks than this are done in this process: a worker's start takes longer.
LEAST = 4


@dataclass(frozen=True, slots=True)
class Done(Generic[_R]):
    """What became of a task: its result, or in a line why there is none."""

    name: str
    result: _R | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Workers:
    """How many processes; `dask`: address of a scheduler whose workers are used instead (`tls://host:8786`)."""

    processes: int
    dask: str | None = None

    @classmethod
    def of_machine(cls, dask: str | None = None) -> Workers:
        """One process a core."""
        return cls(os.cpu_count() or 1, dask)


def spread(
    work: Callable[[_T], _R], names: Sequence[str], task_of: Callable[[str], _T], workers: Workers
) -> Iterator[Done[_R]]:
    """Do the work for every name, in whatever order it is done.

    `task_of` is called in this process, a few names ahead, so that not all tasks stand in memory; what it raises is
    that name's error, and so is what the work raises. A process that dies (killed for its memory) takes only the
    tasks it was on: each of these is tried once more, alone.
    """
    if workers.dask is None and (workers.processes < 2 or len(names) < LEAST):
        yield from (_once(work, name, task_of) for name in names)
        return
    done: set[str] = set()
    begun: list[str] = []

    def tasks() -> Iterator[tuple[str, _T | None, str]]:
        for name in names:
            if name not in done and name not in begun:
                begun.append(name)
                yield _prepared(name, task_of)

    while len(done) < len(names):
        try:
            for one in _parallel(work, tasks(), workers):
                done.add(one.name)
                yield one
        except BrokenProcessPool:
            for name in [name for name in begun if name not in done]:
                done.add(name)
                yield _alone(work, name, task_of)


def _parallel(
    work: Callable[[_T], _R], tasks: Iterable[tuple[str, _T | None, str]], workers: Workers
) -> Iterator[Done[_R]]:
    with ExitStack() as stack:
        if workers.dask is not None:
            # Imported only where there is a cluster: it takes a second.
            from distributed import Client

            client = Client(workers.dask, set_as_default=True, timeout="20s")  # type: ignore[no-untyped-call]
            stack.enter_context(client)
            stack.enter_context(parallel_config(backend="dask"))
        parallel = Parallel(
            n_jobs=-1 if workers.dask is not None else workers.processes, return_as="generator_unordered",
            pre_dispatch="2*n_jobs",
        )  # fmt: skip
        tried = _tried if workers.dask is not None else _tried_here
        yield from parallel(delayed(tried)(work, *task) for task in tasks)


def _prepared(name: str, task_of: Callable[[str], _T]) -> tuple[str, _T | None, str]:
    try:
        return name, task_of(name), ""
    except Exception as error:  # noqa: BLE001 - a station whose cases cannot be read stops no other: it is told
        return name, None, told(error)


def _tried(work: Callable[[_T], _R], name: str, task: _T | None, error: str) -> Done[_R]:
    if task is None:
        return Done(name, None, error)
    try:
        return Done(name, work(task))
    except Exception as wrong:  # noqa: BLE001 - as above
        return Done(name, None, told(wrong))


def _tried_here(work: Callable[[_T], _R], name: str, task: _T | None, error: str) -> Done[_R]:
    """In a process that is there for nothing else."""
    _settled()
    return _tried(work, name, task, error)


@cache
def _settled() -> None:
    """What is loaded by now stays to the end of the process: looking through it for circles of objects again and
    again took a twentieth of a station's time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def _once(work: Callable[[_T], _R], name: str, task_of: Callable[[str], _T]) -> Done[_R]:
    return _tried(work, *_prepared(name, task_of))


def _alone(work: Callable[[_T], _R], name: str, task_of: Callable[[str], _T]) -> Done[_R]:
    """In a process of its own, so that its end is known to be this task's."""
    try:
        [one] = Parallel(n_jobs=2)(delayed(_tried)(work, *_prepared(name, task_of)) for _ in range(1))
    except BrokenProcessPool as error:
        return Done(name, None, f"its process ended: {told(error)}")
    found: Done[_R] = one
    return found


def told(error: BaseException) -> str:
    """An error in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]
