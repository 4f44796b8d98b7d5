"""Work spread over processes: one that fails, or takes its process with it, stops no other."""

from __future__ import annotations

import gc
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


def passed_over(_number: int) -> int:
    """How many objects of its process are no longer searched for circles."""
    return gc.get_freeze_count()


def test_only_processes_that_work_for_us_alone_stop_looking_through_what_they_loaded() -> None:
    before = gc.get_freeze_count()
    done = list(spread(passed_over, [str(number) for number in range(4)], int, Workers(2)))
    assert all(one.result for one in done)
    assert [one.result for one in spread(passed_over, ["1"], int, Workers(2))] == [before]
    assert gc.get_freeze_count() == before
