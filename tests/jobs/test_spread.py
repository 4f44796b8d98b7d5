"""Work spread over processes: one that fails, or takes its process with it, stops no other."""

from __future__ import annotations

import os

from jobs.spread import Workers, spread


def halved(number: int) -> float:
    if number == 3:
        raise ValueError("not this one")
    if number == 5:
        os._exit(9)
    return number / 2


def test_a_process_that_dies_takes_no_other_task_with_it() -> None:
    names = [str(number) for number in range(8)]
    done = {one.name: one for one in spread(halved, names, int, Workers(2))}
    assert sorted(done, key=int) == names
    assert {name for name, one in done.items() if one.result is None} == {"3", "5"}
    assert done["3"].error == "ValueError: not this one"
    assert "process ended" in done["5"].error
    assert done["4"].result == 2.0
