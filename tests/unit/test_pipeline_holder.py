"""A lease's holder is known to be dead only where that can be known."""

from __future__ import annotations

import os
import subprocess
import sys

from ingest.holder import holder_name, is_gone, place


def test_the_living_and_the_far_are_not_gone() -> None:
    assert not is_gone(holder_name())
    assert not is_gone(f"other/elsewhere.1/{os.getpid()}/00")
    for odd in ("", "a/b", f"h/{place()}/x/00", "h//1/00"):
        assert not is_gone(odd)


def test_a_dead_process_of_this_machine_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    host, where, _, chance = holder_name().split("/")
    assert is_gone(f"{host}/{where}/{child.pid}/{chance}") is bool(where)
